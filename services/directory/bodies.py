"""What the directory is asked and what it answers over HTTP: the bodies of requests and of answers."""

from uuid import UUID

from pydantic import BaseModel

from schemas.catalogue import Function
from schemas.events.organisation import Kind
from schemas.values import Command, Right


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
    name: str
    organisations: list[str]
    rights: dict[str, list[Right]]
    demonstration: bool


class SignIn(Command):
    """Which made-up person to be."""

    person: UUID


class Nothing(Command):
    """A body without fields."""


class Forget(Command):
    """Whom to forget."""

    person: UUID


class KeysWanted(Command):
    """Whose data keys a service needs."""

    people: list[UUID]


class Keys(BaseModel):
    """Person -> data key in base64; a forgotten person is not in it."""

    keys: dict[str, str]
