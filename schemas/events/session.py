"""One sign-in of one person on one device; every service refuses it once it is revoked."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import ClassVar, Final
from uuid import UUID

from schemas.state import State
from schemas.values import Moment

FORGOTTEN_AFTER: Final = timedelta(days=1)
"""Far more than any two clocks differ, so that nobody forgets a session that still counts for somebody."""


class SignInWay(StrEnum):
    """How somebody signed in: played in a demonstration, with a passkey, with a sealed card, at the identity
    provider of an organisation, or with a guest's link; or a program, with the key of a system."""

    DEMO = "demo"
    PASSKEY = "passkey"
    CARD = "card"
    OIDC = "oidc"
    GUEST = "guest"
    SYSTEM = "system"


class Session(State):
    """A session lives until it expires or somebody ends it; it says who, never what they may do.

    `passkey` is the one it was opened with: where that is removed, its sessions end.
    `card` likewise: the number of the card that let somebody in, on a phone that nobody knows.
    """

    TYPE: ClassVar[str] = "session"

    id: UUID
    person: UUID
    started_at: Moment
    expires_at: Moment
    revoked: bool = False
    demonstration: bool = False
    way: SignInWay = SignInWay.DEMO
    passkey: UUID | None = None
    card: str | None = None

    def may_be_forgotten(self, now: datetime) -> bool:
        """Whether no reader has to know it any more: whatever token names it is refused by its own date."""
        return now >= self.expires_at + FORGOTTEN_AFTER
