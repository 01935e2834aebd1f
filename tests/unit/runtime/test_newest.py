"""The newest states in memory: one partition that waits holds back no other, and nothing is buried twice."""

import asyncio
import gc
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from uuid import UUID

import pytest
from aiokafka.errors import KafkaConnectionError

from schemas.envelope import Event, Record
from schemas.events.duty import Duty
from schemas.topics import DUTY
from services.runtime import replica as replica_module
from services.runtime.consume import DEAD_IN_A_ROW, READERS
from services.runtime.replica import Newest, StartOver
from tests.enveloped import NOW, record_of
from tests.soon import until
from tests.unit.runtime.kafka_double import Broker


@pytest.fixture
def broker(monkeypatch: pytest.MonkeyPatch) -> Broker:
    made = Broker()
    made.put_in(monkeypatch, "services.runtime.replica")
    return made


@asynccontextmanager
async def reading() -> AsyncIterator[Newest]:
    newest = Newest("", "", (DUTY,))
    task = asyncio.create_task(newest.run())
    try:
        yield newest
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def duty(number: int, version: int = 1, epoch: int = 1) -> Record:
    return record_of(Duty(id=UUID(int=number), on=True, changed_at=NOW, exercise=False), version, epoch)


def of_a_newer_version(record: Record) -> Record:
    headers = tuple(
        (name, value.replace(b"v1", b"v99") if name == "ce_type" else value) for name, value in record.headers
    )
    assert headers != tuple(record.headers)
    return replace(record, headers=headers)


async def test_a_partition_that_waits_for_an_upgrade_holds_back_no_other(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replica_module, "RETRY_SECONDS", 60.0)
    broker.add("duty", 0, of_a_newer_version(duty(1)))
    async with reading() as newest:
        await until(lambda: newest.waiting)
        broker.add("duty", 1, duty(2))
        await until(lambda: str(UUID(int=2)) in newest.states[Duty])
        assert newest.waiting


async def test_an_older_record_that_comes_late_changes_nothing_and_is_no_news(broker: Broker) -> None:
    heard: list[int] = []

    async def news(events: Sequence[Event]) -> None:
        heard.extend(event.envelope.version for event in events)

    newest = Newest("", "", (DUTY,), news)
    task = asyncio.create_task(newest.run())
    for version in (1, 3, 2):
        broker.add("duty", 0, duty(1, version))
        await until(lambda version=version: sum(newest.offsets.values()) == len(broker.logs["duty", 0]))
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert newest.states[Duty][str(UUID(int=1))].envelope.version == 3 and heard == [1, 3]
    # A viewer that resumes from before the newest record hears of it, and from behind it of nothing.
    assert [len(newest.after({("duty", 0): offset})) for offset in (0, 1, 2)] == [1, 1, 0]


async def test_what_cannot_be_read_is_counted_and_passed_over(broker: Broker) -> None:
    broker.add("duty", 0, replace(duty(1), value=b"{"), duty(2))
    async with reading() as newest:
        await until(lambda: str(UUID(int=2)) in newest.states[Duty])
        assert newest.unreadable == 1


async def test_at_the_word_of_an_operator_it_reads_on_behind_what_halted_it(
    broker: Broker, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replica_module, "RETRY_SECONDS", 0.01)
    # Each has a key of its own: what is replaced by the time of the first reading is never looked at.
    bad = [replace(duty(number), value=b"{") for number in range(10, 10 + DEAD_IN_A_ROW)]
    broker.add("duty", 0, *bad, duty(2))
    async with reading() as newest:
        await until(lambda: newest.waiting)
        assert str(UUID(int=2)) not in newest.states[Duty]
        READERS.go_on()
        await until(lambda: str(UUID(int=2)) in newest.states[Duty])
        assert not newest.waiting and newest.unreadable == DEAD_IN_A_ROW


async def test_what_was_replaced_before_it_was_read_is_never_looked_at(broker: Broker) -> None:
    unread = replace(duty(1), value=b"{")
    broker.add("duty", 0, unread, of_a_newer_version(duty(1, 2)), duty(1, 3), duty(1, 2))
    async with reading() as newest:
        await until(newest.caught_up.is_set)
        assert newest.states[Duty][str(UUID(int=1))].envelope.version == 3
        assert newest.unreadable == 0 and not newest.waiting
        assert newest.place(Duty, str(UUID(int=1))) == (("duty", 0), 2)


async def test_where_the_newest_cannot_be_read_the_one_before_it_stands(broker: Broker) -> None:
    broker.add("duty", 0, duty(1), duty(2), replace(duty(1, 2), value=b"{"), duty(3))
    async with reading() as newest:
        await until(newest.caught_up.is_set)
        assert newest.states[Duty][str(UUID(int=1))].envelope.version == 1
        assert newest.unreadable == 1
        assert [UUID(event.envelope.key).int for event in newest.after({("duty", 0): 1})] == [3, 2]


@pytest.mark.parametrize("order", [("ce_version", b"0"), ("ce_version", b"x"), ("ce_epoch", b"")])
async def test_a_record_that_does_not_say_its_order_is_passed_over(
    broker: Broker, order: tuple[str, bytes]
) -> None:
    name, text = order
    without = replace(duty(1), headers=tuple(h for h in duty(1).headers if h[0] != name))
    wrong = replace(without, headers=(*without.headers, (name, text)))
    broker.add("duty", 0, without, wrong, duty(2))
    async with reading() as newest:
        await until(newest.caught_up.is_set)
        assert list(newest.states[Duty]) == [str(UUID(int=2))] and newest.unreadable == 2


