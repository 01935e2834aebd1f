"""What an organisation is told in writing, as a text or on a device, and who there is told it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID, uuid5

from schemas.events.approach import Approach
from schemas.events.card import Card, CardState
from schemas.events.contact import Contact, FormerNumber
from schemas.events.delivery import Asks, Attempt, AttemptState, Delivery, DeliveryState
from schemas.events.help_request import Became
from schemas.events.person import Person
from schemas.events.wake_list import Turn
from schemas.night import Wake
from schemas.values import Right
from services.notification.rules.ladder import STALE, delivery_id

APART: Final = timedelta(hours=1)
"""Who has the words of a card can ask again and again, and must not keep everybody's phone buzzing."""

STOPS: Final = (Right.ADMINISTER, Right.MANDATE)
"""Who may stop a card, so who is told of it whatever a list says."""

VOID: Final = (CardState.STOPPED, CardState.REPLACED)

_THINGS: Final = UUID("7f0a5a1e-6c0b-4c39-9f27-2a9b54d0c2a1")
"""Ids of what is told follow from what happened, so that hearing of it again tells nobody again."""


class About(StrEnum):
    """Somebody has a card's words and asks to come in; it let somebody in; nobody on a ladder said yes.

    Or somebody's number counts no more: an administrator changed it, or they did themselves. Or somebody is
    being called at this moment: to help, or to confirm their own organisation's request; and nobody who may
    confirm it answered; or what somebody keyed in confirmed it, or did not. Or the organisation is asked and
    nobody is called for it.
    """

    CARD_ASKED = "card_asked"
    CARD_USED = "card_used"
    NOBODY = "nobody"
    NUMBER_CHANGED = "number_changed"
    OWN_NUMBER = "own_number"
    CALLED = "called"
    CALLED_TO_CONFIRM = "called_to_confirm"
    UNCONFIRMED = "unconfirmed"
    YES_COUNTED = "yes_counted"
    YES_REFUSED = "yes_refused"
    ASKED = "asked"


TO_FORMER: Final = (About.NUMBER_CHANGED, About.OWN_NUMBER)
"""Told at the number that counted before: whoever made the new one theirs hears what is told at that."""

BY_CALL: Final = (About.CALLED, About.CALLED_TO_CONFIRM)
"""Told by a call already: no text, only what devices show."""

ON_DEVICES: Final = (*BY_CALL, About.ASKED)
"""What can wait until somebody looks is no text either: a text is for what cannot."""


TO_CALLED: Final = (*BY_CALL, About.YES_COUNTED, About.YES_REFUSED)
"""Told to who is or was called, and to nobody else."""


@dataclass(frozen=True)
class Notice:
    """One thing to tell. `phone`: whom to phone.

    `subject`: number of a card, id of a delivery or person, or of both with / between: who is called for it.
    Of what is asked without a call the id that a delivery would have.
    """

    id: UUID
    about: About
    subject: str
    organisation: str
    at: datetime
    phone: str
    exercise: bool


def of_card(card: Card, asked_before: Collection[datetime], now: datetime) -> list[Notice]:
    """What is to be told of a card as it is now. `asked_before`: moments at which was told that it is asked.

    Of what lies ready together only the newest state is heard, so a card may be used as it is first heard of,
    or be void: then only what came of it is told, since there is nothing left to make void.
    """
    used, asked = card.used_at, card.asked_at
    if used is not None and (asked is None or asked <= used):
        return [] if now - used > STALE else [_of_card(card, About.CARD_USED, used)]
    if card.state in VOID or asked is None:
        return []
    if now - asked > STALE or any(abs(asked - each) < APART for each in asked_before):
        return []
    return [_of_card(card, About.CARD_ASKED, asked)]


def over_since(card: Card) -> datetime | None:
    """Until which moment asking with this card is no news any more: it is void, or let somebody in since."""
    if card.state in VOID:
        return card.asked_at
    used, asked = card.used_at, card.asked_at
    return used if used is not None and (asked is None or asked <= used) else None


def of_delivery(delivery: Delivery, now: datetime) -> list[Notice]:
    """What is told when somebody is called, what came of a yes, and whom to phone when nobody is left."""
    return [*_of_yeses(delivery), *_of_turns(delivery, now)]


