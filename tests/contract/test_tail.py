"""What stands in the topics is what was decided: old records are covered, and a lost log is filled again."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg
import pytest
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import OffsetOutOfRangeError

from deploy.backing import Backing
from schemas.codec import decode
from schemas.events.duty import Duty
from schemas.topics import DUTY
from services.runtime.journal import append
from services.runtime.outbox import PostgresOutbox, say_again
from services.runtime.ports import Entry
from services.runtime.prepare import create_topics
from services.runtime.relay import KafkaPublisher, Relay
from services.runtime.tail import LogLost, Tail
from tests.contract.doubles import MemoryLease
from tests.contract.entries import a_sign_in, an_entry
from tests.soon import until
from tests.topic_reader import read_topic


@dataclass
class Bench:
    """An owner's journal, its relay, and what watches behind it."""

    pool: asyncpg.Pool
    relay: Relay
    publisher: KafkaPublisher
    bootstrap: str
    prefix: str

    async def decide(self, *entries: Entry) -> None:
        for entry in entries:
            async with self.pool.acquire() as connection, connection.transaction():
                await append(connection, [entry])

    async def publish(self) -> None:
        while await self.relay.drain():
            pass

    async def lose_topic(self) -> None:
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        await admin.delete_topics([self.prefix + DUTY.name])
        async with asyncio.timeout(20):
            while self.prefix + DUTY.name in await admin.list_topics():
                await asyncio.sleep(0.02)
        await admin.close()
        # A relay ends when it finds a topic gone, and starts with a new producer.
        await self.publisher.stop()

    async def orders(self) -> list[tuple[int, int]]:
        records = await read_topic(self.bootstrap, DUTY, self.prefix)
        return [decode(record).envelope.order for record in records]

    @asynccontextmanager
    async def tailing(self) -> AsyncIterator[tuple[Tail, "asyncio.Task[None]"]]:
        tail = Tail(self.pool, self.bootstrap, self.prefix, (DUTY,))
        task = asyncio.create_task(tail.run())
        try:
            async with asyncio.timeout(20):
                await tail.reconciled.wait()
            yield tail, task
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
async def bench(backing: Backing, pool: asyncpg.Pool, topic_prefix: str) -> AsyncIterator[Bench]:
    await create_topics(backing.kafka, topic_prefix)
    publisher = KafkaPublisher(backing.kafka)
    relay = Relay(PostgresOutbox(pool, "urn:noaber:aid"), publisher, MemoryLease(), topic_prefix)
    yield Bench(pool, relay, publisher, backing.kafka, topic_prefix)
    await publisher.stop()


async def test_an_old_record_that_came_late_is_covered_by_the_newest_again(bench: Bench) -> None:
    await bench.decide(an_entry(1), an_entry(2))
    await bench.publish()
    first, _ = await read_topic(bench.bootstrap, DUTY, bench.prefix)
    await bench.publisher.publish([(bench.prefix + DUTY.name, first)])
    async with bench.tailing() as (tail, _):
        await until(lambda: tail.repaired == 1)
        await bench.publish()
    assert await bench.orders() == [(1, 1), (1, 2), (1, 1), (1, 2)]


async def test_what_stands_as_it_should_is_left_alone(bench: Bench) -> None:
    await bench.decide(an_entry(1), an_entry(2))
    await bench.publish()
    await bench.decide(an_entry(3))
    async with bench.tailing():
        await bench.publish()
    assert await bench.orders() == [(1, 1), (1, 2), (1, 3)]


async def test_a_log_that_was_lost_is_filled_again_as_a_new_epoch(bench: Bench) -> None:
    await bench.decide(an_entry(1), an_entry(2), an_entry(1, person=2))
    await bench.publish()
    await bench.lose_topic()
    await create_topics(bench.bootstrap, bench.prefix)
    async with bench.tailing():
        await bench.publish()
    assert sorted(await bench.orders()) == [(2, 1), (2, 2)]
    async with bench.tailing():
        await bench.publish()
    assert len(await bench.orders()) == 2


async def test_a_log_that_lost_its_end_is_filled_again(bench: Bench) -> None:
    await bench.decide(an_entry(1), an_entry(1, person=2))
    await bench.publish()
    whole = await read_topic(bench.bootstrap, DUTY, bench.prefix)
    await bench.lose_topic()
    await create_topics(bench.bootstrap, bench.prefix)
    await bench.publisher.publish([(bench.prefix + DUTY.name, whole[0])])
    async with bench.tailing():
        await bench.publish()
    assert sorted(await bench.orders()) == [(1, 1), (2, 1), (2, 1)]


async def test_a_topic_that_is_deleted_under_a_running_relay_ends_it(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.runtime.tail.LOOK_SECONDS", 0.2)
    await bench.decide(an_entry(1))
    await bench.publish()
    async with bench.tailing() as (_, task):
        await bench.lose_topic()
        with pytest.raises(LogLost, match="topics are gone"):
            await asyncio.wait_for(task, 20)


async def test_a_topic_that_went_before_its_beginning_was_found_ends_the_relay(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.runtime.places.SEEK_SECONDS", 1.0)
    await bench.decide(an_entry(1))
    await bench.publish()
    await bench.lose_topic()
    with pytest.raises(LogLost, match="topics are gone"):
        await asyncio.wait_for(Tail(bench.pool, bench.bootstrap, bench.prefix, (DUTY,)).run(), 20)


async def test_a_topic_that_is_deleted_while_it_is_compared_ends_the_relay(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(*_: object) -> bool:
        return False

    monkeypatch.setattr("services.runtime.tail.LOOK_SECONDS", 0.2)
    # As when it goes before it was read to the end.
    monkeypatch.setattr("services.runtime.tail._has_read", never)
    await bench.decide(an_entry(1))
    await bench.publish()
    task = asyncio.create_task(Tail(bench.pool, bench.bootstrap, bench.prefix, (DUTY,)).run())
    await bench.lose_topic()
    with pytest.raises(LogLost, match="topics are gone"):
        await asyncio.wait_for(task, 20)


async def test_a_topic_that_is_shorter_than_it_was_ends_the_relay(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.runtime.tail.LOOK_SECONDS", 0.2)
    await bench.decide(an_entry(1))
    await bench.publish()
    async with bench.tailing() as (_, task):
        await bench.lose_topic()
        await create_topics(bench.bootstrap, bench.prefix)
        with pytest.raises((LogLost, OffsetOutOfRangeError)):
            await asyncio.wait_for(task, 20)


async def test_what_is_said_again_is_the_newest_there_is(bench: Bench) -> None:
    await bench.decide(an_entry(1))
    await bench.publish()
    async with bench.pool.acquire() as slow:
        running = slow.transaction()
        await running.start()
        await append(slow, [an_entry(2)])
        # Asked for while a newer version is written, which commits first and is published first.
        await say_again(bench.pool, Duty.TYPE, an_entry(1).key)
        await running.commit()
    await bench.publish()
    assert (await bench.orders())[-1] == (1, 2)


async def test_a_session_that_is_long_over_is_missed_by_nobody(bench: Bench) -> None:
    for days_ago, epoch in ((16, 1), (14, 2)):
        await bench.decide(a_sign_in(days_ago))
        # As if it had been published, and Kafka had dropped it since.
        await bench.pool.execute("DELETE FROM outbox")
        async with bench.tailing():
            assert await bench.pool.fetchval("SELECT number FROM epoch") == epoch
    # Nor is it said again, when everything is.
    said = [row["key"] for row in await bench.pool.fetch("SELECT key FROM outbox")]
    assert said == [a_sign_in(14).key]
