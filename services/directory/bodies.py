"""What the directory is asked and what it answers over HTTP: the bodies of requests and of answers."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from schemas.catalogue import Function
from schemas.events.access import Checked
from schemas.events.organisation import Kind
from schemas.events.session import SignInWay
from schemas.values import Command, Moment, OrganisationId, Phone, Right, ShortText

MOST_AT_ONCE: Final = 100
"""People of an organisation that are brought in, checked or invited by one command."""


class OrganisationShown(BaseModel):
    """An organisation as anybody may know it; what it uses and whom it lends is not in it."""

    id: str
    kind: Kind
    name: str
    province: str | None
    region: str | None
    population: int | None
    latitude: float | None
    longitude: float | None
    delivers_ict_to: tuple[str, ...]
    fictitious: bool


class Organisations(BaseModel):
    """All organisations."""

    organisations: list[OrganisationShown]


class Blurb(BaseModel):
    """One sentence in two languages."""

    nl: str
    en: str


class PersonaShown(BaseModel):
    """A made-up person to play, and the host name on which their session stands apart."""

    person: UUID
    name: str
    organisation: str
    functions: tuple[Function, ...]
    rights: tuple[Right, ...]
    host: str
    blurb: Blurb


class Personas(BaseModel):
    """Whom a visitor may play."""

    people: list[PersonaShown]


class Colleague(BaseModel):
    """A colleague of one's own organisation."""

    person: UUID
    name: str
    functions: tuple[Function, ...]


class Colleagues(BaseModel):
    """The colleagues of one organisation."""

    people: list[Colleague]


class Me(BaseModel):
    """Who is signed in, for which organisations, and with which rights there."""

    person: UUID
    session: UUID
    way: SignInWay
    expires_at: datetime
    name: str
    organisations: list[str]
    rights: dict[str, list[Right]]
    demonstration: bool


class SignIn(Command):
    """Which made-up person to be."""

    person: UUID


class Nothing(Command):
    """A body without fields."""


class Forgotten(BaseModel):
    """From how many texts of incidents their name and numbers were taken."""

    places: int


class Forget(Command):
    """Whom to forget."""

    person: UUID


class KeysWanted(Command):
    """Whose data keys a service needs."""

    people: list[UUID]


class Keys(BaseModel):
    """Person -> data key in base64; a forgotten person is not in it."""

    keys: dict[str, str]


Base64Url = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]+$", max_length=40_000)]
"""Bytes as browsers send them; base64url without padding."""

Secret = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_-]{43}$")]
"""32 bytes as base64url: what stands in the link of an invitation."""

Code = Annotated[str, StringConstraints(pattern=r"^[0-9]{6}$")]


class Attestation(Command):
    """A phone's answer when it made a key."""

    credential: Base64Url
    client_data: Base64Url
    attestation: Base64Url


class Assertion(Command):
    """A phone's answer when it signed a challenge."""

    credential: Base64Url
    client_data: Base64Url
    authenticator_data: Base64Url
    signature: Base64Url


class Invite(Command):
    """Whom to let in, how it was made sure that it is them, and that it is the administrator who asks."""

    person: UUID
    checked: Literal[Checked.IN_PERSON, Checked.CALL_BACK]
    passkey: Assertion | None = None


class InvitePeople(Command):
    """Several at once, each on a slip of paper of their own; otherwise as `Invite`."""

    people: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=MOST_AT_ONCE)]
    checked: Literal[Checked.IN_PERSON, Checked.CALL_BACK]
    passkey: Assertion | None = None


class InviteGuest(Command):
    """Whom from outside to let read one incident, how it is made sure who they are, and who asks."""

    incident: UUID
    organisation: OrganisationId
    name: ShortText
    firm: ShortText
    phone: Phone
    until: Moment
    checked: Literal[Checked.IN_PERSON, Checked.CALL_BACK]
    passkey: Assertion | None = None


class Remove(Command):
    """That it is the one who signed in who takes the key away."""

    passkey: Assertion | None = None


class Invited(BaseModel):
    """What opens an invitation. It is said once and kept nowhere."""

    person: UUID
    secret: str
    code: str
    expires_at: datetime


class InvitedPeople(BaseModel):
    """The same for several; who got a key meanwhile is not among them."""

    invited: list[Invited]


class Opened(Command):
    """The secret of a link and the code that goes with it."""

    secret: Secret
    code: Code


class Welcome(Opened):
    """The same, with the key that the phone made."""

    passkey: Attestation


class Purpose(StrEnum):
    """What a signature is asked for: one that was made for one thing is no good for the other."""

    SIGN_IN = "sign_in"
    ADD = "add"
    INVITE = "invite"
    PRINT = "print"
    APPROVE = "approve"
    STOP = "stop"
    REMOVE = "remove"
    MANDATES = "mandates"
    BIND = "bind"
    SWITCH = "switch"
    PEOPLE = "people"
    NUMBER = "number"
    GUEST = "guest"
    SYSTEM = "system"
    WAKE_LIST = "wake_list"
    PUSH = "push"


class ToSign(Command):
    """What a phone is going to sign for."""

    purpose: Purpose


class WithPasskey(Command):
    """What a phone signed."""

    passkey: Assertion


class Ceremony(BaseModel):
    """What the browser is to ask of the phone: WebAuthn's options as JSON."""

    options: dict[str, Any]


class SignedIn(BaseModel):
    """The session that was opened."""

    session: UUID


class PasskeyShown(BaseModel):
    """A key of one's own or of a colleague, without anything that opens."""

    id: UUID
    added_at: datetime
    used_at: datetime | None
    backed_up: bool


class OpenInvitation(BaseModel):
    """That somebody may come in, until when, and how that was checked."""

    checked: Checked
    made_at: datetime
    expires_at: datetime


class Passkeys(BaseModel):
    """The keys of one person, and the invitation that is open."""

    passkeys: list[PasskeyShown]
    invitation: OpenInvitation | None
    restored_at: datetime | None


class SessionShown(BaseModel):
    """A session that still counts."""

    id: UUID
    started_at: datetime
    expires_at: datetime
    way: SignInWay
    here: bool


class Sessions(BaseModel):
    """One's own sessions, the newest first."""

    sessions: list[SessionShown]


class InviteHere(Command):
    """The same from the machine itself: for somebody known, or for an organisation's first administrator."""

    checked: Checked
    person: UUID | None = None
    organisation: OrganisationId | None = None
    name: ShortText | None = None
    phone: Phone | None = None
