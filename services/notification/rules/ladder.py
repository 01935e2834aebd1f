"""One organisation is told one thing: its people are called in turn, each once, until one says yes."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

from schemas.events.approach import Approach
from schemas.events.delivery import (
    Asks,
    Attempt,
    AttemptState,
    Delivery,
    DeliveryState,
    Passed,
    PassedOver,
    TurnEnds,
)
from schemas.events.wake_list import Turn, WakeList
from schemas.night import Wake, dutch_time, first_call
from schemas.values import IBD_PHONE
from services.notification.rules.audience import case_of

STALE: Final = timedelta(hours=18)
"""Longer than any night: what was asked before that is no reason any more to call somebody."""

YES: Final = "1"

GOING_ON: Final = frozenset({DeliveryState.WAITING, DeliveryState.CALLING})


@dataclass(frozen=True)
class Ladder:
    """What decides whose turn it is now: the list (None: there is none) and who on it is on duty.

    `by_app`: whose yes by keypad confirms nothing, since the app has to ask them for more.
    """

    now: datetime
    list: WakeList | None
    on_duty: frozenset[UUID]
    by_app: frozenset[UUID] = frozenset()


def delivery_id(request: UUID, organisation: str) -> UUID:
    """One per request and organisation, however many of its people are asked, and however often."""
    return uuid5(request, f"delivery/{organisation}")


def begin(approach: Approach, ladder: Ladder) -> Delivery | None:
    """What follows from asking an organisation; None where nobody is to be called for it.

    By daylight people look for themselves, so who has no list is called for only when it says *now*: then it
    shows whom to phone instead.
    """
    nobody_to_call = ladder.list is None and approach.wake is not Wake.NOW
    if approach.wake is Wake.NOT or nobody_to_call or ladder.now - approach.asked_at > STALE:
        return None
    key = delivery_id(approach.request, approach.lender)
    made = Delivery(
        id=key,
        request=approach.request,
        organisation=approach.lender,
        function=approach.function,
        asked_at=approach.asked_at,
        exercise=approach.exercise,
        case=case_of(approach.readers, approach.lender),
    )
    turn = uuid5(key, "turn/0")
    return rung(_until(made, turn, first_call(approach.wake, approach.asked_at), ladder), turn, ladder)


def rung(delivery: Delivery, turn: UUID, ladder: Ladder) -> Delivery:
    """A turn is over: the next one's begins. Nothing where that turn is not pending, or its time not come."""
    if delivery.turn is None or delivery.turn.id != turn or ladder.now < delivery.turn.due:
        return delivery
    return go_on(_closed(delivery, None, AttemptState.UNANSWERED, ladder.now), ladder)


def checked(delivery: Delivery, attempt: UUID, ladder: Ladder) -> Delivery:
    """Just before the order: whoever went off duty since their turn began is passed over after all.

    Nothing was ordered yet, so the attempt is as if it had never been.
    """
    last = to_call(delivery)
    if last is None or last.id != attempt:
        return delivery
    turns = () if ladder.list is None else ladder.list.turns
    if any(each.person == last.person and why_not(delivery, each, ladder) is None for each in turns):
        return delivery
    return go_on(delivery.model_copy(update={"attempts": delivery.attempts[:-1]}), ladder)


def keyed(delivery: Delivery, attempt: UUID, keys: str, ladder: Ladder) -> Delivery:
    """Somebody answered by keypad. A yes counts when it comes late too, and others are called by now."""
    state = AttemptState.YES if keys == YES else AttemptState.NO
    answered = _answered(delivery, attempt, state, ladder.now)
    if answered == delivery:
        return delivery
    if state is AttemptState.NO:
        return go_on(answered, ladder) if _is_current(delivery, attempt) else answered
    if delivery.state is DeliveryState.OVER or _does_it_in_the_app(answered, attempt):
        return answered
    return answered.model_copy(update={"state": DeliveryState.ANSWERED, "turn": None, "phone": ""})


def ended(delivery: Delivery, attempt: UUID, state: AttemptState, ladder: Ladder) -> Delivery:
    """A call is over without a key: nobody waits for the rest of that turn."""
    if not any(each.id == attempt and each.state is AttemptState.CALLING for each in delivery.attempts):
        return delivery
    closed = _closed(delivery, attempt, state, ladder.now)
    return go_on(closed, ladder) if _is_current(delivery, attempt) else closed


def untold(delivery: Delivery, person: UUID) -> Delivery:
    """The text that nobody is left did not get through to this person, as far as is known."""
    if person in delivery.untold:
        return delivery
    return delivery.model_copy(update={"untold": (*delivery.untold, person)})


def over(delivery: Delivery) -> Delivery:
    """Nobody at the organisation is asked any more: no further call is placed."""
    if delivery.state not in GOING_ON:
        return delivery
    return delivery.model_copy(update={"state": DeliveryState.OVER, "turn": None})


def reopened(delivery: Delivery, approach: Approach, ladder: Ladder) -> Delivery:
    """A place is free again after all: the ladder goes on with whoever was not called yet.

    Whose turn it was when it was over may not have been called: their turn begins anew, and no call is
    ordered twice.
    """
    if delivery.state is not DeliveryState.OVER or ladder.now - approach.asked_at > STALE:
        return delivery
    if (again := _begun_anew(delivery, ladder)) is not None:
        return again
    turn = _turn_of_now(delivery, ladder)
    due = max(first_call(approach.wake, approach.asked_at), ladder.now)
    waits = delivery.model_copy(update={"state": DeliveryState.WAITING})
    return rung(_until(waits, turn, due, ladder), turn, ladder)


