"""Whom an organisation lets be woken: who may say so, and who may stand on the list."""

from collections.abc import Collection
from uuid import UUID

from schemas.events.person import Person
from schemas.events.wake_list import Turn, WakeList
from schemas.refused import Refused
from schemas.values import Level, OrganisationId, Right, organisation_key
from services.directory.rules.rights import must_have


def may_change(asker: Person, organisation: OrganisationId) -> None:
    """An administrator, or whoever answers for lending. Refused: `not_found`, `not_your_right`."""
    must_have(asker, organisation, Right.ADMINISTER, Right.LEND)


def wake_list(
    organisation: OrganisationId, turns: Collection[Turn], minutes: int, phone: str, staff: Collection[UUID]
) -> WakeList:
    """The list, read by the own organisation only. Refused: `not_a_colleague`, `twice_on_the_list`."""
    people = [turn.person for turn in turns]
    if not set(people) <= set(staff):
        raise Refused("not_a_colleague")
    if len(set(people)) < len(people):
        raise Refused("twice_on_the_list")
    return WakeList(
        id=organisation,
        turns=tuple(turns),
        minutes=minutes,
        phone=phone,
        exercise=False,
        readers={organisation_key(organisation): Level.OWN},
    )
