"""A request that waits for its own organisation's yes: who there is called for it, and what came of it.

It is their own emergency: duty and the hours of the wake-up list, for others' requests, do not count.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid5

from schemas.events.delivery import Asks, Attempt, AttemptState, Delivery, DeliveryState
from schemas.events.help_request import Became, HelpRequest, Offer
from schemas.events.organisation import Organisation
from schemas.events.person import Person
from schemas.events.wake_list import Turn, WakeList
from schemas.mandate import EUROS_UNSAID, Act
from services.notification.rules.audience import case_of
from services.notification.rules.ladder import STALE, Ladder, attempt_id, go_on, is_late, lapsed, resumed


@dataclass(frozen=True)
class Own:
    """An organisation as its own ladder needs it: its mandates, who works there, and its wake-up list."""

    organisation: Organisation
    people: Sequence[Person]
    list: WakeList | None


def delivery_id(request: UUID) -> UUID:
    """One per request, however often it is told of."""
    return uuid5(request, "delivery/confirm")


def ladder(own: Own, delivery: Delivery, now: datetime) -> Ladder:
    """Who may confirm this now, in turn: all day long, on duty or not; of an exercise only who enrolled.

    Minutes, number to phone and who enrolled are those of the wake-up list.
    """
    offer = delivery.offer
    assert offer is not None
    able = _able(own, offer, now)
    kept = own.list or WakeList(id=own.organisation.id, exercise=False)
    enrolled = {turn.person for turn in kept.turns if turn.exercises}
    called = [each for each in able if each not in delivery.spared]
    turns = tuple(Turn(person=each, exercises=each in enrolled) for each in called)
    return Ladder(
        now=now,
        list=kept.model_copy(update={"turns": turns}),
        on_duty=frozenset(able),
        by_app=frozenset(each for each, by_app in able.items() if by_app or not offer.circle),
    )


def to_tell(own: Own, delivery: Delivery, now: datetime) -> Sequence[Turn]:
    """Who is told that nobody answered: whose yes would count now, by the list and its limits.

    Where nobody's would, everybody with the right: one of them can change the list, or phone.
    """
    turns = ladder(own, delivery, now).list
    assert turns is not None
    if turns.turns:
        return turns.turns
    enrolled = {turn.person for turn in own.list.turns if turn.exercises} if own.list is not None else set()
    able = [each.id for each in own.people if _may(each, own.organisation.id)]
    return [Turn(person=each, exercises=each in enrolled) for each in able]


def begin(request: HelpRequest, own: Own, now: datetime) -> Delivery | None:
    """The ladder for a request that somebody else than its asker has to confirm; None where it needs none."""
    if not _calls_for(request, now):
        return None
    if request.first_yes is None and request.asked_by in _able(own, request.offer, now):
        return None
    made = Delivery(
        id=delivery_id(request.id),
        request=request.id,
        organisation=request.borrower,
        asks=Asks.CONFIRM,
        function=request.function,
        asked_at=request.asked_at,
        exercise=request.exercise,
    ).model_copy(update=_of(request, own))
    return go_on(made, ladder(own, made, now))


def told(delivery: Delivery, request: HelpRequest, own: Own | None, now: datetime) -> Delivery:
    """What the request says now: what became of each yes, whether one more is needed, or that it is over.

    `own`: only where it still waits.
    """
    heard = _heard(delivery, request).model_copy(update=_of(request, own))
    if own is None or not request.waits_for_yes:
        confirmed = any(each.became is Became.CONFIRMED for each in heard.attempts)
        state = DeliveryState.ANSWERED if confirmed else DeliveryState.OVER
        return heard.model_copy(update={"state": state, "turn": None, "phone": ""})
    if any(map(waits, heard.attempts)):
        return heard
    if is_late(heard, now):
        return lapsed(heard)
    if heard.state is DeliveryState.CALLING or not _calls_for(request, now):
        return heard
    # A yes was the first of two, or a rule said no; or it was over, or nobody was left, and it waits again.
    return resumed(heard, ladder(own, heard, now))


def waits(attempt: Attempt) -> bool:
    """Whether it is not known yet what becomes of a yes."""
    return attempt.state is AttemptState.YES and attempt.offer is not None and attempt.became is None


def _calls_for(request: HelpRequest, now: datetime) -> bool:
    """Whether it is still worth a call."""
    return request.waits_for_yes and now - request.asked_at <= STALE and now < request.needed_by


def _able(own: Own, offer: Offer, now: datetime) -> dict[UUID, bool]:
    """Who may confirm this now, first called first -> whether only the app lets them, who must say an amount.

    In the list's order, deputies after all others. Without a list the right decides: first who is on the
    wake-up list.
    """
    here = {each.id: each for each in own.people if _may(each, own.organisation.id)}
    kept = own.organisation.mandates
    if kept is None or not kept.entries:
        listed = [turn.person for turn in own.list.turns] if own.list is not None else []
        return dict.fromkeys((*filter(here.__contains__, listed), *sorted(here)), False)
    found: dict[UUID, bool] = {}
    for entry in sorted(kept.entries, key=lambda each: each.deputy_for is not None):
        if Act.CONFIRM not in entry.acts or entry.person not in here:
            continue
        no = entry.objection(now, offer.amounts)
        if no is None:
            found[entry.person] = False
        elif no.code == EUROS_UNSAID:
            found.setdefault(entry.person, True)
    return found


def _may(person: Person, organisation: str) -> bool:
    return not person.forgotten and person.may(Act.CONFIRM.right, organisation)


def _of(request: HelpRequest, own: Own | None) -> dict[str, Any]:
    first = request.first_yes
    spared: tuple[UUID, ...] = (request.asked_by,)
    if first is not None:
        spared += (first.confirmation.by,)
    # Whose yes was looked at is not called for another, also where a restore took the call itself.
    heard = {each.attempt for each in request.spoken}
    people = [each.id for each in own.people] if own is not None and heard else []
    spared += tuple(each for each in people if attempt_id(delivery_id(request.id), each) in heard)
    case = case_of(request.readers, request.borrower)
    return {
        "offer": request.offer,
        "until": request.needed_by,
        "late": False,
        "spared": spared,
        "case": case,
        "tlp": request.tlp,
    }


def _heard(delivery: Delivery, request: HelpRequest) -> Delivery:
    spoken = {each.attempt: each for each in request.spoken}

    def counted(attempt: Attempt) -> Attempt:
        said = spoken.get(attempt.id)
        if said is None:
            return attempt
        return attempt.model_copy(update={"became": said.became, "refused": said.refused})

    return delivery.model_copy(update={"attempts": tuple(map(counted, delivery.attempts))})
