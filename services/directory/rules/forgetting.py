"""Forgetting a person: what is left of them is that somebody was there (AVG, article 17)."""

from collections.abc import Sequence

from schemas.events.contact import Contact
from schemas.events.person import Person
from schemas.events.session import Session
from schemas.state import State


def forgotten(person: Person, sessions: Sequence[Session]) -> list[State]:
    """The states to write: nobody reads the person any more, no sign-in of theirs goes on.

    Their data key is destroyed beside this, which makes every older copy of name and number unreadable.
    """
    empty = {
        "memberships": (),
        "functions": (),
        "languages": (),
        "systems": (),
        "guest": None,
        "system": None,
        "called_in": None,
        "sealing": "",
    }
    return [
        person.model_copy(update={**empty, "forgotten": True, **person.read_by({})}),
        Contact(id=person.id, forgotten=True),
        *(each.model_copy(update={"revoked": True}) for each in sessions if not each.revoked),
    ]
