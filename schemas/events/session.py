"""One sign-in of one person on one device; every service refuses it once it is revoked."""

from typing import ClassVar
from uuid import UUID

from schemas.state import State
from schemas.values import Moment


class Session(State):
    """A session lives until it expires or somebody ends it; it says who, never what they may do."""

    TYPE: ClassVar[str] = "session"

    id: UUID
    person: UUID
    started_at: Moment
    expires_at: Moment
    revoked: bool = False
    demonstration: bool = False
