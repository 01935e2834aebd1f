"""One process that reads topics to their end, in one of three ways, and says how long that took."""

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final

import uvloop
from aiokafka import AIOKafkaConsumer

from deploy.bootstrap import ROOT
from schemas.envelope import Event
from schemas.topics import Topic
from services.live.app import TOPICS as LIVE_TOPICS
from services.live.rules.board import Board
from services.matching.app import PICTURE
from services.matching.handlers.sight import picture_of
from services.runtime.places import places_of
from services.runtime.replica import Newest

TOPICS: Final = {"live": LIVE_TOPICS, "matching": PICTURE}


@dataclass(frozen=True)
class Read:
    """`newest`: keys whose newest state has the version that was asked for; `records`: of the raw reader."""

    seconds: float
    newest: int = 0
    records: int = 0


def read(how: str, whose: str, bootstrap: str, version: int) -> Read:
    """`how`: "ours", or "raw" for what aiokafka takes to read the same bytes."""
    command = [sys.executable, "-m", "tests.bench.reader", how, whose, bootstrap, str(version)]
    done = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError(done.stderr[-2_000:])
    return Read(**json.loads(done.stdout.splitlines()[-1]))


async def _ours(whose: str, bootstrap: str, version: int) -> Read:
    board = Board()

    async def on_news(events: Sequence[Event]) -> None:
        for event in events:
            board.put(event)

    newest = Newest(bootstrap, "", TOPICS[whose], on_news if whose == "live" else None)
    began = time.perf_counter()
    reading = asyncio.create_task(newest.run())
    await newest.caught_up.wait()
    if whose == "matching":
        picture_of(newest.states)
    seconds = time.perf_counter() - began
    reading.cancel()
    await asyncio.gather(reading, return_exceptions=True)
    held = [event for states in newest.states.values() for event in states.values()]
    if whose == "live":
        shown = sum(
            board.look((event.state.TYPE, event.envelope.key)).version[1] == version for event in held
        )
        assert shown == len(held), (shown, len(held))
    return Read(seconds, newest=sum(event.envelope.version == version for event in held))


async def _raw(topics: Sequence[Topic], bootstrap: str) -> Read:
    consumer: Any = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    began = time.perf_counter()
    await consumer.start()
    places = places_of("", topics)
    consumer.assign(places)
    await consumer.seek_to_beginning(*places)
    left = sum((await consumer.end_offsets(places)).values())
    records = 0
    while records < left:
        for found in (await consumer.getmany(timeout_ms=500, max_records=2_000)).values():
            records += len(found)
    seconds = time.perf_counter() - began
    await consumer.stop()
    return Read(seconds, records=records)


async def _read(how: str, whose: str, bootstrap: str, version: str) -> None:
    ours = how == "ours"
    found = await (_ours(whose, bootstrap, int(version)) if ours else _raw(TOPICS[whose], bootstrap))
    print(json.dumps(asdict(found)))


if __name__ == "__main__":
    uvloop.run(_read(*sys.argv[1:]))
