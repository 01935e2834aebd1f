"""A seal over what an owner's journal gained: published, so that a journal cannot lose a row unseen."""

from typing import ClassVar

from pydantic import Field

from schemas.state import State
from schemas.values import Moment


class Seal(State):
    """One link of an owner's chain of seals, over the journal rows of about a second.

    `hash` is the SHA-256, in hex, of the link before it and of every row's name and own hash; whoever keeps
    a seal can later show that a row that stood in the journal then is gone or changed.
    """

    id: str = Field(pattern=r"^[1-9]\d*$")
    at: Moment
    rows: int = Field(ge=1)
    hash: str = Field(pattern=r"^[0-9a-f]{64}$")


class DirectorySeal(Seal):
    """A seal over the journal of the directory; its number is its id."""

    TYPE: ClassVar[str] = "directory_seal"


class NotificationSeal(Seal):
    """A seal over the journal of who was called; its number is its id."""

    TYPE: ClassVar[str] = "notification_seal"


class AidSeal(Seal):
    """A seal over the journal of incidents, requests and commitments; its number is its id."""

    TYPE: ClassVar[str] = "aid_seal"
