"""Outbox and relay: one suite, on the in-memory doubles and on Postgres and Kafka."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import asyncpg
import pytest

from deploy.backing import Backing
from schemas.codec import decode, encode
from schemas.envelope import Envelope, Record
from schemas.topics import DUTY
from services.runtime import relay as relay_module
from services.runtime.journal import append, broken_links
from services.runtime.outbox import PostgresOutbox
from services.runtime.ports import Entry, LeaseLost, Outbox, Publisher, Unpublished
from services.runtime.prepare import WrongPartitions, create_topics
from services.runtime.relay import KafkaPublisher, Relay, lease_on
from tests.contract.doubles import MemoryLease, MemoryOutbox, MemoryPublisher
from tests.contract.entries import NOW, an_entry
from tests.soon import until
from tests.topic_reader import read_topic


@dataclass
class Bench:
    """An outbox that can be written, a publisher that can be read back."""

    outbox: Outbox
    publisher: Publisher
    prefix: str = ""

    async def write(self, *entries: Entry) -> None:
        raise AssertionError("each bench writes in its own way")

    async def published(self) -> list[Record]:
        raise AssertionError("each bench reads in its own way")


class MemoryBench(Bench):
    async def write(self, *entries: Entry) -> None:
        assert isinstance(self.outbox, MemoryOutbox)
        for entry in entries:
            envelope = Envelope(
                entry.event_id, entry.event_type, "s", NOW, entry.key, entry.version, 1, "c", exercise=False
            )
            row = Unpublished(len(self.outbox.rows), entry.aggregate, encode(envelope, entry.payload))
            self.outbox.rows.append(row)

    async def published(self) -> list[Record]:
        assert isinstance(self.publisher, MemoryPublisher)
        return [record for _, record in self.publisher.sent]


@dataclass
class RealBench(Bench):
    pool: asyncpg.Pool | None = None
    bootstrap: str = ""

    async def write(self, *entries: Entry) -> None:
        assert self.pool is not None
        async with self.pool.acquire() as connection, connection.transaction():
            await append(connection, entries)

    async def published(self) -> list[Record]:
        return await read_topic(self.bootstrap, DUTY, self.prefix)


@pytest.fixture
async def real(backing: Backing, pool: asyncpg.Pool, topic_prefix: str) -> AsyncIterator[Bench]:
    await create_topics(backing.kafka, topic_prefix)
    publisher = KafkaPublisher(backing.kafka)
    outbox = PostgresOutbox(pool, "urn:noaber:test")
    yield RealBench(outbox, publisher, topic_prefix, pool, backing.kafka)
    await publisher.stop()


@pytest.fixture(params=["memory", "real"])
def bench(request: pytest.FixtureRequest) -> Bench:
    if request.param == "memory":
        return MemoryBench(MemoryOutbox(), MemoryPublisher())
    found: Bench = request.getfixturevalue("real")
    return found


def versions(records: list[Record]) -> list[int]:
    return [decode(record).envelope.version for record in records]


async def test_what_was_written_is_published_once_in_order_and_forgotten(bench: Bench) -> None:
    await bench.write(an_entry(1))
    await bench.write(an_entry(2))
    await bench.write(an_entry(3))
    relay = Relay(bench.outbox, bench.publisher, MemoryLease(), bench.prefix)
    assert await relay.drain() == 3
    assert await relay.drain() == 0
    assert versions(await bench.published()) == [1, 2, 3]


async def test_the_published_bytes_are_the_journalled_bytes(bench: Bench) -> None:
    await bench.write(an_entry(1))
    await Relay(bench.outbox, bench.publisher, MemoryLease(), bench.prefix).drain()
    (record,) = await bench.published()
    assert record.value == an_entry(1).payload
    assert decode(record).state.key == an_entry(1).key


async def test_a_relay_that_lost_its_lease_publishes_nothing(bench: Bench) -> None:
    await bench.write(an_entry(1))
    lease = MemoryLease()
    lease.held = False
    with pytest.raises(LeaseLost):
        await Relay(bench.outbox, bench.publisher, lease, bench.prefix).run(asyncio.Event())
    assert await bench.published() == []
    assert len(await bench.outbox.read(10)) == 1


async def test_rows_read_long_ago_are_published_only_after_the_lease_is_confirmed(bench: Bench) -> None:
    await bench.write(an_entry(1))
    lease = MemoryLease()
    lease.held = False
    moments = iter([0.0, 60.0])
    relay = Relay(bench.outbox, bench.publisher, lease, bench.prefix, lambda: next(moments))
    with pytest.raises(LeaseLost):
        await relay.drain()
    assert await bench.published() == []


async def test_a_row_stays_in_the_outbox_until_it_is_acknowledged() -> None:
    bench = MemoryBench(MemoryOutbox(), publisher := MemoryPublisher())
    publisher.failures = 1
    await bench.write(an_entry(1))
    relay = Relay(bench.outbox, publisher, MemoryLease())
    with pytest.raises(ConnectionError):
        await relay.drain()
    assert await relay.drain() == 1
    assert versions(await bench.published()) == [1]


class LateOutbox(MemoryOutbox):
    """Its rows show at the third look: a transaction that began earlier keeps them back until then."""

    looks = 0

    async def read(self, limit: int) -> Sequence[Unpublished]:
        self.looks += 1
        return await super().read(limit) if self.looks > 2 else []


async def test_rows_that_are_kept_back_for_a_moment_do_not_wait_for_the_poll(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(relay_module, "POLL_SECONDS", 60.0)
    bench = MemoryBench(outbox := LateOutbox(), publisher := MemoryPublisher())
    await bench.write(an_entry(1))
    woken = asyncio.Event()
    running = asyncio.create_task(Relay(outbox, publisher, MemoryLease()).run(woken))
    async with asyncio.timeout(10):
        while not outbox.looks:
            await asyncio.sleep(0)
        woken.set()
        while not publisher.sent:
            await asyncio.sleep(0.001)
    running.cancel()


async def test_while_nothing_comes_it_looks_less_often_and_after_a_word_as_often_as_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pauses: list[float] = []

    async def heard(woken: asyncio.Event, seconds: float) -> bool:
        pauses.append(seconds)
        if len(pauses) == 20:
            raise LeaseLost("enough was seen")
        return len(pauses) == 8

    monkeypatch.setattr(relay_module, "_heard", heard)
    with pytest.raises(LeaseLost):
        await Relay(MemoryOutbox(), MemoryPublisher(), MemoryLease()).run(asyncio.Event())
    assert pauses[:8] == [0.05, 0.1, 0.2, *[0.4] * 5]
    assert pauses[8:] == [*[relay_module.LOOK_AGAIN_SECONDS] * 3, 0.05, 0.1, 0.2, *[0.4] * 6]


async def test_a_later_commit_with_a_lower_position_is_not_lost(real: RealBench, pool: asyncpg.Pool) -> None:
    slow, fast = an_entry(1, person=1), an_entry(1, person=2)
    async with pool.acquire() as connection:
        running = connection.transaction()
        await running.start()
        await append(connection, [slow])
        await real.write(fast)
        relay = Relay(real.outbox, real.publisher, MemoryLease(), real.prefix)
        assert await relay.drain() == 0
        await running.commit()
    assert await relay.drain() == 2
    assert {decode(record).envelope.key for record in await real.published()} == {slow.key, fast.key}


async def test_a_change_that_is_rolled_back_is_never_published(real: RealBench, pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        running = connection.transaction()
        await running.start()
        await append(connection, [an_entry(1)])
        await running.rollback()
    assert await Relay(real.outbox, real.publisher, MemoryLease(), real.prefix).drain() == 0


async def test_a_version_twice_or_with_a_gap_is_refused_by_the_database(real: RealBench) -> None:
    await real.write(an_entry(1))
    with pytest.raises(asyncpg.UniqueViolationError):
        await real.write(replace(an_entry(1), event_id=UUID(int=9)))
    with pytest.raises(asyncpg.CheckViolationError):
        await real.write(an_entry(3))


async def test_a_changed_journal_row_breaks_the_chain_visibly(real: RealBench, pool: asyncpg.Pool) -> None:
    for version in (1, 2, 3):
        await real.write(an_entry(version))
    async with pool.acquire() as connection:
        assert await broken_links(connection) == []
        await connection.execute("UPDATE journal SET payload = 'forged' WHERE version = 2")
        assert [broken.version for broken in await broken_links(connection)] == [2]


async def test_one_relay_is_active_and_another_takes_over_when_its_session_ends(database: str) -> None:
    async with lease_on(database, "aid") as second:
        async with lease_on(database, "aid") as first:
            assert await first.acquire()
            assert not await second.acquire()
            await first.confirm()
        await until(second.acquire)


async def test_a_lease_whose_session_was_ended_is_lost(database: str) -> None:
    async with lease_on(database, "aid") as lease:
        assert await lease.acquire()
        admin = await asyncpg.connect(database)
        await admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await admin.close()
        with pytest.raises(LeaseLost):
            await lease.confirm()


async def test_topics_are_created_once_and_a_wrong_partition_count_stops_everything(
    backing: Backing, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await create_topics(backing.kafka, topic_prefix)
    await create_topics(backing.kafka, topic_prefix)
    monkeypatch.setattr("services.runtime.prepare.TOPICS", (replace(DUTY, partitions=5),))
    with pytest.raises(WrongPartitions, match="has 2 partitions; it must have 5"):
        await create_topics(backing.kafka, topic_prefix)
