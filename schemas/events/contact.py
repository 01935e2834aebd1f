"""How to reach a person: names, numbers and devices, each sealed with the person's own data key."""

from typing import ClassVar
from uuid import UUID

from schemas.state import State
from schemas.values import Moment, OrganisationId, Value


class WaitingNumber(Value):
    """Another number that an administrator asked for; sealed like the one that counts."""

    phone: str
    organisation: OrganisationId
    asked_by: UUID
    asked_at: Moment


class FormerNumber(Value):
    """The number that counted until then, sealed like the one that does; who holds it is told once."""

    phone: str
    until: Moment
    changed_by: UUID


class PushDevice(Value):
    """A browser that shows its owner push messages. `sealed`: its `PushSubscription` as JSON.

    `passkey`: the key that was shown when it was added; the device goes when that does.
    """

    id: UUID
    sealed: str
    added_at: Moment
    passkey: UUID | None = None


class Contact(State):
    """Sealed values are base64 of a 12-byte nonce and AES-256-GCM ciphertext.

    The person's id and the field's name are the associated data, so that a value cannot be moved.
    `waiting` counts for nobody until a second person says yes. `former` is the last number that counted;
    `formers` those of the last day, since nobody may have been told meanwhile.
    Only `live` and `notification` read this topic; the keys come from `directory` over HTTP.
    """

    TYPE: ClassVar[str] = "contact"

    id: UUID
    name: str = ""
    phone: str = ""
    mail: str = ""
    waiting: WaitingNumber | None = None
    former: FormerNumber | None = None
    formers: tuple[FormerNumber, ...] = ()
    devices: tuple[PushDevice, ...] = ()
    forgotten: bool = False

    @property
    def before(self) -> list[FormerNumber]:
        """Every number that counted before and is kept, each once, that which counted first before others."""
        last = () if self.former is None else (self.former,)
        return list({each.until: each for each in (*self.formers, *last)}.values())
