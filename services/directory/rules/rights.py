"""Who may act for an organisation: only who works there, and only with one of the rights that it takes."""

from schemas.events.person import Person
from schemas.refused import Refused
from schemas.values import Right


def must_have(asker: Person, organisation: str, *rights: Right) -> None:
    """Refused: `not_found` for who works elsewhere, `not_your_right` for who has none of these."""
    if not asker.works_for(organisation):
        raise Refused("not_found")
    if not any(asker.may(right, organisation) for right in rights):
        raise Refused("not_your_right")
