"""From a claim over HTTP until the last of 1,000 viewers has it, beside the barest chain of its parts."""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import replace
from typing import Any, Final
from uuid import uuid4

import httpx
from aiokafka import AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.parts.ports import answers, free_port
from deploy.parts.spawn import spawn
from services.runtime.who import COOKIE
from tests.bench.closed_loop import Answers
from tests.bench.machine import cpu_seconds
from tests.bench.onlookers import Audience, Watched
from tests.bench.owner import Owner, stop, until
from tests.bench.rows import Row, percentile, ratio_at_most
from tests.bench.setting import Setting
from tests.bench.trials import Trial

VIEWERS: Final = 1_000
CLAIMS: Final = 600
RATES: Final = {100: ratio_at_most(1.7), 20: ratio_at_most(1.3)}
CONNECTIONS: Final = 32
TOPIC: Final = "bare"
SETTLE_SECONDS: Final = 10.0
ASKED: Final = 3
"""Approaches of a request here: what is measured is the way of one claim, not how many were asked."""


def measure(setting: Setting) -> Iterator[Row]:
    """At 100 and at 20 claims a second; viewers and both sides are reached directly, not through Caddy."""
    with Owner(setting, CLAIMS, asked=ASKED) as owner:
        chain = Chain(setting, owner)
        chain.start_bare()
        chain.ours(100)
        for rate, goal in RATES.items():
            pairs = setting.compare(lambda rate=rate: chain.ours(rate), lambda rate=rate: chain.theirs(rate))
            at = f"{VIEWERS:,} viewers at {rate}/s"
            yield setting.row(f"claim until the last of {at}, p99", "ms", pairs, "p99", goal)
            yield setting.row(f"claim until the last of {at}, p50", "ms", pairs, "p50")


class Chain:
    """The whole way of an owner's claims, and the barest one, whose frames are as large."""

    def __init__(self, setting: Setting, owner: Owner) -> None:
        self._setting = setting
        self._owner = owner
        self._wave = 1
        self._size = 0
        self._claims = int(setting.share(CLAIMS))
        self._bare = free_port()
        asyncio.run(owner.tell())
        self._processes = (owner.process, owner.start("aid-relay"), owner.start("live"))

    def start_bare(self) -> None:
        """What `theirs` goes over."""
        kafka = self._owner.backing.kafka
        asyncio.run(_make_topic(kafka))
        command = [sys.executable, "-m", "tests.bench.bare", kafka, TOPIC, str(self._bare)]
        process = spawn(command, self._setting.scratch / "bare.log", self._setting.home, {})
        self._owner.beside(stop, process)
        until(lambda: answers(self._bare))

    def ours(self, rate: int) -> Trial:
        """HTTP, `aid`, Postgres, its relay, Kafka, `live`."""
        owner, numbers = self._owner, self._next_wave()
        requests = [owner.claim(number) for number in numbers]
        cookie = f"{COOKIE}={owner.token(owner.people)}"
        live = owner.ports["live"]
        snapshot = f"http://127.0.0.1:{live}/api/live/snapshot"
        # Whoever would watch is known to `live` as soon as its session came by.
        until(lambda: httpx.get(snapshot, headers={"Cookie": cookie}).status_code == 200)
        cursor = httpx.get(snapshot, headers={"Cookie": cookie}).json()["cursor"]
        first = json.dumps({"cursor": cursor})
        with Audience(live, "/api/live/socket", cookie, first, VIEWERS) as audience:
            before = self._spent()
            sent = asyncio.run(_sent_over_http(owner.port, requests, rate))
            watched = audience.watched(len(requests), SETTLE_SECONDS)
            spent = self._spent() - before
        self._size = watched.size // len(requests)
        trial = _trial(sent, watched)
        return replace(trial, figures={**trial.figures, "cpu": 1_000 * spent / len(requests)})

    def _spent(self) -> float:
        """Seconds of processor time of `aid`, relay and `live`."""
        return sum(cpu_seconds(each.pid) for each in self._processes)

    def theirs(self, rate: int) -> Trial:
        """aiokafka, Kafka, aiokafka, one broadcast."""
        with Audience(self._bare, "/", "", "", VIEWERS) as audience:
            sent = asyncio.run(_sent_to_kafka(self._owner.backing.kafka, self._claims, self._size, rate))
            watched = audience.watched(self._claims, SETTLE_SECONDS)
        return _trial(sent, watched)

    def _next_wave(self) -> range:
        """Requests nobody claimed from yet, for a period of their own, known to `live` before they are."""
        first = self._wave * self._owner.people
        self._wave += 1
        numbers = range(first, first + self._claims)
        asyncio.run(self._owner.ask(numbers))
        until(lambda: asyncio.run(self._owner.counted("outbox")) == 0)
        return numbers


Sent = dict[str, float]
"""Claim -> when it should have been sent (monotonic seconds): waiting for a free connection counts."""


def _trial(sent: Sent, watched: Watched) -> Trial:
    whole = {key: at for key, (seen, at) in watched.claims.items() if seen == VIEWERS and key in sent}
    waits = [whole[key] - began for key, began in sent.items() if key in whole]
    figures = {"p50": 1_000 * percentile(waits, 0.5), "p99": 1_000 * percentile(waits, 0.99)} if waits else {}
    return Trial(figures or {"p50": 0.0, "p99": 0.0}, len(sent), len(whole), waits)


async def _sent_over_http(port: int, requests: list[bytes], rate: int) -> Sent:
    loop = asyncio.get_running_loop()
    free: asyncio.LifoQueue[Answers] = asyncio.LifoQueue()

    async def connected() -> Answers:
        return (await loop.create_connection(Answers, "127.0.0.1", port))[1]

    for _ in range(CONNECTIONS):
        free.put_nowait(await connected())

    async def send(place: int) -> str:
        connection = await free.get()
        if not connection.is_open:
            # A server closes what was idle for five seconds, and few are needed at the lower rate.
            connection = await connected()
        answer = await connection.ask(requests[place])
        free.put_nowait(connection)
        if answer[9:12] != b"200":
            raise RuntimeError(answer[:500].decode())
        return answer.partition(b'"kind":"commitment","id":"')[2][:36].decode()

    return await _on_schedule(len(requests), rate, send)


async def _sent_to_kafka(bootstrap: str, claims: int, size: int, rate: int) -> Sent:
    producer: Any = AIOKafkaProducer(
        bootstrap_servers=bootstrap, enable_idempotence=True, acks="all", linger_ms=0
    )
    await producer.start()

    async def send(place: int) -> str:
        key = str(uuid4())
        value = f'{{"kind":"commitment","id":"{key}","data":"'.encode()
        await producer.send_and_wait(TOPIC, value + b"x" * (size - len(value) - 4) + b'"}')
        return key

    try:
        return await _on_schedule(claims, rate, send)
    finally:
        await producer.stop()


async def _on_schedule(number: int, rate: int, send: Callable[[int], Awaitable[str]]) -> Sent:
    """Each at its moment, whether or not the ones before it are answered."""
    tasks: list[asyncio.Task[str]] = []
    began = time.monotonic()
    for place in range(number):
        await asyncio.sleep(max(0.0, began + place / rate - time.monotonic()))
        tasks.append(asyncio.ensure_future(send(place)))
    return {key: began + place / rate for place, key in enumerate(await asyncio.gather(*tasks))}


async def _make_topic(bootstrap: str) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    await admin.create_topics([NewTopic(TOPIC, 1, 1)])
    await admin.close()
