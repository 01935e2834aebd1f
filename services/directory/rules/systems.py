"""The keys of an organisation's systems: who makes and ends one, what it opens, and when it is over."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from schemas.events.access import Access, SystemKey
from schemas.events.person import Person
from schemas.values import Right
from services.directory.rules.access import digest_of
from services.directory.rules.rights import must_have

MOST_DAYS: Final = 365
"""Once a year somebody looks whether the other side still needs it."""

MOST_SYSTEMS: Final = 20
"""Keys of one organisation that open; more than that nobody looks through."""

NOBODYS: Final = digest_of("")
"""What a secret is held against where there is no key: no secret that we make has this digest."""


def may_keep_systems(asker: Person, organisation: str) -> None:
    """Refused: `not_found` for who works elsewhere, `not_your_right` for who does not administer it."""
    must_have(asker, organisation, Right.ADMINISTER)


def system(key: UUID, organisation: str, asker: Person) -> Person:
    """Who the program is: it reads along at that organisation and has no function or right.

    Whose maker is made up is made up too.
    """
    return Person(id=key, system=organisation, fictitious=asker.fictitious, exercise=False)


@dataclass(frozen=True)
class Wanted:
    """Which program is to read along, and what for; `days` from now on."""

    name: str
    about: str
    days: int


def new_key(wanted: Wanted, secret: str, by: UUID, now: datetime) -> SystemKey:
    """A key that opens from now on; `secret` in clear text, of which a digest is kept."""
    return SystemKey(
        name=wanted.name,
        about=wanted.about,
        secret=digest_of(secret),
        made_by=by,
        made_at=now,
        expires_at=now + timedelta(days=wanted.days),
    )


def ended(access: Access, by: UUID | None, now: datetime) -> Access:
    """The key opens nothing any more; the same again where it had ended, or is none."""
    if access.system is None or access.system.ended_at is not None:
        return access
    over = access.system.model_copy(update={"ended_at": now, "ended_by": by})
    return access.model_copy(update={"system": over})


def is_over(access: Access, now: datetime) -> bool:
    """Whether the time of a key is up and nobody has written that down yet."""
    return access.system is not None and access.system.ended_at is None and not access.system.opens(now)


def is_let_in(access: Access, secret: str, now: datetime) -> bool:
    """Whether this secret opens. The steps are the same for whoever has no key."""
    # Digests of something secret: how much of two of them is the same tells nothing, nor how long it took.
    kept = NOBODYS if access.system is None else access.system.secret
    right = kept == digest_of(secret)
    return right and access.system is not None and access.system.opens(now)
