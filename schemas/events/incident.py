"""One cause: where it came from, whom it hit, and what their residents cannot do now."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from schemas.catalogue import ResidentService
from schemas.state import ASKED, COORDINATOR, OWN, PARTNER, Row, Seen
from schemas.values import (
    Level,
    Moment,
    Name,
    OrganisationId,
    Pattern,
    Phase,
    Phone,
    Severity,
    ShortText,
    Text,
    Value,
)

PUBLIC = Seen(Level.PUBLIC)


class ServiceState(StrEnum):
    """Whether residents are served: as usual, by an emergency route (noodroute), or not."""

    WORKS = "works"
    EMERGENCY_ROUTE = "emergency_route"
    DOWN = "down"


class ServiceStatus(Value):
    """One resident service of one organisation; `hurts_on` is the first date at which it hurts."""

    service: ResidentService
    state: ServiceState
    since: Moment
    hurts_on: date | None = None
    note: Text = ""


class Affected(Value):
    """One organisation that is hit, with its own services."""

    organisation: OrganisationId
    services: tuple[ServiceStatus, ...] = ()


class CallBack(Value):
    """The number to call about this incident, as the reporter gave it."""

    phone: Phone
    name: Name = ""


class Sealed(Value):
    """What only the data key of this person opens, in base64: destroyed with them, in every copy."""

    person: UUID
    sealed: str


class OnBehalfOf(Value):
    """An IBD duty officer entered this for a caller (namens); `caller` is empty where the name is sealed."""

    entered_by: OrganisationId
    caller: Name


class Guest(Value):
    """Somebody from outside who reads this incident and nothing else; their name is sealed, in `contacts`.

    Over from `until` on, though nobody ended it; `ended_at`: when somebody did, or when the incident closed.
    """

    person: UUID
    firm: ShortText
    organisation: OrganisationId
    sponsor: UUID
    until: Moment
    ended_at: Moment | None = None


class Incident(Row):
    """An incident as it is now.

    `source` is where the cause sits (a partnership, or the victim itself); `affected` are the victims.
    `coordinators` are keys (`person:...` or `org:...`) of whom the affected organisation gave that role.
    `audience_version` is the version at which readers or label last changed: rows that hang on the
    incident are shown anew from then on.
    `reach` and `caller` are the call-back and the caller's name, sealed under the key of who gave them, and
    `live` opens them into `call_back` and `on_behalf_of`; in records of version 1 those stand there as said.
    """

    TYPE: ClassVar[str] = "incident"
    VERSION: ClassVar[int] = 2

    id: Annotated[UUID, PUBLIC]
    source: Annotated[OrganisationId, PARTNER]
    affected: Annotated[tuple[Affected, ...], PARTNER]
    since: Annotated[Moment, PARTNER]
    reported_at: Annotated[Moment, PARTNER]
    reported_by: Annotated[UUID, OWN]
    on_behalf_of: Annotated[OnBehalfOf | None, COORDINATOR] = None
    call_back: Annotated[CallBack | None, COORDINATOR] = None
    reach: Sealed | None = None
    caller: Sealed | None = None
    description: Annotated[Text, PARTNER] = ""
    phase: Annotated[Phase, ASKED] = Phase.ACUTE
    pattern: Annotated[Pattern, PARTNER] = Pattern.UNKNOWN
    severity: Annotated[Severity, PARTNER] = Severity.UNKNOWN
    coordinators: Annotated[tuple[str, ...], COORDINATOR] = ()
    closed_at: Annotated[Moment | None, PARTNER] = None
    guests: Annotated[tuple[Guest, ...], PARTNER] = ()
    audience_version: int = 1

    @property
    def victims(self) -> frozenset[str]:
        """Organisation ids that are hit."""
        return frozenset(victim.organisation for victim in self.affected)

    @property
    def coordinating(self) -> frozenset[str]:
        """Organisation ids that coordinate."""
        keys = (key.partition(":") for key in self.coordinators)
        return frozenset(name for kind, _, name in keys if kind == "org")

    @property
    def let_in(self) -> frozenset[UUID]:
        """The guests whom nobody has ended; when their time is up is up to their sessions."""
        return frozenset(each.person for each in self.guests if each.ended_at is None)

    @property
    def is_open(self) -> bool:
        """Whether the incident still runs."""
        return self.closed_at is None
