"""An owner goes on taking in, whatever fails: it says so, and holds back only the partition that fails."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import pytest

from schemas.envelope import Event
from schemas.events.duty import Duty
from schemas.topics import DUTY, SESSIONS
from services.runtime import intake as intake_module
from services.runtime.intake import Intake
from tests.contract.doubles import MemoryGraveyard
from tests.enveloped import NOW, record_of
from tests.soon import until
from tests.unit.runtime.kafka_double import Broker


class Database:
    """A pool of nothing; `failures` are raised first when it is asked how far it was."""

    def __init__(self, *failures: Exception, known: Sequence[dict[str, object]] = ()) -> None:
        self.failures = list(failures)
        self.known = list(known)

    async def fetch(self, statement: str) -> list[object]:
        if self.failures:
            raise self.failures.pop(0)
        return list(self.known)

    async def execute(self, statement: str, *values: object) -> None:
        return None

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[None]:
        yield

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator["Database"]:
        yield self


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    made = Broker()
    made.put_in(monkeypatch, "services.runtime.intake")
    monkeypatch.setattr(intake_module, "RETRY_SECONDS", (0.05, 0.05, 0.05, 0.05))
    return made


class Taker:
    """Takes in duty as hints and sessions as replicas; hints of `stuck` people fail."""

    def __init__(self, database: Database) -> None:
        self.stuck: set[UUID] = set()
        self.hints: list[UUID] = []
        self.tries = 0
        self.intake = Intake(
            database,
            "",
            "",
            replicas=(SESSIONS,),
            hints=(DUTY,),
            on_hint=self._hint,
            on_replica=self._replica,
            dead_letters=MemoryGraveyard(),
        )

    async def _hint(self, event: Event) -> None:
        assert isinstance(event.state, Duty)
        if event.state.id in self.stuck:
            self.tries += 1
            raise RuntimeError("not now")
        self.hints.append(event.state.id)

    async def _replica(self, events: object) -> None:
        return None


@asynccontextmanager
async def running(taker: Taker) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(taker.intake.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def duty(number: int) -> Duty:
    return Duty(id=UUID(int=number), on=True, changed_at=NOW, exercise=False)


async def test_a_database_that_refuses_is_said_and_asked_again(broker: Broker) -> None:
    broker.add("duty", 0, record_of(duty(1)))
    refused = asyncpg.CannotConnectNowError("starting up")
    taker = Taker(Database(refused, refused))
    async with running(taker) as task:
        await until(lambda: taker.intake.trouble)
        assert "CannotConnectNowError" in str(taker.intake.trouble) and not task.done()
        await until(lambda: taker.hints)
        await until(lambda: not taker.intake.trouble)


async def test_a_partition_that_fails_does_not_hold_back_the_others(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_module, "RETRY_SECONDS", (60.0,))
    taker = Taker(Database())
    taker.stuck.add(UUID(int=1))
    broker.add("duty", 0, record_of(duty(1)))
    async with running(taker):
        await until(lambda: taker.intake.trouble)
        broker.add("duty", 1, record_of(duty(2)))
        await until(lambda: taker.hints == [UUID(int=2)])
        assert taker.intake.trouble


async def test_a_partition_that_failed_goes_on_where_it_stood(broker: Broker) -> None:
    taker = Taker(Database())
    taker.stuck.add(UUID(int=1))
    broker.add("duty", 0, record_of(duty(1)), record_of(duty(2)))
    async with running(taker):
        await until(lambda: taker.tries > 1)
        assert taker.hints == []
        taker.stuck.clear()
        await until(lambda: taker.hints == [UUID(int=1), UUID(int=2)])
        await until(lambda: not taker.intake.trouble)


async def test_it_starts_over_when_the_writer_does(broker: Broker) -> None:
    taker = Taker(Database())
    broker.add("duty", 0, record_of(duty(1)), record_of(duty(2)))
    async with running(taker):
        await until(lambda: taker.hints == [UUID(int=1), UUID(int=2)])
        # The topic was lost and filled anew beyond where we were: only the epoch can tell.
        broker.logs.clear()
        broker.add("duty", 0, *(record_of(duty(number), epoch=2) for number in (3, 4, 5)))
        await until(lambda: taker.hints[2:] == [UUID(int=3), UUID(int=4), UUID(int=5)])


async def test_a_process_that_starts_reads_its_last_record_again(broker: Broker) -> None:
    row = {"topic": "duty", "partition": 0, "next_offset": 2, "epoch": 1}
    taker = Taker(Database(known=[row]))
    broker.add("duty", 0, *(record_of(duty(number), epoch=2) for number in (3, 4)))
    async with running(taker):
        await until(lambda: taker.hints == [UUID(int=3), UUID(int=4)])


async def test_what_was_deleted_while_nobody_read_is_passed_over_and_nothing_else(broker: Broker) -> None:
    async with running(Taker(Database())):
        await until(lambda: broker.options)
    assert broker.options[0]["auto_offset_reset"] == "earliest"
