"""An owner's intake: one suite, on a broker in memory and on Kafka; the offsets always stand in Postgres."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

import asyncpg
import pytest

from deploy.backing import Backing
from schemas.envelope import Event, Record
from schemas.events.duty import Duty
from schemas.events.person import Person
from schemas.events.session import Session
from schemas.topics import DUTY, PEOPLE, SESSIONS, Topic
from services.runtime import intake as intake_module
from services.runtime.intake import Intake
from services.runtime.prepare import create_topics
from services.runtime.relay import KafkaPublisher
from services.runtime.taken_in import EPOCHS, TABLES
from tests.contract.doubles import MemoryGraveyard
from tests.enveloped import NOW, record_of
from tests.soon import until
from tests.unit.runtime.kafka_double import Broker

ONE = UUID(int=1)

Put = Callable[[Topic, Sequence[Record]], Awaitable[None]]
"""Adds records to a topic, in order."""


@dataclass
class Owner:
    """Takes in duty as hints and sessions as a replica; a hint fails as often as `failures` says."""

    pool: asyncpg.Pool
    bootstrap: str
    prefix: str
    put: Put
    failures: int = 0
    hints: list[int] = field(default_factory=list)
    news: list[int] = field(default_factory=list)
    graves: MemoryGraveyard = field(default_factory=MemoryGraveyard)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[Intake]:
        intake = Intake(
            self.pool,
            self.bootstrap,
            self.prefix,
            replicas=(SESSIONS, PEOPLE),
            hints=(DUTY,),
            on_hint=self._hint,
            on_replica=self._replica,
            dead_letters=self.graves,
        )
        task = asyncio.create_task(intake.run())
        try:
            yield intake
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def _hint(self, event: Event) -> None:
        if self.failures:
            self.failures -= 1
            raise RuntimeError("not now")
        self.hints.append(event.envelope.version)

    async def _replica(self, events: Sequence[Event]) -> None:
        self.news += [event.envelope.version for event in events]

    async def kept(self) -> list[tuple[int, int]]:
        """(epoch, version) of every state in the replica."""
        rows = await self.pool.fetch("SELECT epoch, version FROM replica ORDER BY key")
        return [(row["epoch"], row["version"]) for row in rows]

    async def taken(self, topic: Topic) -> int:
        """How many records of a topic count as taken in, over all partitions."""
        found = await self.pool.fetchval("SELECT sum(next_offset) FROM intake WHERE topic = $1", topic.name)
        return int(found or 0)


@pytest.fixture
async def memory(pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch) -> Owner:
    await pool.execute(TABLES + EPOCHS)
    broker = Broker()
    broker.put_in(monkeypatch, "services.runtime.intake")

    async def put(topic: Topic, records: Sequence[Record]) -> None:
        broker.add(topic.name, 0, *records)

    return Owner(pool, "", "", put)


@pytest.fixture
async def kafka(backing: Backing, topic_prefix: str, pool: asyncpg.Pool) -> AsyncIterator[Owner]:
    await pool.execute(TABLES + EPOCHS)
    await create_topics(backing.kafka, topic_prefix)
    publisher = KafkaPublisher(backing.kafka)

    async def put(topic: Topic, records: Sequence[Record]) -> None:
        await publisher.publish([(topic_prefix + topic.name, record) for record in records])

    yield Owner(pool, backing.kafka, topic_prefix, put)
    await publisher.stop()


@pytest.fixture(params=["memory", "kafka"])
def owner(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Owner:
    monkeypatch.setattr(intake_module, "RETRY_SECONDS", (0.05, 0.05, 0.05, 0.05))
    made: Owner = request.getfixturevalue(request.param)
    return made


def a_session(version: int, epoch: int = 1) -> Record:
    session = Session(id=ONE, person=ONE, started_at=NOW, expires_at=NOW + timedelta(hours=1))
    return record_of(session, version, epoch)


def a_duty(version: int) -> Record:
    return record_of(Duty(id=ONE, on=True, changed_at=NOW, exercise=False), version)


def newer(record: Record) -> Record:
    """The same of a type version that this reader does not know."""
    headers = tuple((name, value.replace(b".v1", b".v2")) for name, value in record.headers)
    return replace(record, headers=headers)


async def test_of_one_batch_the_newest_state_is_kept(owner: Owner) -> None:
    await owner.put(SESSIONS, [a_session(2), a_session(3), a_session(1)])
    async with owner.running():
        await until(lambda: _is(owner.taken(SESSIONS), 3))
    assert await owner.kept() == [(1, 3)]


async def test_an_older_state_that_comes_late_changes_nothing_and_a_newer_epoch_does(owner: Owner) -> None:
    async with owner.running():
        for number, record in enumerate((a_session(2), a_session(1), a_session(1, epoch=2)), start=1):
            await owner.put(SESSIONS, [record])
            await until(lambda number=number: _is(owner.taken(SESSIONS), number))
            assert await owner.kept() == [(1, 2) if number < 3 else (2, 1)]


async def test_it_goes_on_where_it_was_after_a_restart_and_may_see_the_last_one_again(owner: Owner) -> None:
    async with owner.running():
        for number in (1, 2, 3):
            await owner.put(DUTY, [a_duty(number)])
            await until(lambda number=number: _is(owner.taken(DUTY), number))
    await owner.put(DUTY, [a_duty(4)])
    async with owner.running():
        await until(lambda: _is(owner.taken(DUTY), 4))
    assert owner.hints[:3] == [1, 2, 3] and owner.hints[3:] in ([4], [3, 4])


async def test_a_hint_that_fails_is_tried_again_until_it_is_taken(owner: Owner) -> None:
    owner.failures = 2
    await owner.put(DUTY, [a_duty(1)])
    async with owner.running() as intake:
        await until(lambda: _is(owner.taken(DUTY), 1))
        await until(lambda: not intake.trouble)
    assert owner.hints == [1]


async def test_of_hints_that_lie_ready_only_the_newest_about_each_thing_is_heeded(owner: Owner) -> None:
    broken = replace(a_duty(4), value=b"not json")
    await owner.put(DUTY, [a_duty(1), a_duty(2), broken, a_duty(3)])
    async with owner.running():
        await until(lambda: _is(owner.taken(DUTY), 4))
    assert owner.hints == [3] and len(owner.graves.buried) == 1


async def test_a_newer_type_stops_its_partition_and_nothing_behind_it_is_taken(owner: Owner) -> None:
    await owner.put(DUTY, [a_duty(1), newer(a_duty(2)), a_duty(3)])
    # What lies behind the newer type says nothing anew yet: the first is heeded.
    async with owner.running() as intake:
        await until(lambda: _is(owner.taken(DUTY), 1))
        assert "upgrade" in str(intake.waiting)
        await owner.put(SESSIONS, [a_session(1)])
        await until(lambda: _is(owner.taken(SESSIONS), 1))
        assert await owner.taken(DUTY) == 1 and owner.hints == [1]


async def test_what_cannot_be_read_is_buried_and_passed_over(owner: Owner) -> None:
    await owner.put(DUTY, [replace(a_duty(1), value=b"not json"), a_duty(2)])
    async with owner.running():
        await until(lambda: _is(owner.taken(DUTY), 2))
    assert owner.hints == [2] and len(owner.graves.buried) == 1


async def _is(found: Awaitable[int], wanted: int) -> bool:
    return await found == wanted


async def test_a_topic_that_is_shorter_than_what_was_read_is_read_from_its_beginning(owner: Owner) -> None:
    await owner.put(SESSIONS, [a_session(3, epoch=2)])
    # As it was before the topic was lost: one record more was taken in than stands there now.
    await owner.pool.execute("INSERT INTO intake VALUES ('sessions', 0, 2, 1), ('sessions', 1, 2, 1)")
    async with owner.running():
        await until(lambda: _is_kept(owner, [(2, 3)]))


async def test_an_owner_that_starts_over_is_read_from_the_beginning_in_all_its_topics(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    await pool.execute(TABLES + EPOCHS)
    broker = Broker()
    broker.put_in(monkeypatch, "services.runtime.intake")
    broker.add("sessions", 0, a_session(1))

    async def put(topic: Topic, records: Sequence[Record]) -> None:
        broker.add(topic.name, 0, *records)

    owner = Owner(pool, "", "", put)
    async with owner.running():
        await until(lambda: _is_kept(owner, [(1, 1)]))
        # Lost and filled anew up to exactly where we are: there is nothing to read, and nothing is missing.
        broker.logs["sessions", 0].clear()
        await put(SESSIONS, [a_session(2, epoch=2)])
        person = Person(id=UUID(int=2), readers={}, exercise=False)
        await put(PEOPLE, [record_of(person, 1, epoch=2)])
        await until(lambda: _is_kept(owner, [(2, 2), (2, 1)]))


async def _is_kept(owner: Owner, wanted: list[tuple[int, int]]) -> bool:
    return await owner.kept() == wanted
