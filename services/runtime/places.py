"""Where a process reads in Kafka, every partition of its topics from where they begin, and what it finds."""

import asyncio
from collections.abc import Sequence
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaTimeoutError

from schemas.envelope import Record
from schemas.topics import Topic

SEEK_SECONDS: Final = 10.0
"""A broker that is there answers in milliseconds; a topic that was deleted is never answered for."""


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


def record_of(found: ConsumerRecord) -> Record:
    """What aiokafka found, as the codec reads it."""
    return Record(found.key or b"", found.value or b"", tuple(found.headers))
