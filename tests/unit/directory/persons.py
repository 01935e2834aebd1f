"""Somebody who works for one organisation, with these rights there."""

from uuid import UUID

from schemas.events.person import Membership, Person
from schemas.values import Right

ONE = UUID(int=1)


def a_person(*rights: Right, organisation: str = "GM1735", key: UUID = ONE) -> Person:
    """Whoever has these rights."""
    return Person(id=key, memberships=(Membership(organisation=organisation, rights=rights),), exercise=False)