def resumed(delivery: Delivery, ladder: Ladder) -> Delivery:
    """It goes on after all: with whose turn it was, or with the next one who was not called yet."""
    silent = delivery.model_copy(update={"phone": ""})
    return _begun_anew(silent, ladder) or go_on(silent, ladder)


def attempt_id(delivery: UUID, person: UUID) -> UUID:
    """From the person and not from a count: whatever is repeated, nobody gets a second attempt."""
    return uuid5(delivery, f"attempt/{person}")


def to_call(delivery: Delivery) -> Attempt | None:
    """The attempt whose call has to be placed, if it is not yet."""
    if delivery.state is not DeliveryState.CALLING or not delivery.attempts:
        return None
    last = delivery.attempts[-1]
    return last if last.state is AttemptState.CALLING else None


def why_not(delivery: Delivery, turn: Turn, ladder: Ladder) -> PassedOver | None:
    """Why somebody on the list is left alone now."""
    if delivery.exercise and not turn.exercises:
        return PassedOver.NOT_ENROLLED
    if turn.person not in ladder.on_duty:
        return PassedOver.OFF_DUTY
    return None if turn.covers(dutch_time(ladder.now).hour) else PassedOver.OTHER_HOURS


def go_on(delivery: Delivery, ladder: Ladder) -> Delivery:
    """The next one's turn begins, or nobody is left and it says whom to phone."""
    person, passed = _whose(delivery, ladder)
    if person is not None:
        return _calling(delivery, person, passed, ladder)
    phone = "" if ladder.list is None else ladder.list.phone
    return delivery.model_copy(
        update={
            "state": DeliveryState.NOBODY,
            "turn": None,
            "passed": tuple(passed),
            # Somebody is always there, also where an organisation says nothing.
            "phone": phone or IBD_PHONE,
        }
    )


def _whose(delivery: Delivery, ladder: Ladder) -> tuple[UUID | None, list[Passed]]:
    """Whose turn it is, and who is left alone before them (everybody else, where it is nobody's)."""
    tried = {each.person for each in delivery.attempts}
    passed: list[Passed] = []
    for turn in () if ladder.list is None else ladder.list.turns:
        if turn.person in tried:
            continue
        why = why_not(delivery, turn, ladder)
        if why is None:
            return turn.person, passed
        passed.append(Passed(person=turn.person, why=why))
    return None, passed


def _begun_anew(delivery: Delivery, ladder: Ladder) -> Delivery | None:
    """The turn of whose call rings, or was not ordered yet, once more in full; None where nobody's is."""
    calls = delivery.model_copy(update={"state": DeliveryState.CALLING})
    if ladder.list is None or to_call(calls) is None:
        return None
    due = ladder.now + timedelta(minutes=ladder.list.minutes)
    return _until(calls, _turn_of_now(delivery, ladder), due, ladder)


def _turn_of_now(delivery: Delivery, ladder: Ladder) -> UUID:
    return uuid5(delivery.id, f"turn/{ladder.now.isoformat()}")


def _until(delivery: Delivery, turn: UUID, due: datetime, ladder: Ladder) -> Delivery:
    """The turn that lasts until then, with who would be next by the list and duty of now."""
    following, _ = _whose(delivery, replace(ladder, now=due))
    return delivery.model_copy(update={"turn": TurnEnds(id=turn, due=due, next=following)})


def _calling(delivery: Delivery, person: UUID, passed: list[Passed], ladder: Ladder) -> Delivery:
    assert ladder.list is not None
    key = attempt_id(delivery.id, person)
    offer = None if person in ladder.by_app else delivery.offer
    attempt = Attempt(id=key, person=person, at=ladder.now, offer=offer)
    changed: dict[str, Any] = {
        "state": DeliveryState.CALLING,
        "attempts": (*delivery.attempts, attempt),
        "passed": tuple(passed),
    }
    due = ladder.now + timedelta(minutes=ladder.list.minutes)
    return _until(delivery.model_copy(update=changed), uuid5(delivery.id, f"turn/{person}"), due, ladder)


def _does_it_in_the_app(delivery: Delivery, attempt: UUID) -> bool:
    """Whether this yes confirms nothing yet: they have the rest of their turn for it."""
    return delivery.asks is Asks.CONFIRM and any(
        each.id == attempt and each.offer is None for each in delivery.attempts
    )


def _is_current(delivery: Delivery, attempt: UUID) -> bool:
    last = to_call(delivery)
    return last is not None and last.id == attempt


def _closed(delivery: Delivery, attempt: UUID | None, state: AttemptState, now: datetime) -> Delivery:
    """Attempts that still call (this one, or any) get this state."""
    return delivery.model_copy(
        update={
            "attempts": tuple(
                each.model_copy(update={"state": state, "answered_at": now})
                if each.state is AttemptState.CALLING and attempt in (None, each.id)
                else each
                for each in delivery.attempts
            )
        }
    )


def _answered(delivery: Delivery, attempt: UUID, state: AttemptState, now: datetime) -> Delivery:
    final = (AttemptState.YES, AttemptState.NO)
    return delivery.model_copy(
        update={
            "attempts": tuple(
                each.model_copy(update={"state": state, "answered_at": now})
                if each.id == attempt and each.state not in final
                else each
                for each in delivery.attempts
            )
        }
    )
