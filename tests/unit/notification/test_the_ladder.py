"""Whose turn it is: each person once, in order, on duty, within their hours, and until somebody says yes."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from schemas.catalogue import Function
from schemas.events.delivery import AttemptState, Delivery, DeliveryState, PassedOver
from schemas.events.wake_list import Turn, WakeList
from schemas.night import Wake, dutch_time, first_call, is_night
from schemas.values import IBD_PHONE
from services.notification.rules.ladder import (
    STALE,
    Ladder,
    begin,
    checked,
    ended,
    held,
    keyed,
    ordered,
    over,
    reopened,
    rung,
    to_call,
    told_with,
)
from services.notification.rules.words import after_key, wake_call
from tests.unit.notification.asked import NIGHT, approach

SEVEN = datetime(2026, 1, 5, 6, 0, tzinfo=UTC)
ILSE, BAS, COR = (UUID(int=number) for number in (1, 2, 3))
EVERYBODY = frozenset((ILSE, BAS, COR))


def ladder(minutes: float = 0, off: tuple[UUID, ...] = (), **more: Any) -> Ladder:
    turns = more.pop("turns", tuple(Turn(person=each) for each in (ILSE, BAS, COR)))
    made = WakeList(**{"id": "GM0153", "turns": turns, "exercise": False, **more})
    return Ladder(NIGHT + timedelta(minutes=minutes), made, EVERYBODY - set(off))


def begun(at: Ladder | None = None, **more: Any) -> Delivery:
    found = begin(approach(**more), at or ladder())
    assert found is not None
    return found


def called(delivery: Delivery) -> list[tuple[UUID, AttemptState]]:
    return [(each.person, each.state) for each in delivery.attempts]


def bell(delivery: Delivery, at: Ladder) -> Delivery:
    assert delivery.turn is not None
    return rung(delivery, delivery.turn.id, at)


def following(delivery: Delivery) -> UUID | None:
    assert delivery.turn is not None
    return delivery.turn.next


def current(delivery: Delivery) -> UUID:
    found = to_call(delivery)
    assert found is not None
    return found.id


def test_now_begins_at_once_and_no_answer_is_the_next_ones_turn_until_nobody_is_left() -> None:
    found = begun()
    assert called(found) == [(ILSE, AttemptState.CALLING)]
    assert bell(found, ladder(2.9)) == found
    found = bell(found, ladder(3))
    assert called(found) == [(ILSE, AttemptState.UNANSWERED), (BAS, AttemptState.CALLING)]
    found = bell(bell(found, ladder(6)), ladder(9))
    assert found.state is DeliveryState.NOBODY and found.turn is None and found.phone == IBD_PHONE
    assert [person for person, _ in called(found)] == [ILSE, BAS, COR]


def test_a_bell_that_comes_twice_or_for_another_turn_changes_nothing() -> None:
    first = begun()
    assert first.turn is not None
    second = bell(first, ladder(3))
    assert rung(second, first.turn.id, ladder(3)) == second
    assert rung(second, first.turn.id, ladder(30)) == second


def test_a_yes_ends_it_and_a_no_is_the_next_ones_turn_at_once() -> None:
    found = begun()
    ilse = current(found)
    found = keyed(found, ilse, "2", ladder(1))
    assert called(found) == [(ILSE, AttemptState.NO), (BAS, AttemptState.CALLING)]
    assert keyed(found, ilse, "2", ladder(1)) == found
    found = keyed(found, current(found), "1", ladder(2))
    assert found.state is DeliveryState.ANSWERED and found.turn is None and to_call(found) is None


def test_a_yes_that_comes_late_counts_and_nobody_further_is_called() -> None:
    first = begun()
    second = bell(first, ladder(3))
    found = keyed(second, current(first), "1", ladder(4))
    assert found.state is DeliveryState.ANSWERED and found.turn is None
    nobody = bell(bell(second, ladder(6)), ladder(9))
    assert keyed(nobody, current(first), "1", ladder(10)).state is DeliveryState.ANSWERED


def test_a_call_that_is_over_without_a_key_does_not_keep_the_next_one_waiting() -> None:
    first = begun()
    found = ended(first, current(first), AttemptState.UNANSWERED, ladder(1))
    assert called(found) == [(ILSE, AttemptState.UNANSWERED), (BAS, AttemptState.CALLING)]
    assert ended(found, current(first), AttemptState.UNANSWERED, ladder(1)) == found


def test_who_is_off_duty_or_sleeps_at_this_hour_is_passed_over_and_that_is_said() -> None:
    turns = (Turn(person=ILSE), Turn(person=BAS, from_hour=7, to_hour=23), Turn(person=COR))
    found = begun(ladder(turns=turns, off=(ILSE,)))
    assert called(found) == [(COR, AttemptState.CALLING)]
    assert [(e.person, e.why) for e in found.passed] == [
        (ILSE, PassedOver.OFF_DUTY),
        (BAS, PassedOver.OTHER_HOURS),
    ]


def test_each_turn_says_who_would_be_next_at_its_end() -> None:
    turns = (Turn(person=ILSE), Turn(person=BAS, to_hour=4), Turn(person=COR))
    assert following(begun(ladder(turns=turns))) == BAS
    # It is 03:40 on a Dutch clock; at the end of a turn of half an hour Bas is not to be called any more.
    late = WakeList(id="GM0153", turns=turns, minutes=30, exercise=False)
    assert following(begun(Ladder(NIGHT + timedelta(minutes=30), late, EVERYBODY))) == COR
    assert following(begun(ladder(off=(BAS,)))) == COR
    assert following(begun(wake=Wake.MORNING)) == ILSE
    assert following(begun(ladder(off=(BAS, COR)))) is None


def test_nobody_on_duty_shows_whom_to_phone() -> None:
    found = begun(ladder(off=(ILSE, BAS, COR), phone="14 053"))
    assert found.state is DeliveryState.NOBODY and found.phone == "14 053" and not found.attempts
    assert begun(Ladder(NIGHT, None, frozenset())).phone == IBD_PHONE


def test_who_goes_off_duty_between_their_turn_and_the_order_is_not_called() -> None:
    found = begun()
    assert checked(found, current(found), ladder()) == found
    found = checked(found, current(found), ladder(off=(ILSE,)))
    assert called(found) == [(BAS, AttemptState.CALLING)]
    assert [(each.person, each.why) for each in found.passed] == [(ILSE, PassedOver.OFF_DUTY)]


def test_an_exercise_begins_with_that_word_and_reaches_only_who_enrolled() -> None:
    turns = (Turn(person=ILSE), Turn(person=BAS, exercises=True))
    found = begun(ladder(turns=turns), exercise=True)
    assert called(found) == [(BAS, AttemptState.CALLING)]
    assert [(each.person, each.why) for each in found.passed] == [(ILSE, PassedOver.NOT_ENROLLED)]
    assert wake_call(found, "en").startswith("Exercise.")
    assert wake_call(found, "nl").startswith("Oefening.") and found.exercise
    assert not wake_call(begun(), "nl").startswith("Oefening.")


def test_what_can_wait_waits_until_seven_and_is_not_called_for_when_it_was_answered_before() -> None:
    found = begun(wake=Wake.MORNING)
    assert found.state is DeliveryState.WAITING and not found.attempts
    assert found.turn is not None and found.turn.due == SEVEN
    assert called(bell(found, ladder(230))) == [(ILSE, AttemptState.CALLING)]
    done = over(found)
    assert done.state is DeliveryState.OVER and done.turn is None
    assert over(begun()).turn is None


@pytest.mark.parametrize(
    "more", [{"wake": Wake.NOT}, {"asked_at": NIGHT - STALE * 2}], ids=["not to be called", "long ago"]
)
def test_nobody_is_called_for(more: dict[str, Any]) -> None:
    assert begin(approach(**more), ladder()) is None
    assert begin(approach(wake=Wake.MORNING), Ladder(NIGHT, None, frozenset())) is None


@pytest.mark.parametrize(
    ("moment", "hour", "seven"),
    [
        (datetime(2026, 1, 5, 2, 10, tzinfo=UTC), 3, SEVEN),
        (datetime(2026, 7, 5, 22, 30, tzinfo=UTC), 0, datetime(2026, 7, 6, 5, 0, tzinfo=UTC)),
        # The nights in which the clock is changed: 29 March and 25 October 2026.
        (datetime(2026, 3, 29, 0, 30, tzinfo=UTC), 1, datetime(2026, 3, 29, 5, 0, tzinfo=UTC)),
        (datetime(2026, 10, 24, 23, 30, tzinfo=UTC), 1, datetime(2026, 10, 25, 6, 0, tzinfo=UTC)),
    ],
)
def test_the_morning_is_seven_on_a_dutch_clock(moment: datetime, hour: int, seven: datetime) -> None:
    assert is_night(moment) and dutch_time(moment).hour == hour
    assert first_call(Wake.MORNING, moment) == seven and dutch_time(seven).hour == 7
    assert first_call(Wake.NOW, moment) == moment and not is_night(seven)


def test_hours_go_over_midnight() -> None:
    evening = Turn(person=ILSE, from_hour=22, to_hour=7)
    assert [evening.covers(hour) for hour in (21, 22, 0, 6, 7)] == [False, True, True, True, False]
    assert all(Turn(person=ILSE).covers(hour) for hour in range(24))


def test_a_place_that_frees_again_goes_on_with_who_was_not_called_yet() -> None:
    waits = over(begun(wake=Wake.MORNING))
    again = reopened(waits, approach(wake=Wake.MORNING), ladder(60))
    assert again.state is DeliveryState.WAITING and again.turn is not None and again.turn.due == SEVEN
    assert called(bell(again, ladder(230))) == [(ILSE, AttemptState.CALLING)]
    first = keyed(begun(), current(begun()), "2", ladder(1))
    found = reopened(
        over(ended(first, current(first), AttemptState.UNANSWERED, ladder(2))), approach(), ladder(5)
    )
    assert [person for person, _ in called(found)] == [ILSE, BAS, COR]
    assert reopened(begun(), approach(), ladder(1)) == begun()
    assert reopened(waits, approach(asked_at=NIGHT - STALE * 2), ladder()) == waits


def test_who_was_not_called_yet_when_it_was_over_is_not_passed_over_when_it_goes_on() -> None:
    first = begun()
    calling = keyed(first, current(first), "2", ladder(1))
    assert called(calling) == [(ILSE, AttemptState.NO), (BAS, AttemptState.CALLING)]
    again = reopened(over(calling), approach(), ladder(2))
    assert called(again) == called(calling) and current(again) == current(calling)
    assert calling.turn is not None
    # The bell of the turn that was broken off may still come.
    assert rung(again, calling.turn.id, ladder(60)) == again
    assert bell(again, ladder(4.9)) == again
    assert called(bell(again, ladder(5)))[1:] == [(BAS, AttemptState.UNANSWERED), (COR, AttemptState.CALLING)]


def test_whose_call_ended_while_it_was_over_is_not_called_again() -> None:
    first = begun()
    heard = ended(over(first), current(first), AttemptState.UNANSWERED, ladder(1))
    again = reopened(heard, approach(), ladder(2))
    assert called(again) == [(ILSE, AttemptState.UNANSWERED), (BAS, AttemptState.CALLING)]


def test_who_is_on_the_phone_for_something_else_keeps_their_turn() -> None:
    found = begun()
    assert held(found, current(found), ladder(1)) == found
    longer = held(found, current(found), ladder(2))
    assert (called(longer), following(longer)) == ([(ILSE, AttemptState.CALLING)], BAS)
    assert found.turn is not None
    assert rung(longer, found.turn.id, ladder(3)) == longer
    assert bell(longer, ladder(4.9)) == longer
    assert called(bell(longer, ladder(5)))[1:] == [(BAS, AttemptState.CALLING)]
    second = bell(found, ladder(3))
    assert held(second, current(found), ladder(6)) == second
    # Whoever never gets off the phone does not keep the next one from being called.
    for minute in range(60):
        found = held(found, current(found), ladder(minute))
    assert found.turn is not None and timedelta(minutes=10) < found.turn.due - NIGHT < timedelta(minutes=15)
    followed = bell(found, replace(ladder(), now=found.turn.due))
    assert called(followed)[1:] == [(BAS, AttemptState.CALLING)]


def test_a_call_that_goes_out_later_than_its_turn_began_has_that_turn_in_full() -> None:
    found = begun()
    assert ordered(found, current(found), ladder(0.2)) == found
    late = ordered(found, current(found), ladder(1))
    assert called(late) == called(found)
    assert bell(late, ladder(3.9)) == late
    assert called(bell(late, ladder(4)))[1:] == [(BAS, AttemptState.CALLING)]


def test_a_step_that_was_told_in_the_call_of_another_says_so() -> None:
    found = begun()
    assert told_with(found, current(found), current(found)) == found
    other = told_with(found, current(found), UUID(int=77))
    assert other.attempts[0].called_with == UUID(int=77)
    # That call was never ordered, and this one is called by itself after all.
    assert told_with(other, current(found), current(found)) == found


def test_one_call_tells_how_many_requests_wait_and_for_what() -> None:
    mine = begun()
    same, other = begun(), begun(function=Function.BACKUP_RECOVERY)
    assert "2 hulpvragen aan uw organisatie: burgerzaken." in wake_call(mine, "nl", (same,)).lower()
    assert "asked for help 3 times" in wake_call(mine, "en", (same, other))
    said = wake_call(mine, "nl", (other,))
    assert " en " in said and "Toets 1" in said and "Toets 2" in said
    many = [begun(function=each) for each in Function if each is not Function.CIVIL_AFFAIRS][:4]
    assert "5 hulpvragen aan uw organisatie. Toets 1" in wake_call(mine, "nl", many)
    assert wake_call(
        begun(ladder(turns=(Turn(person=ILSE, exercises=True),)), exercise=True), "nl", (same,)
    ).startswith("Oefening.")


def test_an_answer_is_told_what_follows_from_it() -> None:
    found = begun()

    def said(delivery: Delivery, keys: str) -> str:
        return after_key(delivery, keys, "nl").text

    assert "Open Noaber" in said(keyed(found, current(found), "1", ladder(1)), "1")
    assert "volgende op uw piketlijst" in said(keyed(found, current(found), "2", ladder(1)), "2")
    last = begun(ladder(off=(BAS, COR)))
    assert "de laatste" in said(keyed(last, current(last), "2", ladder(1, off=(BAS, COR))), "2")
    for keys in ("1", "2"):
        assert "niet meer nodig" in said(over(found), keys)
    assert "al ja gezegd" in said(keyed(found, current(found), "1", ladder(1)), "2")


def test_whose_turn_ended_while_we_were_away_without_their_call_has_it_anew() -> None:
    found = begun()
    missed = bell(found, ladder(4.1))
    assert called(missed) == [(ILSE, AttemptState.CALLING)]
    assert bell(missed, ladder(7)) == missed
    # Heard in time, it was not called for another reason: the next one's turn comes.
    assert called(bell(missed, ladder(7.2)))[1:] == [(BAS, AttemptState.CALLING)]
    assert called(bell(found, ladder(3.9)))[1:] == [(BAS, AttemptState.CALLING)]
    rang = replace(ladder(60), ordered=frozenset({current(found)}))
    assert called(bell(found, rang))[1:] == [(BAS, AttemptState.CALLING)]
