"""One organisation is told one thing: its people are called in turn, each once, until one says yes."""

from collections.abc import Collection
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

AWAY: Final = timedelta(minutes=1)
"""A bell that comes so late lay ready while nobody here heard it: a missed one is rung again after 30 s."""

AT_ONCE: Final = timedelta(seconds=15)
"""What is ordered so soon after its turn began leaves time enough of the shortest turn, a minute."""

HELD_ON: Final = timedelta(minutes=10)
"""Five full calls to one person for other things; after that somebody else is sooner awake for it."""

GOING_ON: Final = frozenset({DeliveryState.WAITING, DeliveryState.CALLING})


@dataclass(frozen=True)
class Ladder:
    """What decides whose turn it is now: the list (None: there is none) and who on it is on duty.

    `by_app`: whose yes by keypad confirms nothing, since the app has to ask them for more. `ordered`: the
    attempts whose call went out, or may have.
    """

    now: datetime
    list: WakeList | None
    on_duty: frozenset[UUID]
    by_app: frozenset[UUID] = frozenset()
    ordered: frozenset[UUID] = frozenset()


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
        # Its own ladder says no more than the approach does: both have the incident's label.
        tlp=approach.tlp,
    )
    turn = uuid5(key, "turn/0")
    return rung(_until(made, turn, first_call(approach.wake, approach.asked_at), ladder), turn, ladder)


def rung(delivery: Delivery, turn: UUID, ladder: Ladder) -> Delivery:
    """A turn is over: the next one's begins. Nothing where that turn is not pending, or its time not come.

    Heard so late that we were away, and whose turn it was was not called: their turn begins anew.
    """
    if delivery.turn is None or delivery.turn.id != turn or ladder.now < delivery.turn.due:
        return delivery
    last = to_call(delivery)
    is_missed = last is not None and last.id not in ladder.ordered
    if is_missed and ladder.now - delivery.turn.due > AWAY and not is_late(delivery, ladder.now):
        return _begun_anew(delivery, ladder) or delivery
    return go_on(_closed(delivery, None, AttemptState.UNANSWERED, ladder.now), ladder)


def checked(delivery: Delivery, attempt: UUID, ladder: Ladder) -> Delivery:
    """Just before the order: whoever went off duty since their turn began is passed over after all; and
    nobody is called any more for what is too late.

    Nothing was ordered yet, so the attempt is as if it had never been.
    """
    last = to_call(delivery)
    if last is None or last.id != attempt:
        return delivery
    turns = () if ladder.list is None else ladder.list.turns
    stands = any(each.person == last.person and why_not(delivery, each, ladder) is None for each in turns)
    if stands and not is_late(delivery, ladder.now):
        return delivery
    return go_on(delivery.model_copy(update={"attempts": delivery.attempts[:-1]}), ladder)


def keyed(delivery: Delivery, attempt: UUID, keys: str, ladder: Ladder) -> Delivery:
    """Somebody answered by keypad. A yes counts when it comes late too, and others are called by now."""
    state = AttemptState.YES if keys == YES else AttemptState.NO
    answered = _answered(delivery, attempt, state, ladder.now)
    if answered == delivery:
        return delivery
    # What a colleague's yes ended, or a withdrawal, did not end for want of a yes.
    if is_late(answered, ladder.now) and delivery.state not in (DeliveryState.ANSWERED, DeliveryState.OVER):
        return lapsed(answered)
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


def held(delivery: Delivery, attempt: UUID, ladder: Ladder) -> Delivery:
    """Whose turn it is cannot be called yet, being on the phone for something else: their turn lasts on.

    Not for ever: their own organisation's emergencies, each a call of its own, may keep coming.
    """
    last = to_call(delivery)
    if last is None or last.id != attempt or delivery.turn is None or ladder.list is None:
        return delivery
    if ladder.now - last.at >= HELD_ON:
        return delivery
    half = timedelta(minutes=ladder.list.minutes) / 2
    return delivery if delivery.turn.due - ladder.now > half else _begun_anew(delivery, ladder) or delivery


def ordered(delivery: Delivery, attempt: UUID, ladder: Ladder) -> Delivery:
    """The call goes out only now: the turn is as long as if it had at once."""
    last = to_call(delivery)
    if last is None or last.id != attempt or ladder.now - last.at < AT_ONCE:
        return delivery
    return _begun_anew(delivery, ladder) or delivery


def heard_with(delivery: Delivery, attempt: UUID, other: UUID, ladder: Ladder) -> Delivery:
    """The other one's call goes out and tells of this too: the turn is as long as if it were its own."""
    return told_with(ordered(delivery, attempt, ladder), attempt, other)


def told_with(delivery: Delivery, attempt: UUID, other: UUID) -> Delivery:
    """This attempt was told of in the call of the other one, or, where that is itself, in its own."""
    within = None if attempt == other else other
    attempts = (
        each.model_copy(update={"called_with": within}) if each.id == attempt else each
        for each in delivery.attempts
    )
    return delivery.model_copy(update={"attempts": tuple(attempts)})


def untold(delivery: Delivery, person: UUID) -> Delivery:
    """The text that nobody is left did not get through to this person, as far as is known."""
    if person in delivery.untold:
        return delivery
    return delivery.model_copy(update={"untold": (*delivery.untold, person)})


def is_late(delivery: Delivery, now: datetime) -> bool:
    """Whether the moment has passed until which a yes counts."""
    return delivery.until is not None and now >= delivery.until


def lapsed(delivery: Delivery) -> Delivery:
    """It is too late for a yes: nobody is called for it or has to phone, also where nobody was left."""
    changed = {"state": DeliveryState.OVER, "turn": None, "phone": "", "late": True}
    return delivery.model_copy(update=changed)


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
    """The next one's turn begins, or nobody is left and it says whom to phone; or it is too late."""
    if is_late(delivery, ladder.now):
        return lapsed(delivery)
    person, passed = _whose(delivery, ladder)
    if person is not None:
        return _calling(delivery, person, passed, ladder)
    phone = "" if ladder.list is None else ladder.list.phone
    return delivery.model_copy(
        update={
            "state": DeliveryState.NOBODY,
            "turn": _last_turn(delivery),
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


def _last_turn(delivery: Delivery) -> TurnEnds | None:
    """Nobody's: once it ends, nobody has to phone any more either."""
    if delivery.until is None:
        return None
    return TurnEnds(id=uuid5(delivery.id, f"turn/late/{delivery.until.isoformat()}"), due=delivery.until)


def _until(delivery: Delivery, turn: UUID, due: datetime, ladder: Ladder) -> Delivery:
    """The turn that lasts until then, with who would be next by the list and duty of now."""
    due = due if delivery.until is None else min(due, delivery.until)
    is_last = is_late(delivery, due)
    following = None if is_last else _whose(delivery, replace(ladder, now=due))[0]
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
    calls = (each for each in delivery.attempts if each.state is AttemptState.CALLING)
    return _with_state(delivery, {each.id for each in calls if attempt in (None, each.id)}, state, now)


def _answered(delivery: Delivery, attempt: UUID, state: AttemptState, now: datetime) -> Delivery:
    final = (AttemptState.YES, AttemptState.NO)
    meant = {each.id for each in delivery.attempts if each.id == attempt and each.state not in final}
    return _with_state(delivery, meant, state, now)


def _with_state(delivery: Delivery, meant: Collection[UUID], state: AttemptState, now: datetime) -> Delivery:
    update = {"state": state, "answered_at": now}
    attempts = (each.model_copy(update=update) if each.id in meant else each for each in delivery.attempts)
    return delivery.model_copy(update={"attempts": tuple(attempts)})