async def test_what_stands_on_the_wrong_topic_covers_nothing(broker: Broker) -> None:
    foreign = replace(
        duty(1, 9),
        headers=tuple((n, b"urn:noaber:live" if n == "ce_source" else v) for n, v in duty(1, 9).headers),
    )
    broker.add("duty", 0, duty(1), foreign)
    async with reading() as newest:
        await until(newest.caught_up.is_set)
        assert newest.states[Duty][str(UUID(int=1))].envelope.version == 1 and newest.unreadable == 1


async def test_garbage_is_looked_for_again_once_the_log_was_read(broker: Broker) -> None:
    looked: list[bool] = []

    async def news(_: Sequence[Event]) -> None:
        looked.append(gc.isenabled())

    broker.add("duty", 0, duty(1))
    newest = Newest("", "", (DUTY,), news)
    task = asyncio.create_task(newest.run())
    await until(newest.caught_up.is_set)
    broker.add("duty", 0, duty(2))
    await until(lambda: len(looked) == 2)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert looked == [False, True]


async def test_garbage_is_looked_for_again_where_the_log_could_not_be_read(broker: Broker) -> None:
    broker.silent = True
    with pytest.raises(KafkaConnectionError):
        await Newest("", "", (DUTY,)).run()
    assert gc.isenabled()


async def test_a_place_that_is_not_there_any_more_is_an_error(broker: Broker) -> None:
    async with reading() as newest:
        await until(newest.caught_up.is_set)
    assert all(options["auto_offset_reset"] == "none" for options in broker.options)


async def test_it_starts_over_when_an_owner_begins_a_new_epoch(broker: Broker) -> None:
    broker.add("duty", 0, duty(1, 4))
    newest = Newest("", "", (DUTY,))
    task = asyncio.create_task(newest.run())
    await until(newest.caught_up.is_set)
    broker.add("duty", 0, duty(1, 4, epoch=2))
    with pytest.raises(StartOver, match="aid began epoch 2"):
        await asyncio.wait_for(task, 3)


async def test_it_reads_over_a_change_of_epoch_at_its_start(broker: Broker) -> None:
    broker.add("duty", 0, duty(1, 4), duty(1, 3, epoch=2))
    async with reading() as newest:
        await until(newest.caught_up.is_set)
        assert newest.states[Duty][str(UUID(int=1))].envelope.order == (2, 3)


async def test_a_broker_that_is_silent_is_noticed(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.runtime.health.ASK_SECONDS", 0.02)
    monkeypatch.setattr("services.runtime.health.SILENT_SECONDS", 0.2)
    async with reading() as newest:
        await until(newest.caught_up.is_set)
        await asyncio.sleep(0.4)
        assert newest.broker.answers
        broker.silent = True
        await until(lambda: not newest.broker.answers)
        broker.silent = False
        await until(lambda: newest.broker.answers)


async def test_what_was_missed_is_every_key_whose_newest_record_came_later(broker: Broker) -> None:
    broker.add("duty", 0, duty(1), duty(2), duty(3), duty(1, 2))
    broker.add("duty", 1, duty(4))
    async with reading() as newest:
        await until(newest.caught_up.is_set)
        for vector, missed in (
            ({("duty", 0): 4, ("duty", 1): 1}, []),
            ({("duty", 0): 3, ("duty", 1): 1}, [1]),
            ({("duty", 0): 2, ("duty", 1): 1}, [1, 3]),
            ({("duty", 0): 0, ("duty", 1): 0}, [1, 2, 3, 4]),
        ):
            assert sorted(UUID(event.envelope.key).int for event in newest.after(vector)) == missed
        assert newest.place(Duty, str(UUID(int=1))) == (("duty", 0), 3)


async def test_what_comes_while_reading_rests_is_read_together(
    broker: Broker,
) -> None:
    heard: list[int] = []
    rests = [0.0]

    async def news(events: Sequence[Event]) -> None:
        heard.append(len(events))

    newest = Newest("", "", (DUTY,), news, lambda: rests[0])
    task = asyncio.create_task(newest.run())
    await until(newest.caught_up.is_set)
    rests[0] = 0.4
    # Whatever reading was under way ends, and the next one rests.
    broker.add("duty", 0, duty(1))
    await until(lambda: heard)
    for number in range(2, 12):
        await asyncio.sleep(0.002)
        broker.add("duty", 0, duty(number))
    await until(lambda: sum(heard) == 11)
    assert len(heard) <= 3
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_nothing_rests_before_everything_was_read_once(broker: Broker) -> None:
    asked: list[bool] = []

    def rest() -> float:
        asked.append(newest.caught_up.is_set())
        return 0.0

    broker.add("duty", 0, *(duty(number) for number in range(1, 9)))
    newest = Newest("", "", (DUTY,), rest=rest)
    task = asyncio.create_task(newest.run())
    await until(lambda: asked)
    assert all(asked)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_what_is_forgotten_is_gone_for_who_asks_and_for_who_resumes(broker: Broker) -> None:
    broker.add("duty", 0, duty(1), duty(2))
    async with reading() as newest:
        await until(newest.caught_up.is_set)
        newest.forget(Duty, [str(UUID(int=1))])
        assert list(newest.states[Duty]) == [str(UUID(int=2))]
        assert [event.envelope.key for event in newest.after({})] == [str(UUID(int=2))]
