"""Row updates that reach a thousand viewers per CPU second of `live`, beside a bare broadcast of each."""

import asyncio
import json
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, Final

import httpx
from aiokafka import AIOKafkaProducer

from deploy.backing import Backing
from deploy.parts.ports import free_port
from deploy.parts.spawn import spawn
from schemas.envelope import Record
from schemas.live import SNAPSHOT, SOCKET
from services.runtime.prepare import create_topics
from tests.asking import Asked
from tests.bench.audience import ROWS, VIEWERS, Audience, cursor_in, key, record, row_bytes
from tests.bench.machine import cpu_seconds
from tests.bench.rows import Row, at_most, percentile, ratio_at_least
from tests.bench.setting import Setting
from tests.bench.trials import Trial

RATES: Final = (100, 500, 2_000)
"""Row updates a second."""

SECONDS: Final = 4.0
BROADCASTS: Final = 300
"""Messages of the baseline, each to everybody."""

READING: Final = tuple(range(0, VIEWERS, VIEWERS // 10 - 1))[:10]
"""Viewers of different organisations that note when each row came; of the others that is only counted."""

READY_SECONDS: Final = 60.0
GOALS: Final = {1: 15, 50: 5}
LATENCY_MS: Final = 100
PER_CPU: Final = "rows per CPU second at {}"
P99: Final = "p99 ms at {}"


def measure(setting: Setting) -> Iterator[Row]:
    """Rows for one audience and for fifty, at each rate."""
    with Backing(setting.home, setting.scratch / "backing") as backing:
        for number in GOALS:
            with _stage(setting, backing, Audience.of(number)) as stage:
                pairs = setting.compare(stage.ours, stage.theirs)
            who = f"{number} audience{'s' if number > 1 else ''}"
            for rate in RATES:
                goal = ratio_at_least(GOALS[number]) if rate == 500 else None
                named = f"delivery: {who}, {rate}/s"
                yield setting.row(named, "rows per CPU s", pairs, PER_CPU.format(rate), goal)
                yield setting.row(f"{named}, p99", "ms", pairs, P99.format(rate), at_most(LATENCY_MS))


@contextmanager
def _stage(setting: Setting, backing: Backing, audience: Audience) -> Iterator["_Stage"]:
    prefix = f"bench{len(audience.organisations)}-"
    asyncio.run(create_topics(backing.kafka, prefix))
    log, port, other = setting.scratch / "log", free_port(), free_port()
    told = {
        "NOABER_KAFKA": backing.kafka,
        "NOABER_TOPIC_PREFIX": prefix,
        "NOABER_HTTP_PORT": str(port),
        "NOABER_TOKEN_PUBLIC_KEYS": json.dumps(audience.public_keys),
        "NOABER_ALLOWED_ORIGINS": "http://localhost",
        "NOABER_CONTACT_KEYS_URL": "http://127.0.0.1:1",
        "NOABER_INTERNAL_TOKEN": "x" * 32,
    }
    with ExitStack() as opened:
        live = spawn([sys.executable, "-m", "services.live"], log / "live.log", setting.home, told)
        opened.callback(live.wait)
        opened.callback(live.kill)
        bare = opened.enter_context(
            Asked(setting.home, log / "bare.log", "tests.bench.broadcasting", str(other))
        )
        bare.answer()
        crowd, bare_crowd = (
            opened.enter_context(Asked(setting.home, log / f"{name}.log", "tests.bench.receivers", str(each)))
            for name, each in (("crowd", port), ("bare-crowd", other))
        )
        stage = _Stage(
            setting, audience, _Kafka(backing.kafka, prefix), port, live.pid, crowd, bare, bare_crowd
        )
        stage.open()
        yield stage


@dataclass(frozen=True)
class _Kafka:
    bootstrap: str
    prefix: str

    async def say(self, records: Sequence[tuple[str, Record]]) -> None:
        """Everything, as fast as it goes, and acknowledged."""
        async with AIOKafkaProducer(bootstrap_servers=self.bootstrap) as producer:
            sent = [await self._send(producer, topic, each) for topic, each in records]
            await asyncio.gather(*sent)

    async def pace(self, updates: Sequence[tuple[str, Record]], rate: int) -> list[int]:
        """So many a second; when each was sent, in ns of the monotonic clock."""
        moments: list[int] = []
        async with AIOKafkaProducer(bootstrap_servers=self.bootstrap) as producer:
            began, sent = time.monotonic(), []
            for number, (topic, each) in enumerate(updates):
                await asyncio.sleep(max(0.0, began + number / rate - time.monotonic()))
                moments.append(time.monotonic_ns())
                sent.append(await self._send(producer, topic, each))
            await asyncio.gather(*sent)
        return moments

    async def _send(self, producer: AIOKafkaProducer, topic: str, each: Record) -> "asyncio.Future[Any]":
        return await producer.send(self.prefix + topic, each.value, each.key, headers=list(each.headers))


@dataclass
class _Stage:
    """One audience: `live` with everybody connected, and the baseline's server with as many viewers."""

    setting: Setting
    audience: Audience
    kafka: _Kafka
    port: int
    live: int
    crowd: Asked
    bare: Asked
    bare_crowd: Asked

    def open(self) -> None:
        """Everybody signs in and connects; then the rows appear."""
        self._versions = count(2)
        self._marks = count()
        people = list(self.audience.people())
        made = [record(state) for pair in people for state in pair]
        asyncio.run(self.kafka.say([*made, record(self.audience.incident())]))
        self._await_health()
        cookies = [self.audience.cookie(session) for _, session in people]
        with httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30) as client:
            cursors = [cursor_in(client.get(SNAPSHOT, headers={"Cookie": each}).content) for each in cookies]
        everybody = list(zip(cookies, cursors, strict=True))
        for crowd in (self.crowd, self.bare_crowd):
            crowd.tell({"open": everybody, "path": SOCKET, "reading": READING if crowd is self.crowd else []})
            assert crowd.answer()["open"] == VIEWERS
        asyncio.run(self.kafka.say([record(self.audience.request(number)) for number in range(ROWS)]))
        self._ended()
        self.row_bytes = row_bytes(self.audience)

    def ours(self) -> Trial:
        """Every rate once."""
        figures: dict[str, float] = {}
        sent = received = 0
        for rate in RATES:
            number = int(self.setting.share(rate * SECONDS))
            waits, seconds, right = self._updated(rate, number)
            figures[P99.format(rate)] = percentile(waits, 0.99) * 1e3
            figures[PER_CPU.format(rate)] = number * self.audience.sees_a_row / seconds
            sent += number * self.audience.sees_a_row
            received += number * self.audience.sees_a_row if right else 0
            half, most = (percentile(waits, share) * 1e3 for share in (0.5, 0.99))
            cores = seconds / (number / rate)
            self.setting.say(f"{rate}/s: {cores:.2f} cores, p50 {half:.0f} ms, p99 {most:.0f} ms")
        return Trial(figures, sent, received)

    def theirs(self) -> Trial:
        """A message per update, as many a second as it manages."""
        number = int(self.setting.share(BROADCASTS))
        self._count(self.bare_crowd)
        mark = self._look(self.bare_crowd)
        before, began = cpu_seconds(self.bare.pid), time.monotonic()
        self.bare.tell({"messages": number, "bytes": self.row_bytes, "mark": mark, "marks": 2})
        self.bare.answer()
        found = self.bare_crowd.answer()
        seconds = cpu_seconds(self.bare.pid) - before
        per_second = number * VIEWERS / seconds
        self.setting.say(
            f"bare: {number / (time.monotonic() - began):.0f} messages/s, {per_second:.0f} per CPU s"
        )
        least = number * self.row_bytes
        right = sum(each >= least for each in found["bytes"]) if found["marked"] == VIEWERS else 0
        figures = {PER_CPU.format(rate): per_second for rate in RATES}
        return Trial(figures, number * VIEWERS, number * right)

    def _updated(self, rate: int, number: int) -> tuple[list[float], float, bool]:
        """Seconds that each update took to each reader; CPU seconds of `live`; whether all came to all."""
        updates: list[tuple[str, Record]] = []
        places: list[tuple[str, int]] = []
        rows = [each * 7 % ROWS for each in range(number)]
        for row in rows:
            version = next(self._versions)
            updates.append(record(self.audience.request(row, version), version))
            places.append((str(key(f"request {row}")), version))
        self._count(self.crowd)
        before = cpu_seconds(self.live)
        moments = asyncio.run(self.kafka.pace(updates, rate))
        found = self._ended()
        seconds = cpu_seconds(self.live) - before
        waits = _waits(dict(zip(places, moments, strict=True)), found["seen"])
        seen = sum(self.audience.sees(viewer, row) for row in rows for viewer in READING)
        return waits, seconds, found["marked"] == VIEWERS and len(waits) == seen

    def _count(self, crowd: Asked) -> None:
        crowd.tell({"count": 1})
        crowd.answer()

    def _look(self, crowd: Asked) -> str:
        mark = f"mark-{next(self._marks)}-"
        crowd.tell({"mark": mark, "marks": 2, "seconds": 60})
        crowd.answer()
        return mark

    def _ended(self) -> dict[str, Any]:
        """What everybody saw until rows came that were sent after all others."""
        mark = self._look(self.crowd)
        asyncio.run(self.kafka.say(self._marked(mark)))
        return self.crowd.answer()

    def _marked(self, mark: str) -> list[tuple[str, Record]]:
        version = next(self._versions)
        return [
            record(self.audience.everybody(f"mark {number}", f"{mark}{number}"), version)
            for number in range(2)
        ]

    def _await_health(self) -> None:
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            try:
                if httpx.get(f"http://127.0.0.1:{self.port}/health", timeout=2).status_code == 200:
                    return
            except httpx.HTTPError:
                pass
            time.sleep(0.1)
        raise TimeoutError("live did not get ready")


def _waits(sent: dict[tuple[str, int], int], seen: list[list[Any]]) -> list[float]:
    """Of every update and reader the seconds until the row was as new as that, superseded ones included."""
    versions: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
    for (row, version), moment in sent.items():
        versions[row].append((version, moment))
    return [
        (came - moment) / 1e9
        for row, newest, came, older in _steps(seen)
        for version, moment in versions[row]
        if older < version <= newest
    ]


def _steps(seen: list[list[Any]]) -> Iterator[tuple[str, int, int, int]]:
    """Row, version, when it came, and the version that the same reader had before."""
    had: dict[tuple[int, str], int] = {}
    for reader, row, version, came in seen:
        yield row, version, came, had.get((reader, row), 0)
        had[reader, row] = version
