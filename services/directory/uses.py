"""Uses of cards that wait for a second person: in memory only, few per card, for a quarter of an hour."""

import hmac
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final
from uuid import UUID

from schemas.events.card import Card
from schemas.refused import Refused

LASTS: Final = timedelta(minutes=15)
"""Long enough to find and telephone somebody; who is late begins again, since no card is spent by that."""

MOST_OF_A_NETWORK: Final = 5
"""Of one card. The oldest makes room: who asks and leaves fills nothing up, and who asks again and again from
one place pushes out nobody but themselves."""

MOST_OF_A_CARD: Final = 60
"""From everywhere; then the oldest makes room after all (`tests/security/THREATS.md`)."""

TRIES: Final = 5


@dataclass(frozen=True)
class Use:
    """Somebody with a card, who they say they are, and who said yes to whom.

    `network`: where they came from. `token`: hash of what their browser holds. `code`: what they read to the
    second person. The name they gave stands here and nowhere else. `approver` is nobody where `person` keyed
    the code in on a phone.
    """

    id: UUID
    network: str
    token: str
    card: Card
    name: str
    code: str
    asked_at: datetime
    wrong: int = 0
    called: bool = False
    person: UUID | None = None
    approver: UUID | None = None

    @property
    def expires_at(self) -> datetime:
        """When it is over."""
        return self.asked_at + LASTS


class Uses:
    """All that wait now; few for each card whose words are known, and fewer from one place."""

    def __init__(self) -> None:
        self._known: dict[UUID, Use] = {}

    def add(self, use: Use) -> None:
        """One more; it comes last."""
        of_card = [each for each in self._known.values() if each.card.id == use.card.id]
        from_there = [each for each in of_card if each.network == use.network]
        self._make_room(from_there, MOST_OF_A_NETWORK)
        self._make_room(of_card, MOST_OF_A_CARD)
        self._known[use.id] = use

    def _make_room(self, among: list[Use], most: int) -> None:
        for oldest in among[: max(0, len(among) - most + 1)]:
            self._known.pop(oldest.id, None)

    def waiting(self, now: datetime) -> list[Use]:
        """Those that nobody said yes to yet, the oldest first."""
        self._forget_old(now)
        return [each for each in self._known.values() if each.person is None]

    def find(self, use: UUID, now: datetime) -> Use:
        """One that waits. Refused: `card_use_over`."""
        found = self._known.get(use)
        if found is None or found.person is not None or now >= found.expires_at:
            raise Refused("card_use_over")
        return found

    def of_browser(self, token: str, now: datetime) -> Use:
        """The one that this browser began. Refused: `card_use_over`."""
        self._forget_old(now)
        held = digest_of(token)
        for each in self._known.values():
            if hmac.compare_digest(each.token, held):
                return each
        raise Refused("card_use_over")

    def approve(self, use: UUID, code: str, person: UUID, approver: UUID, now: datetime) -> Use:
        """A yes by who heard the code. Refused: `card_use_over`, or `card_code_wrong` with the tries left."""
        found = self.find(use, now)
        if not hmac.compare_digest(found.code.encode(), code.encode()):
            left = TRIES - found.wrong - 1
            self._known[use] = replace(found, wrong=found.wrong + 1)
            if left == 0:
                del self._known[use]
                raise Refused("card_use_over")
            raise Refused("card_code_wrong", left=left)
        self._known[use] = replace(found, person=person, approver=approver)
        return self._known[use]

    def is_approved(self, use: UUID, person: UUID, approver: UUID, now: datetime) -> bool:
        """Whether this yes was said and still lets that person in."""
        found = self._known.get(use)
        if found is None or now >= found.expires_at:
            return False
        return (found.person, found.approver) == (person, approver)

    def call(self, use: UUID, now: datetime) -> Use:
        """A call is going to be placed for it: once. Refused: `card_use_over`, `card_called`."""
        found = self.find(use, now)
        if found.called:
            raise Refused("card_called")
        self._known[use] = replace(found, called=True)
        return self._known[use]

    def keyed_in(self, use: UUID, person: UUID, now: datetime) -> None:
        """The code was keyed in on the phone of this person. Refused: `card_use_over`."""
        self._known[use] = replace(self.find(use, now), person=person)

    def over(self, card: str) -> None:
        """Nothing waits for this card any more."""
        self._known = {key: each for key, each in self._known.items() if each.card.id != card}

    def _forget_old(self, now: datetime) -> None:
        self._known = {key: each for key, each in self._known.items() if now < each.expires_at}


def digest_of(token: str) -> str:
    """What is kept of what a browser holds."""
    return sha256(token.encode()).hexdigest()
