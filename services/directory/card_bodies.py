"""What the directory is asked and what it answers about sealed cards."""

from datetime import datetime
from typing import Annotated, Final
from uuid import UUID

from pydantic import BaseModel, Field, StringConstraints

from schemas.catalogue import Function
from schemas.events.card import CardNumber
from schemas.values import Command, OrganisationId, ShortText
from services.directory.bodies import Assertion, Code
from services.directory.rules.cards import MOST_CARDS

LONGEST: Final = 120
"""Characters of six words of at most eight letters, with room for who separates them in another way."""

SixWords = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST, strip_whitespace=True)]
Roles = Annotated[tuple[Function, ...], Field(min_length=1, max_length=MOST_CARDS)]
Address = Annotated[str, StringConstraints(pattern=r"^https?://[A-Za-z0-9.:\[\]-]+$", max_length=200)]


class Print(Command):
    """For which roles to print a card, and that it is the administrator who asks."""

    organisation: OrganisationId
    roles: Roles
    passkey: Assertion | None = None


class PrintHere(Command):
    """The same from the machine itself, which says on which address people come."""

    organisation: OrganisationId
    roles: Roles
    origin: Address


class PrintedCard(BaseModel):
    """What stands on a card. The words are said once and kept nowhere.

    `link`: what the QR code holds; `page`: the same place, to be typed. `phone`: whom to call first; empty
    where the organisation keeps no such number.
    """

    number: str
    role: Function
    words: str
    link: str
    page: str
    printed_at: datetime
    expires_at: datetime
    phone: str = ""


class PrintedCards(BaseModel):
    """The new cards, how many are void by them, and the sheet to print: a PDF in base64."""

    cards: list[PrintedCard]
    replaced: int
    pdf: str


class Stop(Command):
    """That it is the one who signed in who makes the card void."""

    passkey: Assertion | None = None


class OpenCard(Command):
    """What stands on the card, and who holds it; nobody is looked up by that name."""

    number: CardNumber
    words: SixWords
    name: ShortText


class Opened(BaseModel):
    """What to read to the second person, and until when."""

    code: str
    expires_at: datetime
    role: Function


class Waiting(BaseModel):
    """Nobody said yes yet."""

    waiting: bool
    expires_at: datetime


class AskedUse(BaseModel):
    """Somebody with a card of one's own organisation; the name is what they say."""

    use: UUID
    number: str
    organisation: str
    role: Function
    name: str
    asked_at: datetime
    expires_at: datetime


class Asked(BaseModel):
    """Who waits for a second person, the oldest first."""

    uses: list[AskedUse]


class Approve(Command):
    """Who it is by the approver's own ear, the code that was read out, and that the approver says so."""

    use: UUID
    code: Code
    person: UUID
    passkey: Assertion | None = None
