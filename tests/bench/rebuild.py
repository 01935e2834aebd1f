"""How fast `live` and `matching` have their picture again, beside aiokafka reading the same bytes."""

import asyncio
from collections.abc import Iterator
from typing import Final

from deploy.backing import Backing
from schemas.codec import encode, state_bytes
from schemas.state import State
from schemas.topics import BY_STATE
from services.runtime.prepare import create_topics
from services.runtime.relay import KafkaPublisher
from tests.bench import crowd
from tests.bench.owner import envelope_of
from tests.bench.reader import read
from tests.bench.rows import Row, ratio_at_least
from tests.bench.setting import Setting
from tests.bench.trials import Trial

AGGREGATES: Final = 10_000
VERSIONS: Final = 10
ASKED: Final = 3
"""Of four aggregates one is a request and three are approaches to people."""

GOAL: Final = ratio_at_least(0.5)


def measure(setting: Setting) -> Iterator[Row]:
    """10,000 aggregates of ten versions each, nothing compacted; the version of every row is checked."""
    aggregates = int(setting.share(AGGREGATES))
    with Backing(setting.home, setting.scratch / "backing") as backing:
        asyncio.run(_fill(backing.kafka, aggregates))
        for whose in ("live", "matching"):
            pairs = setting.compare(
                lambda whose=whose: _ours(whose, backing.kafka, aggregates),
                lambda whose=whose: _theirs(whose, backing.kafka, aggregates),
            )
            name = f"rebuild of {whose} from {aggregates:,} aggregates of {VERSIONS} versions"
            yield setting.row(name, "events/s", pairs, "events/s", GOAL)
            yield setting.row(f"{name}, time", "s", pairs, "s")


def _ours(whose: str, kafka: str, aggregates: int) -> Trial:
    found = read("ours", whose, kafka, VERSIONS)
    figures = {"events/s": aggregates * VERSIONS / found.seconds, "s": found.seconds}
    return Trial(figures, aggregates, found.newest)


def _theirs(whose: str, kafka: str, aggregates: int) -> Trial:
    found = read("raw", whose, kafka, VERSIONS)
    figures = {"events/s": found.records / found.seconds, "s": found.seconds}
    return Trial(figures, aggregates * VERSIONS, found.records)


async def _fill(kafka: str, aggregates: int) -> None:
    await create_topics(kafka)
    publisher = KafkaPublisher(kafka)
    states: list[State] = []
    for number in range(aggregates // (1 + ASKED)):
        request, approaches = crowd.case(number, crowd.LENDERS, ASKED)
        states += [request, *approaches]
    encoded = [(state, state_bytes(state)) for state in states]
    for version in range(1, VERSIONS + 1):
        await publisher.publish(
            [
                (BY_STATE[type(state)].name, encode(envelope_of(state, version), value))
                for state, value in encoded
            ]
        )
    await publisher.stop()
