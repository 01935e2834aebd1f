"""An organisation's list of mandates: who keeps it, and what a list must be to be kept (domain, law 3)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from schemas.events.organisation import Organisation
from schemas.events.person import Person
from schemas.mandate import Act, Limit, Mandate, MandateList
from schemas.refused import Refused
from schemas.values import Right
from services.directory.rules.rights import must_have


@dataclass(frozen=True)
class NewList:
    """What somebody wants to keep. `after`: the number of the list they looked at, 0 where none was kept."""

    after: int
    entries: tuple[Mandate, ...]
    two_persons: tuple[Act, ...] = ()


def may_read(asker: Person, organisation: str) -> None:
    """Colleagues read whom to go to; to everybody else the list is not there. Refused: `not_found`."""
    if not asker.works_for(organisation):
        raise Refused("not_found")


def may_keep(asker: Person, organisation: str) -> None:
    """Administrators keep the list. Refused: `not_found` elsewhere, `not_your_right`."""
    must_have(asker, organisation, Right.ADMINISTER)


def change_list(
    known: Organisation, wanted: NewList, asker: Person, people: Mapping[UUID, Person], now: datetime
) -> Organisation:
    """The organisation with the new list; one without entries is none, and the rights decide alone.

    A repeat of what is kept already changes nothing. Nobody gains anything by a list, since an entry only
    counts for somebody who holds the right: whoever administers cannot give themselves a mandate.
    Refused: `not_found`, `not_your_right`, `mandates_changed`, `mandate_twice`, `mandate_without_right`,
    `mandate_period`, `deputy_unknown`, `deputy_wider`, `two_persons_alone`.
    """
    may_keep(asker, known.id)
    number = known.mandates.number if known.mandates is not None else 0
    if _is_kept(known.mandates, wanted):
        return known
    if wanted.after != number:
        raise Refused("mandates_changed", number=number)
    _check_entries(wanted.entries, known.id, people)
    _check_two_persons(wanted)
    kept = MandateList(
        number=number + 1,
        entries=wanted.entries,
        two_persons=wanted.two_persons,
        changed_by=asker.id,
        changed_at=now,
    )
    return known.model_copy(update={"mandates": kept})


def _is_kept(kept: MandateList | None, wanted: NewList) -> bool:
    if kept is None:
        return not wanted.entries
    return kept.entries == wanted.entries and kept.two_persons == wanted.two_persons


def _check_entries(entries: Sequence[Mandate], organisation: str, people: Mapping[UUID, Person]) -> None:
    earlier: dict[UUID, Mandate] = {}
    for entry in entries:
        if entry.id in earlier:
            raise Refused("mandate_twice")
        _check_person(entry, organisation, people)
        if entry.starts is not None and entry.until is not None and entry.until <= entry.starts:
            raise Refused("mandate_period", person=str(entry.person))
        if entry.deputy_for is not None:
            _check_deputy(entry, earlier.get(entry.deputy_for))
        earlier[entry.id] = entry


def _check_person(entry: Mandate, organisation: str, people: Mapping[UUID, Person]) -> None:
    person = people.get(entry.person)
    for act in entry.acts:
        if person is None or not person.may(act.right, organisation):
            raise Refused("mandate_without_right", person=str(entry.person), right=act.right)


def _check_deputy(deputy: Mandate, replaced: Mandate | None) -> None:
    if replaced is None or replaced.person == deputy.person:
        raise Refused("deputy_unknown", person=str(deputy.person))
    if not set(deputy.acts) <= set(replaced.acts):
        raise Refused("deputy_wider", person=str(deputy.person))
    for limit in Limit:
        most, own = replaced.limit(limit), deputy.limit(limit)
        if most is not None and (own is None or own > most):
            raise Refused("deputy_wider", person=str(deputy.person), limit=limit, allowed=most)


def _check_two_persons(wanted: NewList) -> None:
    for act in wanted.two_persons:
        if len({each.person for each in wanted.entries if act in each.acts}) < 2:
            raise Refused("two_persons_alone", act=act)
