"""Finds where the newest record of a key stands in its topic."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from deploy.bootstrap import SetupFailed
from schemas.codec import Undecodable, order_of
from schemas.topics import Topic
from services.runtime.places import places_of

SEARCH_SECONDS: Final = 20.0
EARLIER: Final = timedelta(minutes=1)
"""A record is written after its change; the two clocks may differ by so much."""


@dataclass(frozen=True)
class Spot:
    """Where a record stands, which (epoch, version) it carries, and its bytes."""

    topic: str
    partition: int
    offset: int
    epoch: int
    version: int
    value: bytes


async def newest_records(
    bootstrap: str, prefix: str, topic: Topic, wanted: Mapping[str, datetime]
) -> dict[str, Spot]:
    """Key -> its newest record, of the keys that have one. `wanted`: key -> when it was decided.

    What was written before that is not looked at, so that a long topic costs nothing. Raises SetupFailed.
    """
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    try:
        async with asyncio.timeout(SEARCH_SECONDS):
            await consumer.start()
            places = places_of(prefix, [topic])
            ends = await _begin(consumer, places, min(wanted.values()) - EARLIER)
            return await _search(consumer, ends, wanted)
    except (KafkaError, TimeoutError, OSError) as away:
        why = f"Kafka did not say in {SEARCH_SECONDS:.0f} s what stands in {topic.name}"
        raise SetupFailed(f"{why}; see noaber doctor") from away
    finally:
        await consumer.stop()


async def _begin(
    consumer: AIOKafkaConsumer, places: Sequence[TopicPartition], since: datetime
) -> dict[TopicPartition, int]:
    """Go to where this time begins; where each partition ends that has anything since then."""
    found = await consumer.offsets_for_times(dict.fromkeys(places, int(since.timestamp() * 1000)))
    begins = {place: begin.offset for place, begin in found.items() if begin is not None}
    ends = await consumer.end_offsets(list(begins)) if begins else {}
    consumer.assign(list(begins))
    for place, offset in begins.items():
        consumer.seek(place, offset)
    return ends


async def _search(
    consumer: AIOKafkaConsumer, ends: Mapping[TopicPartition, int], wanted: Mapping[str, datetime]
) -> dict[str, Spot]:
    newest: dict[str, Spot] = {}
    for place, end in ends.items():
        while await consumer.position(place) < end:
            for records in (await consumer.getmany(place, timeout_ms=500)).values():
                for record in records:
                    _note(newest, wanted, record)
    return newest


def _note(newest: dict[str, Spot], wanted: Mapping[str, datetime], record: ConsumerRecord) -> None:
    key = (record.key or b"").decode(errors="replace")
    if key not in wanted:
        return
    try:
        epoch, version = order_of(record.headers)
    except Undecodable:
        return  # Not ours: whoever reads it buries it, and the doctor says so.
    known = newest.get(key)
    if known is None or (known.epoch, known.version) <= (epoch, version):
        newest[key] = Spot(record.topic, record.partition, record.offset, epoch, version, record.value or b"")
