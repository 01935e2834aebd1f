"""What a row shows besides its own state: the label of its incident and the contact of its person."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from schemas.envelope import Event
from schemas.events.commitment import Commitment
from schemas.events.incident import Incident
from schemas.events.person import Person
from schemas.live import Version
from schemas.state import Row
from schemas.values import Level
from schemas.visibility import join_version


@dataclass(frozen=True)
class Reach:
    """A name and number as live joins them, and the version of the contact they came from.

    Both are empty once the contact cannot be read any more; its version still rises, so that it disappears.
    """

    name: str
    phone: str
    version: int


@dataclass(frozen=True)
class Joins:
    """Incidents and contacts by id; whoever needs them as they are now copies them with `kept`."""

    incidents: Mapping[UUID, Incident]
    contacts: Mapping[UUID, Reach]

    def kept(self) -> "Joins":
        """The same, and not changed by what comes later."""
        return Joins(dict(self.incidents), dict(self.contacts))

    def parent(self, row: Row) -> Incident | None:
        """The incident a row hangs on, where it is known."""
        return None if row.parent_id is None else self.incidents.get(row.parent_id)

    def version(self, event: Event, row: Row, parent: Incident | None) -> Version:
        """(epoch, version, join) of a row."""
        reach = self._reach(row)
        join = join_version(parent, 0 if reach is None else reach.version)
        return (event.envelope.epoch, event.envelope.version, join)

    def contact(self, row: Row, level: Level) -> dict[str, str] | None:
        """The name and number that a row shows at a level, if any."""
        reach = self._reach(row)
        if reach is None or not reach.name or level.rank < Level.PARTNER.rank:
            return None
        return {"name": reach.name, "phone": reach.phone}

    def _reach(self, row: Row) -> Reach | None:
        person = person_of(row)
        return None if person is None else self.contacts.get(person)


def row_of(event: Event) -> Row:
    """The state of an event that viewers see as a row."""
    assert isinstance(event.state, Row)
    return event.state


def person_of(row: Row) -> UUID | None:
    """Whose contact is joined: the helper's while a commitment holds, their own on a person.

    Names and numbers do not stay on what is over; its version rises when it ends, so pages drop them too.
    """
    if isinstance(row, Commitment):
        return row.person if row.holds else None
    return row.id if isinstance(row, Person) else None
