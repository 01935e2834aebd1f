"""Sealed cards: who prints them, when one opens, who may say yes to its use, and that it works once."""

import re
import unicodedata
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from schemas.catalogue import Function
from schemas.events.card import Card, CardState
from schemas.events.person import Person
from schemas.refused import Refused
from schemas.values import Level, Right, organisation_key
from services.directory.rules.rights import must_have

LASTS: Final = timedelta(days=365)
"""From one yearly check to the next."""

WORDS: Final = 6
"""Of a list of 2,048: 66 bits, so that nobody finds them from a hash, nor by trying."""

MOST_CARDS: Final = 20
"""Cards of one print: a vault, its spare, and a few deputies."""

APPROVES: Final = (Right.MANDATE, Right.ADMINISTER)

_NO_LETTERS: Final = re.compile(r"[^a-z]+")


@dataclass(frozen=True)
class Printed:
    """A card as it goes into the envelope: the words in clear text, said once and kept nowhere."""

    role: Function
    words: str


def number_of(organisation: str, count: int) -> str:
    """The number on a card: the `count`-th that this organisation printed, from 1."""
    return f"{organisation}-{count:04}"


def digest_of(number: str, words: str) -> str:
    """What is kept of a card. The number is in it, so that one guess is never a guess at all cards."""
    plain = " ".join(_NO_LETTERS.sub(" ", words.lower()).split())
    return sha256(f"{number} {plain}".encode()).hexdigest()


def may_print(asker: Person, organisation: str) -> None:
    """Refused: `not_found` for a stranger, `not_your_right` for who does not administer the organisation."""
    must_have(asker, organisation, Right.ADMINISTER)


def may_approve(asker: Person, organisation: str) -> None:
    """Who may say yes to the use of a card, or stop it. Refused: `not_found`, `not_your_right`."""
    must_have(asker, organisation, *APPROVES)


def may_be_let_in(approver: Person, whom: Person | None, organisation: str) -> None:
    """Refused: `not_found` for who is no colleague, `second_person` for oneself: that would be one factor."""
    if whom is None or not is_colleague(whom, organisation):
        raise Refused("not_found")
    if whom.id == approver.id:
        raise Refused("second_person")


def is_colleague(whom: Person | None, organisation: str) -> bool:
    """Whether this is somebody who works there and was not forgotten."""
    return whom is not None and not whom.forgotten and whom.works_for(organisation)


def is_same_name(one: str, other: str) -> bool:
    """Whether two people wrote the same name: capitals, accents, dots and spaces apart."""
    return bool(_plain(one)) and _plain(one) == _plain(other)


def _plain(name: str) -> str:
    letters = unicodedata.normalize("NFKD", name).casefold()
    return "".join(each for each in letters if each.isalnum())


def print_cards(
    organisation: str, known: Sequence[Card], printed: Sequence[Printed], by: UUID | None, now: datetime
) -> tuple[list[Card], list[Card]]:
    """The new cards, and the old ones that are void by that: every one that was still ready."""
    first = max((int(card.id.rpartition("-")[2]) for card in known), default=0) + 1
    numbers = [number_of(organisation, count) for count in range(first, first + len(printed))]
    new = [
        Card(
            id=number,
            organisation=organisation,
            role=each.role,
            digest=digest_of(number, each.words),
            printed_at=now,
            printed_by=by,
            expires_at=now + LASTS,
            exercise=False,
            readers={organisation_key(organisation): Level.OWN},
        )
        for number, each in zip(numbers, printed, strict=True)
    ]
    old = [_ended(card, CardState.REPLACED, by, now) for card in known if card.state is CardState.READY]
    return new, old


def is_ready(card: Card | None, now: datetime) -> bool:
    """Whether it was not used, replaced or stopped, and its time is not over."""
    return card is not None and card.state is CardState.READY and now < card.expires_at


def has_words(card: Card | None, number: str, words: str) -> bool:
    """Whether these are the words of this card, over or not; an unknown number takes the same steps."""
    kept = card.digest if card is not None else "0" * 64
    # Digests of something secret: how much of two of them is the same tells nothing, nor how long it took.
    return digest_of(number, words) == kept


def ask(card: Card, now: datetime) -> Card:
    """Somebody has the words: everybody may know. Refused: `card_refused`."""
    if not is_ready(card, now):
        raise Refused("card_refused")
    return card.model_copy(update={"asked_at": now, "asked": card.asked + 1})


def spend(card: Card, person: UUID, approver: UUID | None, session: UUID, now: datetime) -> Card:
    """It let somebody in and never does again. Refused: `card_refused`.

    `approver`: who said yes; nobody where a code was keyed in on the phone of who came in.
    """
    if not is_ready(card, now):
        raise Refused("card_refused")
    used = {"used_at": now, "used_by": person, "approved_by": approver, "session": session}
    return card.model_copy(update={"state": CardState.USED, **used})


def untold(card: Card, person: UUID, used_at: datetime) -> Card:
    """The text that it was used then did not reach this person; of another use nothing is said."""
    if card.used_at != used_at or person in card.untold:
        return card
    return card.model_copy(update={"untold": (*card.untold, person)})


def stop(card: Card, by: UUID, now: datetime) -> Card:
    """It opens nothing any more; of a used one its session is over too. Refused: `not_found`."""
    if card.state not in (CardState.READY, CardState.USED):
        raise Refused("not_found")
    return _ended(card, CardState.STOPPED, by, now)


def back(card: Card, void: Collection[str], now: datetime) -> Card:
    """A ready card as a backup brings it back: void where it is known as such, else good, and it says so.

    `void`: digests. What became of a card after the newest key file nobody knows. The others are not shut:
    the night in which a platform is restored is the night for which they lie in a vault.
    """
    since = {"restored_at": now}
    if card.digest in void:
        return _ended(card, CardState.STOPPED, None, now).model_copy(update=since)
    return card.model_copy(update=since)


def _ended(card: Card, state: CardState, by: UUID | None, now: datetime) -> Card:
    return card.model_copy(update={"state": state, "ended_at": now, "ended_by": by})
