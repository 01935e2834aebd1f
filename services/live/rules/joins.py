"""What a row shows besides its own state: the label of its incident and the contacts of its people."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID

from schemas.envelope import Event
from schemas.events.commitment import Commitment
from schemas.events.help_request import HelpRequest
from schemas.events.incident import CallBack, Incident, OnBehalfOf, Sealed
from schemas.live import Version
from schemas.state import Row
from schemas.values import Level
from schemas.visibility import join_version


def nothing(sealed: str, field: str) -> str:
    """Opens nothing: the key is gone, or not here yet."""
    return ""


@dataclass(frozen=True)
class Reach:
    """A name and number as live joins them, and the version of the contact they came from.

    Both are empty once the contact cannot be read any more; its version still rises, so that it disappears.
    `opens`: (sealed text, field) -> what the person told, as long as their key is there.
    """

    name: str
    phone: str
    version: int
    opens: Callable[[str, str], str] = field(default=nothing, compare=False, repr=False)


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
        join = join_version(parent, sum(reach.version for reach in self._reaches(row).values()))
        return (event.envelope.epoch, event.envelope.version, join)

    def joined(self, row: Row, level: Level) -> dict[str, dict[str, str]]:
        """What a row shows of people at a level, by field: a `contact`, or what each guest is called."""
        if level.rank < Level.PARTNER.rank:
            return {}
        found = {person: reach for person, reach in self._reaches(row).items() if reach.name}
        if isinstance(row, Incident):
            named = {str(person): reach.name for person, reach in found.items() if person in row.let_in}
            return {"guest_names": named} if named else {}
        if not isinstance(row, Commitment):
            return {}
        contacts = [{"name": reach.name, "phone": reach.phone} for reach in found.values()]
        return {"contact": contacts[0]} if contacts else {}

    def opened(self, row: Row) -> Row:
        """The row with what was sealed on it readable; as it is where the key is gone or not here yet."""
        if not isinstance(row, Incident | HelpRequest):
            return row
        news: dict[str, CallBack | OnBehalfOf] = {}
        if told := self._told(row.reach, "call_back"):
            news["call_back"] = CallBack.model_validate_json(told)
        if isinstance(row, Incident) and row.on_behalf_of and (name := self._told(row.caller, "caller")):
            news["on_behalf_of"] = row.on_behalf_of.model_copy(update={"caller": name})
        return row.model_copy(update=news) if news else row

    def _told(self, sealed: Sealed | None, field: str) -> str:
        reach = None if sealed is None else self.contacts.get(sealed.person)
        return "" if sealed is None or reach is None else reach.opens(sealed.sealed, field)

    def _reaches(self, row: Row) -> dict[UUID, Reach]:
        return {person: self.contacts[person] for person in people_of(row) if person in self.contacts}


def row_of(event: Event) -> Row:
    """The state of an event that viewers see as a row."""
    assert isinstance(event.state, Row)
    return event.state


def people_of(row: Row) -> frozenset[UUID]:
    """Whose contacts are joined: a helper's while a commitment holds, guests' while let in, who reported.

    Names and numbers do not stay on what is over; its version rises when it ends, so pages drop them too.
    Nobody's stand on their own row: all their colleagues read that, however they signed in.
    """
    if isinstance(row, Commitment):
        return frozenset({row.person} if row.holds and row.person is not None else ())
    if isinstance(row, Incident):
        return row.let_in | _told_by(row.reach, row.caller)
    return _told_by(row.reach) if isinstance(row, HelpRequest) else frozenset()


def _told_by(*sealed: Sealed | None) -> frozenset[UUID]:
    return frozenset(each.person for each in sealed if each is not None)
