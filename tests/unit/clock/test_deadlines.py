"""What the clock keeps of commitments, and when it fires."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

import pytest

from schemas.catalogue import Function
from schemas.codec import decode
from schemas.envelope import Event
from schemas.events.alarm import Alarm
from schemas.events.bell import Bell
from schemas.events.commitment import Commitment, CommitmentState, Deadline, DeadlineName
from schemas.events.delivery import Delivery, TurnEnds
from schemas.events.duty import Duty
from schemas.values import Where
from services.clock.handlers import Clock
from services.clock.rules import Pending, alarms, remember
from tests.contract.doubles import MemoryPublisher
from tests.enveloped import event_of

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
KEY = UUID("0193f3a0-0000-7000-8000-000000000001")
FIRST, SECOND = (
    Deadline(id=uuid5(KEY, name), name=DeadlineName.EXPIRY, due=NOW + timedelta(minutes=minutes))
    for name, minutes in (("first", 1), ("second", 5))
)


def event(version: int, *deadlines: Deadline, **more: object) -> Event:
    commitment = Commitment(
        **{
            "id": KEY,
            "request": KEY,
            "incident": KEY,
            "function": Function.CISO,
            "where": Where.REMOTE,
            "lender": "GM0001",
            "borrower": "GM0002",
            "starts": NOW,
            "ends": NOW + timedelta(days=1),
            "claimed_at": NOW,
            "deadlines": deadlines,
            "exercise": True,
            **more,
        }
    )
    return event_of(commitment, version)


class Hands:
    """A clock with a dict for a table, a list for Kafka, and hands that a test moves."""

    def __init__(self) -> None:
        self.time = NOW
        self.table: dict[bytes, bytes] = {}
        self.turns: dict[bytes, bytes] = {}
        self.publisher = MemoryPublisher()
        self.clock = self.restarted()

    def restarted(self) -> Clock:
        self.clock = Clock(
            {Commitment: self.table, Delivery: self.turns}, self.publisher, lambda: self.time, "p-"
        )
        return self.clock

    async def fired_after(self, **passed: int) -> list[Event]:
        self.time += timedelta(**passed)
        before = len(self.publisher.sent)
        assert await self.clock.fire() == len(self.publisher.sent) - before
        fired = [decode(record) for _, record in self.publisher.sent[before:]]
        topics = [topic for topic, _ in self.publisher.sent[before:]]
        assert topics == ["p-bells" if isinstance(each.state, Bell) else "p-alarms" for each in fired]
        return fired


def test_an_older_version_that_comes_late_changes_nothing() -> None:
    newer = remember(None, event(2, SECOND))
    assert remember(newer, event(1, FIRST)) == newer
    assert remember(newer, event(2, FIRST)) == newer


@pytest.mark.parametrize("state", [CommitmentState.LAPSED, CommitmentState.GIVEN_BACK])
def test_what_is_over_has_no_deadline(state: CommitmentState) -> None:
    assert remember(None, event(1, FIRST, state=state)).deadlines == ()


def test_the_same_moment_gives_the_same_alarm() -> None:
    kept = [remember(None, event(1, FIRST))]
    assert alarms(kept, FIRST.due) == alarms(kept, FIRST.due)


async def test_nothing_fires_before_it_is_due() -> None:
    hands = Hands()
    await hands.clock.take(event(1, FIRST, SECOND))
    assert await hands.fired_after(seconds=59) == []
    (alarm,) = await hands.fired_after(seconds=1)
    assert alarm.state == Alarm(id=FIRST.id, commitment=KEY, due=FIRST.due)
    assert (alarm.envelope.key, alarm.envelope.exercise, alarm.envelope.correlation) == (
        str(FIRST.id),
        True,
        "c",
    )


async def test_it_fires_once_in_half_a_minute_while_it_is_pending() -> None:
    hands = Hands()
    await hands.clock.take(event(1, FIRST))
    (first,) = await hands.fired_after(minutes=1)
    assert await hands.fired_after(seconds=29) == []
    (second,) = await hands.fired_after(seconds=1)
    assert second.envelope.version > first.envelope.version
    assert second.envelope.id != first.envelope.id


async def test_a_restart_repeats_the_same_event_and_never_an_older_version() -> None:
    hands = Hands()
    await hands.clock.take(event(1, FIRST))
    (first,) = await hands.fired_after(seconds=95)
    hands.restarted()
    (again,) = await hands.fired_after(seconds=1)
    assert again.envelope.id == first.envelope.id
    assert again.envelope.version == first.envelope.version


async def test_a_deadline_that_is_gone_from_the_newest_state_is_dropped() -> None:
    hands = Hands()
    await hands.clock.take(event(1, FIRST))
    await hands.clock.take(event(2, SECOND))
    assert await hands.fired_after(minutes=2) == []
    await hands.clock.take(event(3, state=CommitmentState.FINAL))
    assert await hands.fired_after(minutes=9) == []


async def test_what_could_not_be_published_is_fired_at_the_next_tick() -> None:
    hands = Hands()
    await hands.clock.take(event(1, FIRST))
    hands.publisher.failures = 1
    hands.time += timedelta(minutes=1)
    with pytest.raises(ConnectionError):
        await hands.clock.fire()
    assert len(await hands.fired_after(seconds=0)) == 1


async def test_a_replay_writes_the_table_again() -> None:
    hands = Hands()
    await hands.clock.take(event(1, FIRST))
    before = dict(hands.table)
    hands.table.clear()
    await hands.clock.take(event(1, FIRST))
    assert hands.table == before
    kept = Pending.model_validate_json(hands.table[str(KEY).encode()])
    assert [each.id for each in kept.deadlines] == [FIRST.id]


async def test_a_type_nobody_handles_is_a_failure() -> None:
    duty = Duty(id=KEY, on=True, changed_at=NOW, exercise=False)
    with pytest.raises(KeyError):
        await Hands().clock.take(Event(event(1).envelope, duty))


def delivery(version: int, turn: TurnEnds | None) -> Event:
    made = Delivery(
        id=KEY,
        request=KEY,
        organisation="GM0001",
        function=Function.CISO,
        asked_at=NOW,
        turn=turn,
        exercise=True,
    )
    return event_of(made, version, epoch=3)


async def test_a_turn_on_a_ladder_rings_a_bell_and_a_turn_that_is_over_rings_none() -> None:
    hands = Hands()
    first, second = (TurnEnds(id=uuid5(KEY, n), due=NOW + timedelta(minutes=3)) for n in ("one", "two"))
    await hands.clock.take(event(1, FIRST))
    await hands.clock.take(delivery(1, first))
    await hands.clock.take(delivery(2, second))
    fired = [each for each in await hands.fired_after(minutes=3) if isinstance(each.state, Bell)]
    assert [each.state for each in fired] == [Bell(id=second.id, delivery=KEY, due=second.due)]
    assert fired[0].envelope.epoch == 3 and fired[0].envelope.exercise
    await hands.clock.take(delivery(3, None))
    assert not [e for e in await hands.fired_after(minutes=1) if isinstance(e.state, Bell)]


def test_what_was_kept_before_there_were_ladders_still_counts() -> None:
    kept = remember(None, event(1, FIRST)).model_dump(mode="json")
    older = {name: value for name, value in kept.items() if name not in ("about", "kind")}
    older["deadlines"] = [FIRST.model_dump(mode="json")]
    assert Pending.model_validate({**older, "commitment": str(KEY)}) == Pending.model_validate(kept)


async def test_what_stood_in_the_topics_is_fired_though_the_table_lost_it_and_not_what_is_settled_since() -> (
    None
):
    hands = Hands()
    hands.clock.stood([event(2, FIRST)])
    assert [each.state.id for each in await hands.fired_after(minutes=1)] == [FIRST.id]
    # The table has it too, and no older: it is one alarm.
    await hands.clock.take(event(2, FIRST))
    assert [each.state.id for each in await hands.fired_after(seconds=30)] == [FIRST.id]
    await hands.clock.take(event(3))
    assert await hands.fired_after(minutes=5) == []
    # An older state in the table than what stood: the topic is right.
    hands.table.clear()
    await hands.clock.take(event(1, SECOND))
    hands.clock.stood([event(3)])
    assert await hands.fired_after(minutes=5) == []
