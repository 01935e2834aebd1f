"""Where a process reads in Kafka, every partition of its topics from where they begin, and what it finds."""

import asyncio
import time
from collections.abc import Callable, Sequence
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaTimeoutError

from schemas.envelope import Record
from schemas.topics import Topic

SEEK_SECONDS: Final = 10.0
"""A broker that is there answers in milliseconds; a topic that was deleted is never answered for."""

WAIT_MS: Final = 500


def places_of(prefix: str, topics: Sequence[Topic]) -> list[TopicPartition]:
    """Every partition of these topics, in order."""
    return [
        TopicPartition(prefix + topic.name, number) for topic in topics for number in range(topic.partitions)
    ]


async def to_the_beginning(consumer: AIOKafkaConsumer, places: Sequence[TopicPartition]) -> None:
    """Move to where the log begins. Raises KafkaTimeoutError when that is not known in time.

    aiokafka itself answers False then, after 40 s, and reads on from nowhere.
    """
    try:
        async with asyncio.timeout(SEEK_SECONDS):
            await consumer.seek_to_beginning(*places)
    except TimeoutError as slow:
        raise KafkaTimeoutError(f"it is not known where {len(places)} partitions begin") from slow


async def read_once(
    bootstrap: str,
    places: Sequence[TopicPartition],
    note: Callable[[ConsumerRecord], None],
    patience_seconds: float | None = None,
) -> None:
    """Note each record that stands in these partitions now, each of them in its order; then it is over.

    Raises KafkaTimeoutError, and TimeoutError when nothing came for so long.
    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        consumer.assign(list(places))
        await to_the_beginning(consumer, places)
        ends = await consumer.end_offsets(list(places))
        moved = time.monotonic()
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            if patience_seconds is not None and time.monotonic() - moved > patience_seconds:
                raise TimeoutError(f"the topics gave nothing for {patience_seconds} s")
            for records in (await consumer.getmany(timeout_ms=WAIT_MS)).values():
                moved = time.monotonic()
                for each in records:
                    note(each)
    finally:
        await consumer.stop()


def record_of(found: ConsumerRecord) -> Record:
    """What aiokafka found, as the codec reads it."""
    return Record(found.key or b"", found.value or b"", tuple(found.headers))
