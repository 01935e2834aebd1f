"""What seals what people tell: the public half of their data key, as the directory published it."""

from schemas.events.incident import Sealed
from schemas.events.person import Person
from services.runtime.seal import seal_for


def sealed(text: str, person: Person, field: str) -> Sealed | None:
    """The text for the eyes of who holds this person's data key; None where they have none yet."""
    if not person.sealing:
        return None
    return Sealed(person=person.id, sealed=seal_for(text, person.sealing, person.id, field))