def _of_yeses(delivery: Delivery) -> list[Notice]:
    """The receipt of each yes by keypad, also where it was said in the call: a call can break off."""
    return [
        Notice(
            id=uuid5(each.id, "text/became"),
            about=About.YES_REFUSED if each.became is Became.REFUSED else About.YES_COUNTED,
            subject=f"{delivery.id}/{each.person}",
            organisation=delivery.organisation,
            at=each.answered_at or each.at,
            phone="",
            exercise=delivery.exercise,
        )
        for each in delivery.attempts
        if each.became is not None
    ]


def _of_turns(delivery: Delivery, now: datetime) -> list[Notice]:
    if delivery.state is DeliveryState.CALLING:
        return [_called(delivery, each) for each in delivery.attempts if each.state is AttemptState.CALLING]
    if delivery.state is not DeliveryState.NOBODY:
        return []
    return [
        Notice(
            id=uuid5(delivery.id, "text/nobody"),
            about=About.UNCONFIRMED if delivery.asks is Asks.CONFIRM else About.NOBODY,
            subject=str(delivery.id),
            organisation=delivery.organisation,
            at=now,
            phone=delivery.phone,
            exercise=delivery.exercise,
        )
    ]


def _called(delivery: Delivery, attempt: Attempt) -> Notice:
    subject = f"{delivery.id}/{attempt.person}"
    key = uuid5(attempt.id, "push")
    about = About.CALLED_TO_CONFIRM if delivery.asks is Asks.CONFIRM else About.CALLED
    return Notice(key, about, subject, delivery.organisation, attempt.at, "", exercise=delivery.exercise)


def of_approach(approach: Approach, now: datetime) -> list[Notice]:
    """What is to be told of an organisation that is asked and not called; once, however many it is."""
    if approach.wake is not Wake.NOT or now - approach.asked_at > STALE:
        return []
    thing = delivery_id(approach.request, approach.lender)
    return [
        Notice(
            id=uuid5(thing, "push/asked"),
            about=About.ASKED,
            subject=str(thing),
            organisation=approach.lender,
            at=approach.asked_at,
            phone="",
            exercise=approach.exercise,
        )
    ]


def of_contact(contact: Contact, now: datetime) -> list[Notice]:
    """What is to be told where a number was changed not long ago."""
    news = [each for each in contact.before if not contact.forgotten and now - each.until <= STALE]
    return [_of_former(contact.id, each) for each in news]


def _of_former(person: UUID, former: FormerNumber) -> Notice:
    about = About.OWN_NUMBER if former.changed_by == person else About.NUMBER_CHANGED
    key = uuid5(person, f"{about}/{former.until.isoformat()}")
    return Notice(key, about, str(person), "", former.until, "", exercise=False)


def for_one(notice: Notice) -> str | None:
    """Whom alone it is for, by their id; None where it is for an organisation."""
    if notice.about in TO_FORMER:
        return notice.subject
    return notice.subject.partition("/")[2] if notice.about in TO_CALLED else None


def told(notice: Notice, turns: Sequence[Turn], people: Sequence[Person]) -> list[Person]:
    """Who gets the message: everybody on the list who works there now; of an exercise only who enrolled.

    On duty or not: it is no call, and worth most where who is on duty does not answer. Of a card also who may
    stop it, list or not: whoever keeps the list must not be able to keep an alarm from them.
    Of a number only whose it was, of a call only who is called, and of what can wait only who is on duty:
    those, `turns` are then. Of a request that waits for a yes `turns` are who may give it, which `mandated`
    knows.
    """
    if (alone := for_one(notice)) is not None:
        return [each for each in people if str(each.id) == alone and not each.forgotten]
    here = {each.id: each for each in people if not each.forgotten and each.works_for(notice.organisation)}
    listed = [
        here[turn.person] for turn in turns if turn.person in here and (turn.exercises or not notice.exercise)
    ]
    if notice.exercise or notice.about in (About.NOBODY, About.ASKED, About.UNCONFIRMED):
        return listed
    stopping = [
        each
        for each in here.values()
        if each not in listed and any(each.may(right, notice.organisation) for right in STOPS)
    ]
    return listed + stopping


def _of_card(card: Card, about: About, at: datetime) -> Notice:
    # With the day of printing: after a restore a number may be printed once more.
    thing = f"{card.id}/{card.printed_at.isoformat()}/{about}/{at.isoformat()}"
    return Notice(uuid5(_THINGS, thing), about, card.id, card.organisation, at, "", card.exercise)
