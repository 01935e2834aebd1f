"""The small values that several aggregates share: ids, limits, times, labels and levels."""

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, StringConstraints
from pydantic_core import PydanticCustomError, PydanticKnownError

TEXT_LIMIT: Final = 4_000
"""Characters in any free text."""

EVENT_LIMIT: Final = 256 * 1024
"""Bytes of one encoded state."""

BODY_LIMIT: Final = 64 * 1024
"""Bytes of one HTTP request body."""

IBD: Final = "IBD"
"""Organisation id of the Informatiebeveiligingsdienst, the municipalities' CSIRT."""

IBD_PHONE: Final = "070 204 55 11"
"""The IBD's number, day and night (ibdgemeenten.nl)."""


NAME_LIMIT: Final = 200


def _storable(text: str) -> str:
    if "\0" in text:
        raise PydanticCustomError("nul_character", "the character NUL cannot be stored; leave it out")
    return text


def _short(text: str) -> str:
    if len(text) > NAME_LIMIT:
        raise PydanticKnownError("string_too_long", {"max_length": NAME_LIMIT})
    return text


Text = Annotated[
    str, StringConstraints(max_length=TEXT_LIMIT, strip_whitespace=True), AfterValidator(_storable)
]
ShortText = Annotated[
    str, StringConstraints(min_length=1, max_length=200, strip_whitespace=True), AfterValidator(_storable)
]
Name = Annotated[str, AfterValidator(_storable), AfterValidator(_short)]
"""What somebody is called: at most 200 characters."""

OrganisationId = Annotated[str, StringConstraints(pattern=r"^(GM\d{4}|VR\d{2}|SV\d{2}|IBD)$")]
"""Municipality (CBS code), safety region, partnership (samenwerkingsverband) or the IBD."""

Phone = Annotated[str, StringConstraints(pattern=r"^\+?[0-9][0-9 ()-]{5,24}$", strip_whitespace=True)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]
"""ISO 639 code."""

OurLanguage = Literal["nl", "en"]
"""One that this platform speaks itself."""

DUTCH: Final = "nl"
ENGLISH: Final = "en"

SystemName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=80, strip_whitespace=True, to_lower=True),
    AfterValidator(_storable),
]
"""A product by its name, in lower case so that two spellings meet."""


FIRST_YEAR: Final = 1900
LAST_YEAR: Final = 2200
"""No moment of ours lies outside; the calendar ends at 9999, and days that are added to it must not."""


def _to_utc(moment: datetime) -> datetime:
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        limits = {"first": FIRST_YEAR, "last": LAST_YEAR}
        raise PydanticCustomError("moment_out_of_range", "a moment between {first} and {last}", limits)
    return moment.astimezone(UTC)


Moment = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""A point in time, stored in UTC; one without a zone is refused."""


class Level(StrEnum):
    """How much of a row a viewer sees; each level includes the ones before it."""

    PUBLIC = "public"
    ASKED = "asked"
    PARTNER = "partner"
    COORDINATOR = "coordinator"
    OWN = "own"

    @property
    def rank(self) -> int:
        """Position in the order public < asked < partner < coordinator < own."""
        return _RANKS[self]


_RANKS: Final = {level: position for position, level in enumerate(Level)}


class Tlp(StrEnum):
    """Traffic Light Protocol 2.0 (FIRST)."""

    RED = "TLP:RED"
    AMBER_STRICT = "TLP:AMBER+STRICT"
    AMBER = "TLP:AMBER"
    GREEN = "TLP:GREEN"
    CLEAR = "TLP:CLEAR"

    @property
    def lowest_level(self) -> Level:
        """The lowest level that something with this label may be shown at."""
        return _LOWEST[self]


_LOWEST: Final = {
    Tlp.RED: Level.OWN,
    Tlp.AMBER_STRICT: Level.OWN,
    Tlp.AMBER: Level.COORDINATOR,
    Tlp.GREEN: Level.ASKED,
    Tlp.CLEAR: Level.PUBLIC,
}


class Phase(StrEnum):
    """Acute days, recovery weeks, aftermath months."""

    ACUTE = "acute"
    RECOVERY = "recovery"
    AFTERMATH = "aftermath"


class Pattern(StrEnum):
    """What kind of incident it is, as far as anybody knows."""

    RANSOMWARE = "ransomware"
    SUPPLIER_OUTAGE = "supplier_outage"
    DATA_LEAK = "data_leak"
    DDOS = "ddos"
    UNKNOWN = "unknown"


class Severity(StrEnum):
    """Impact in four levels, after the NIS2 large-scale taxonomy's colours."""

    LIMITED = "limited"
    INCIDENT = "incident"
    CALAMITY = "calamity"
    CRISIS = "crisis"
    UNKNOWN = "unknown"


class Where(StrEnum):
    """Whether help is wanted on the spot or from a distance."""

    ON_SITE = "on_site"
    REMOTE = "remote"


class Right(StrEnum):
    """What a person may do for an organisation (domain: rights per organisation)."""

    REPORT = "report"
    MANDATE = "mandate"
    LEND = "lend"
    IBD = "ibd"
    ADMINISTER = "administer"


class Value(BaseModel):
    """A part of a state. Unknown fields of a newer writer are passed over, so that readers deploy first."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Command(BaseModel):
    """What a client asks for. Unknown fields are refused: a typing error must not pass for a choice."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def safe_key(text: str) -> bool:
    """Whether a text may serve as an Idempotency-Key: 1 to 200 printable ASCII characters."""
    return re.fullmatch(r"[\x21-\x7e]{1,200}", text) is not None


def person_key(person: UUID) -> str:
    """The key that stands for one person in `readers`."""
    return f"person:{person}"


def organisation_key(organisation: str) -> str:
    """The key that every member of an organisation holds."""
    return f"org:{organisation}"


def desk_key(organisation: str) -> str:
    """The key of those who may say yes for an organisation's people: its desk."""
    return f"desk:{organisation}"


def coordinator_key(incident: UUID) -> str:
    """The key of whoever was given the role of coordinator of an incident."""
    return f"incident:{incident}:coordinator"


PUBLIC_KEY: Final = "public"

MEMBERS_KEY: Final = "members"
"""The key of everybody who works for an organisation that takes part: peers, and no guest."""
