"""Who works for an organisation: bringing people in, what they may, the yearly check, and leaving."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from schemas.catalogue import Function
from schemas.events.person import Membership, Person
from schemas.refused import Refused
from schemas.state import Readers
from schemas.values import IBD, Level, Right, organisation_key, person_key
from services.directory.rules.rights import must_have

CHECK_EVERY: Final = timedelta(days=365)
"""After so long somebody has to say again that a colleague still works there."""

GIVEN: Final = (Right.REPORT, Right.MANDATE, Right.LEND, Right.ADMINISTER)
"""What an administrator gives and takes; who speaks for the IBD no administrator decides."""

MOST_PEOPLE: Final = 2_000
"""Of one organisation; the largest municipalities need hundreds on a list like this."""


@dataclass(frozen=True)
class Job:
    """What somebody does and may there."""

    functions: tuple[Function, ...]
    rights: tuple[Right, ...]


def may_keep_people(asker: Person, organisation: str) -> None:
    """Administrators keep the list of people. Refused: `not_found` elsewhere, `not_your_right`."""
    must_have(asker, organisation, Right.ADMINISTER)


def first_person(key: UUID, organisation: str) -> Person:
    """Whoever is let in at the machine: an administrator, who at the IBD speaks for it as well.

    Nobody else gives that right, so that who administers there cannot hand it out.
    """
    rights = (Right.IBD, Right.ADMINISTER) if organisation == IBD else (Right.ADMINISTER,)
    return Person(
        id=key,
        memberships=(Membership(organisation=organisation, rights=rights),),
        exercise=False,
        readers=readers_of(key, [organisation]),
    )


def newcomer(key: UUID, organisation: str, job: Job, asker: Person, today: date) -> Person:
    """Somebody new; whoever brings them in has just looked, so the year begins today.

    Whom somebody made up brings in is made up too.
    """
    member = Membership(organisation=organisation, rights=_ordered(job.rights), checked_on=today)
    return Person(
        id=key,
        memberships=(member,),
        functions=tuple(dict.fromkeys(job.functions)),
        fictitious=asker.fictitious,
        exercise=False,
        readers=readers_of(key, [organisation]),
    )


def with_job(person: Person, organisation: str, job: Job, asker: UUID, others: Collection[UUID]) -> Person:
    """The same person with another job there. Functions are the person's own, wherever they work.

    Nobody changes their own rights: that takes a colleague who sees it. `others`: who else administers there
    and can get in. Refused: `not_found`, `own_rights`, `last_administrator`.
    """
    member = membership(person, organisation)
    # What no administrator gives, none takes from somebody who stays.
    kept = [each for each in member.rights if each not in GIVEN]
    rights = (*kept, *_ordered(job.rights))
    if person.id == asker and set(rights) != set(member.rights):
        raise Refused("own_rights")
    if Right.ADMINISTER not in rights:
        _leave_one(person, organisation, others)
    changed = member.model_copy(update={"rights": rights})
    return person.model_copy(
        update={
            "memberships": _replaced(person, member, changed),
            "functions": tuple(dict.fromkeys(job.functions)),
        }
    )


def checked(person: Person, organisation: str, today: date) -> Person:
    """Somebody looked today: this colleague still works there. Refused: `not_found`."""
    member = membership(person, organisation)
    return person.model_copy(
        update={"memberships": _replaced(person, member, member.model_copy(update={"checked_on": today}))}
    )


def gone(person: Person, organisation: str, others: Collection[UUID]) -> Person:
    """The same person, who no longer works there; without any employer left they are to be forgotten.

    `others`: as above. Refused: `not_found`, `last_administrator`.
    """
    member = membership(person, organisation)
    _leave_one(person, organisation, others)
    left = tuple(each for each in person.memberships if each != member)
    readers = readers_of(person.id, [each.organisation for each in left])
    return person.model_copy(update={"memberships": left, **person.read_by(readers)})


def is_due(member: Membership, today: date) -> bool:
    """Whether it is time to look again."""
    return member.checked_on is None or today - member.checked_on >= CHECK_EVERY


def membership(person: Person, organisation: str) -> Membership:
    """What somebody may there. Refused: `not_found` for who does not work there."""
    found = [each for each in person.memberships if each.organisation == organisation]
    if not found or person.forgotten:
        raise Refused("not_found")
    return found[0]


def _leave_one(person: Person, organisation: str, others: Collection[UUID]) -> None:
    if person.may(Right.ADMINISTER, organisation) and not others:
        raise Refused("last_administrator")


def _replaced(person: Person, before: Membership, after: Membership) -> tuple[Membership, ...]:
    return tuple(after if each == before else each for each in person.memberships)


def _ordered(rights: Sequence[Right]) -> tuple[Right, ...]:
    """Each once, in the order of `GIVEN`, so that the same rights are the same state."""
    return tuple(each for each in GIVEN if each in rights)


def readers_of(key: UUID, employers: Sequence[str]) -> Readers:
    """Who reads somebody's row: they themselves, and where they work."""
    return {person_key(key): Level.OWN, **{organisation_key(each): Level.OWN for each in employers}}
