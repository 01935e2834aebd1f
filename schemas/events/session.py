"""One sign-in of one person on one device; every service refuses it once it is revoked."""

from enum import StrEnum
from typing import ClassVar
from uuid import UUID

from schemas.state import State
from schemas.values import Moment


class SignInWay(StrEnum):
    """How somebody signed in: played in a demonstration, with a passkey, with a sealed card, at the identity
    provider of an organisation, or with a guest's link."""

    DEMO = "demo"
    PASSKEY = "passkey"
    CARD = "card"
    OIDC = "oidc"
    GUEST = "guest"


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
