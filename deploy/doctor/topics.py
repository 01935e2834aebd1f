"""Kafka of a platform that runs: whether it answers, its topics, its dead letters and its clock."""

import asyncio
import time
from collections import Counter
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from deploy.doctor.clocks import APART, of_clock
from deploy.doctor.finding import Finding, attention, urgent
from schemas.topics import TOPICS
from services.runtime.letters import Letters
from services.runtime.places import places_of
from services.runtime.prepare import DEAD_LETTER_PARTITIONS, partitions_in

ASK_SECONDS: Final = 10.0


async def look_at_kafka(bootstrap: str, prefix: str, start: str) -> list[Finding]:
    """Ask for topics, dead letters and records from the future; `start`: what starts this platform."""
    try:
        async with asyncio.timeout(ASK_SECONDS):
            wrong = of_topics(await _counted(bootstrap, prefix), start)
            # For a topic that is not there nobody answers how long it is.
            return wrong or await _look_inside(bootstrap, prefix)
    except (KafkaError, TimeoutError, OSError) as away:
        what = f"Kafka does not answer at {bootstrap}: {type(away).__name__}"
        why = "what is decided is kept, and no page shows it"
        return [urgent("kafka", what, why, f"noaber logs kafka; noaber stop; {start}")]


async def _counted(bootstrap: str, prefix: str) -> dict[str, int]:
    """Topic -> its partitions, of ours that are there."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        await admin.start()
        there = set(await admin.list_topics())
        ours = [prefix + name for name in wanted() if prefix + name in there]
        found = await partitions_in(admin, ours) if ours else {}
    finally:
        await admin.close()
    return {name.removeprefix(prefix): number for name, number in found.items()}


def wanted() -> dict[str, int]:
    """Every topic there should be -> its partitions."""
    states = {topic.name: topic.partitions for topic in TOPICS}
    return {**states, **{topic.dead_letters: DEAD_LETTER_PARTITIONS for topic in TOPICS}}


def of_topics(there: Mapping[str, int], start: str) -> list[Finding]:
    """Whether every topic is there, with its number of partitions."""
    missing = sorted(wanted().keys() - there.keys())
    if missing:
        what = f"topics are missing: {', '.join(missing)}"
        return [urgent("topics", what, "what belongs there reaches nobody", f"noaber stop; {start}")]
    why = "the same key stands in two places, so an older state can win"
    return [
        urgent("topics", f"{name} has {there[name]} partitions instead of {number}", why, "noaber verify")
        for name, number in wanted().items()
        if there[name] != number
    ]


async def _look_inside(bootstrap: str, prefix: str) -> list[Finding]:
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    try:
        await consumer.start()
        dead = Counter(letter.topic for letter in await Letters(bootstrap, prefix).open())
        return [*of_dead(dead), *of_clock("Kafka", await _ahead(consumer, prefix))]
    finally:
        await consumer.stop()


def of_dead(counted: Mapping[str, int]) -> list[Finding]:
    """Which topics have dead letters. `counted`: topic -> how many that nobody skipped or replayed yet."""
    why = "a reader could not make sense of them and went on without; somebody may miss something"
    mend = "noaber operate: skip or replay each; noaber logs NAME says more, where NAME read it"
    return [
        attention("dead-letters", f"{number} dead letters of {topic} wait for somebody", why, mend)
        for topic, number in sorted(counted.items())
        if number
    ]


async def _ahead(consumer: AIOKafkaConsumer, prefix: str) -> timedelta:
    """How far records were written ahead of our time; 0 where that is not so far that it matters."""
    later = int((time.time() + APART.total_seconds()) * 1000)
    found = await consumer.offsets_for_times(dict.fromkeys(places_of(prefix, TOPICS), later))
    stamps = [each.timestamp for each in found.values() if each is not None]
    return timedelta(seconds=max(stamps) / 1000 - time.time()) if stamps else timedelta()
