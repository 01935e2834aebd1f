"""Who may invite somebody from outside to one incident, for how long, and who may end it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from schemas.events.access import Access
from schemas.events.organisation import Organisation
from schemas.events.person import Guesthood, Person
from schemas.refused import Refused
from schemas.values import Right

LONGEST: Final = timedelta(days=7)
"""Whoever stays longer is invited anew: somebody looks again whether they are still needed."""


def guest(key: UUID, asker: Person, wanted: Guesthood, now: datetime) -> Person:
    """Somebody from outside; they see nothing until the incident names them.

    Refused: `not_found` where the asker does not work, `sponsor_needs_mandate`, `guest_time`.
    """
    if not asker.works_for(wanted.organisation):
        raise Refused("not_found")
    if not asker.may(Right.MANDATE, wanted.organisation):
        raise Refused("sponsor_needs_mandate")
    if not now < wanted.until <= now + LONGEST:
        raise Refused("guest_time")
    return Person(id=key, guest=wanted, fictitious=asker.fictitious, exercise=False)


def called(firm: str, known: Iterable[Organisation]) -> tuple[str, ...]:
    """The organisations that somebody who says to be of this firm may be of, by id or by name."""
    meant = _plain(firm)
    return tuple(sorted(each.id for each in known if meant in (_plain(each.id), _plain(each.name))))


def _plain(name: str) -> str:
    return " ".join(name.casefold().split()).removeprefix("gemeente ")


def may_end(asker: Person, whom: Person | None) -> None:
    """The sponsor, and whoever reports or confirms where the sponsor works. Refused: `not_found`."""
    found = None if whom is None else whom.guest
    if found is None:
        raise Refused("not_found")
    own = any(asker.may(right, found.organisation) for right in (Right.MANDATE, Right.REPORT))
    if asker.id != found.sponsor and not own:
        raise Refused("not_found")


def shut(access: Access) -> Access:
    """No link opens any more."""
    return access.model_copy(update={"invitation": None})
