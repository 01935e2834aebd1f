"""An old version that came late does not stay a key's last record."""

import asyncio
from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from deploy.backing import Backing
from schemas.codec import decode, state_bytes
from schemas.events.duty import Duty
from schemas.topics import DUTY
from services.runtime.journal import PostgresOutbox, append
from services.runtime.ports import Entry
from services.runtime.prepare import create_topics
from services.runtime.relay import KafkaPublisher, Relay, lease_on
from services.runtime.tail import Tail
from tests.topic_reader import read_topic

NOW = datetime(2026, 1, 5, 7, 10, tzinfo=UTC)


def an_entry(version: int) -> Entry:
    duty = Duty(id=UUID(int=1), on=version % 2 == 0, changed_at=NOW, exercise=False)
    return Entry(
        event_id=UUID(int=version),
        aggregate=Duty.TYPE,
        key=duty.key,
        version=version,
        event_type=Duty.event_type(),
        at=NOW,
        who=None,
        correlation="tail",
        exercise=False,
        payload=state_bytes(duty),
    )


async def test_an_old_record_that_came_late_is_covered_by_the_newest_again(
    backing: Backing, pool: asyncpg.Pool, database: str, topic_prefix: str
) -> None:
    await create_topics(backing.kafka, topic_prefix)
    publisher = KafkaPublisher(backing.kafka)
    tail = Tail(pool, backing.kafka, topic_prefix, (DUTY,))
    async with lease_on(database, "tail") as lease:
        assert await lease.acquire()
        relay = Relay(PostgresOutbox(pool, "urn:noaber:aid"), publisher, lease, topic_prefix)
        for version in (1, 2):
            async with pool.acquire() as connection, connection.transaction():
                await append(connection, [an_entry(version)])
            await relay.drain()
        first, _ = await read_topic(backing.kafka, DUTY, topic_prefix)
        await publisher.publish([(topic_prefix + DUTY.name, first)])

        looking = asyncio.create_task(tail.run())
        async with asyncio.timeout(20):
            while not tail.repaired:
                await asyncio.sleep(0.02)
        await relay.drain()
        looking.cancel()
    await publisher.stop()
    last = [decode(record).envelope.version for record in await read_topic(backing.kafka, DUTY, topic_prefix)]
    assert last == [1, 2, 1, 2] and tail.repaired == 1
