"""How one person gets in: public halves of passkeys, at most one open invitation, or the key of a system."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import StringConstraints

from schemas.state import State
from schemas.values import Moment, ShortText, Value

Digest = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
"""SHA-256 in hexadecimals."""


class Checked(StrEnum):
    """How it was made sure that the invitation reaches the person it is for."""

    IN_PERSON = "in_person"
    CALL_BACK = "call_back"
    OWN_DEVICE = "own_device"


class Passkey(Value):
    """The public half of a key on somebody's phone; nothing in it names a person or a device.

    `credential` and `public_key` are base64url without padding, the key in COSE as the phone gave it.
    """

    id: UUID
    credential: str
    public_key: str
    added_at: Moment
    aaguid: UUID
    backed_up: bool


class Invitation(Value):
    """A way in that is open once, for a short time.

    `secret` is the hash of the 256 bits in the link, `code` that of the same bits and the six digits: who
    reads the topic and not the link cannot try the million codes. `made_by` is empty for who stood at the
    machine.
    """

    secret: Digest
    code: Digest
    checked: Checked
    made_by: UUID | None
    made_at: Moment
    expires_at: Moment
    tries: int = 0


class SystemKey(Value):
    """What a program of an organisation gets in with: `secret` is the hash of its 256 bits.

    `ended_by` is empty where its time was up, or a restore ended it again.
    """

    name: ShortText
    about: ShortText
    secret: Digest
    made_by: UUID
    made_at: Moment
    expires_at: Moment
    ended_at: Moment | None = None
    ended_by: UUID | None = None

    def opens(self, now: datetime) -> bool:
        """Whether it lets in at this moment."""
        return self.ended_at is None and now < self.expires_at


class Access(State):
    """What opens the platform for one person; read by nobody but the directory, and shown to no viewer.

    After a restore `restored_at` says that keys which were removed since that backup may be back.
    """

    TYPE: ClassVar[str] = "access"

    id: UUID
    passkeys: tuple[Passkey, ...] = ()
    invitation: Invitation | None = None
    system: SystemKey | None = None
    restored_at: Moment | None = None
