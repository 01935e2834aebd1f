"""Reads a whole topic from Kafka, as any consumer would find it now, or loses it."""

from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient

from schemas.envelope import Record
from schemas.topics import Topic
from services.runtime.places import places_of, record_of


async def read_topic(bootstrap: str, topic: Topic, prefix: str) -> list[Record]:
    """Every record up to the end offsets at the start, in order per partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await consumer.start()
    try:
        places = places_of(prefix, [topic])
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        wanted = sum((await consumer.end_offsets(places)).values())
        found: list[Record] = []
        while len(found) < wanted:
            for records in (await consumer.getmany(timeout_ms=5_000)).values():
                found += [record_of(each) for each in records]
        return found
    finally:
        await consumer.stop()


async def lose_topic(bootstrap: str, topic: str) -> None:
    """It is gone, and what was committed of others is not."""
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        assert topic in await admin.list_topics()
        await admin.delete_topics([topic])
    finally:
        await admin.close()
