"""How often and how long it is tried to send one message, as a text or to a device."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from services.notification.rules.notices import TO_FORMER, About

UNDER_WAY: Final = timedelta(seconds=30)
"""Longer than a look-up and the order after it are under way, of a call as of a message: what the provider
does not know by then, it never took."""

WAITS: Final = (UNDER_WAY, *(timedelta(seconds=each) for each in (30, 60, 120, 240, 480, 900)))
"""After each try; it is given up half an hour after the first one."""

A_CALL: Final = timedelta(minutes=2)
"""So long a call lasts at most: it rings for 45 s, says its words twice and waits for a key."""

AGAIN: Final = timedelta(minutes=1)
"""After this one that did not arrive is sent again, once: the phone may have been out of reach."""

PROMPT: Final = timedelta(seconds=15)
"""So soon after it happened no receipt can come from a backup."""


class TextState(StrEnum):
    """Waits to be ordered; ordered, and no answer yet; taken by the provider; arrived, as it says. Or given
    up: it did not arrive, twice; it was declined each time; nobody knows whether it was taken; there is no
    number; the device is gone; or it was no longer needed.
    """

    WAITING = "waiting"
    ORDERED = "ordered"
    SENT = "sent"
    DELIVERED = "delivered"
    UNDELIVERED = "undelivered"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    NO_NUMBER = "no_number"
    GONE = "gone"
    NOT_NEEDED = "not_needed"


OPEN: Final = (TextState.WAITING, TextState.ORDERED)

LOST: Final = (TextState.UNDELIVERED, TextState.REFUSED, TextState.UNKNOWN, TextState.NO_NUMBER)
"""Somebody else has to phone whom it was for."""


@dataclass(frozen=True)
class TextMessage:
    """One message to one person, and what is known of it. `at`: when what it tells happened.

    `device`: whose browser shows it; None for an SMS.
    """

    id: UUID
    person: UUID
    body: str
    state: TextState
    tries: int
    at: datetime
    about: About = About.CARD_ASKED
    device: UUID | None = None

    @property
    def former(self) -> bool:
        """Whether it goes to the number that counted until then."""
        return self.about in TO_FORMER

    @property
    def tried_enough(self) -> bool:
        """Whether it is not ordered any more."""
        return self.tries >= len(WAITS)

    def surely_not_taken(self, now: datetime) -> bool:
        """Whether no order went out that may have been taken; else the provider is asked first.

        A receipt may come from a backup: then it is of a while ago, and what came of it is not in it. So one
        that was declined is asked for too: the backup may be of before a later try that was taken.
        """
        return self.state is TextState.WAITING and self.tries == 0 and now - self.at < PROMPT


@dataclass(frozen=True)
class Lost:
    """A text that did not get through to somebody, which does not stand yet where people look.

    `subject`, `at`: those of what it tells, a ladder's delivery or a card.
    """

    text: UUID
    about: About
    subject: str
    at: datetime
    person: UUID


def next_try(tries: int, now: datetime) -> datetime:
    """When the one after this many is due."""
    return now + WAITS[min(tries, len(WAITS)) - 1]


def after_no(text: TextMessage) -> TextState:
    """What it is once the provider declined to take it, which was one try more."""
    return TextState.REFUSED if text.tries + 1 >= len(WAITS) else TextState.WAITING
