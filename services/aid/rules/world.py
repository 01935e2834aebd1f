"""What a rule sees and what it leaves: the locked aggregates, the moment, who asks, and facts."""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from uuid import UUID, uuid5

from schemas.events.approach import Approach, ApproachState
from schemas.events.commitment import Commitment
from schemas.events.duty import Duty
from schemas.events.help_request import HelpRequest
from schemas.events.incident import Incident, Sealed
from schemas.events.lending import Lending
from schemas.events.log_entry import LogEntry
from schemas.events.organisation import Organisation
from schemas.events.person import Person
from schemas.refused import Refused
from schemas.state import Row

Aggregate = TypeVar("Aggregate", bound=Row)


@dataclass(frozen=True)
class Terms:
    """Settings that rules count with."""

    approaches_per_slot: int = 5
    expiry_acute: timedelta = timedelta(minutes=30)
    expiry: timedelta = timedelta(hours=4)
    names_due: timedelta = timedelta(hours=12)
    assumed_days: int = 3


Seal = Callable[[str, Person, str], Sealed | None]
"""Seals a text under the key of who told it, as this field; None for who has none to seal with."""


def unsealed(text: str, person: Person, field: str) -> Sealed | None:
    """Seals nothing: where a rule is asked without its surroundings."""
    return None


@dataclass(frozen=True)
class Context:
    """The moment, who asks, what the command came from, the settings, and what seals what people tell.

    `call`: in which call it was keyed in; None where it was not. `vouched`: no key of the asker's own let
    them in, an identity provider says who they are.

    `cause` names the command or event; ids of what it leaves are derived from it, so that a repeat leaves
    the same.
    """

    now: datetime
    cause: UUID
    asker: Person | None = None
    terms: Terms = Terms()
    call: UUID | None = None
    vouched: bool = False
    seal: Seal = unsealed

    @property
    def person(self) -> Person:
        """Who asks. Refused: `not_your_right` where nobody does, as for the clock and for matching."""
        if self.asker is None:
            raise Refused("not_your_right")
        return self.asker

    def new_id(self, name: str, ordinal: int = 0) -> UUID:
        """The same id for the same cause, name and ordinal."""
        return uuid5(self.cause, f"{name}/{ordinal}")


@dataclass(frozen=True)
class Picture:
    """The people and organisations that the directory has told us of."""

    people: Mapping[UUID, Person] = field(default_factory=dict)
    organisations: Mapping[str, Organisation] = field(default_factory=dict)
    by_employer: Mapping[str, Mapping[UUID, Person]] = field(default_factory=dict)

    def staff(self, organisation: str) -> Collection[Person]:
        """Everybody who works for the organisation."""
        return self.by_employer.get(organisation, {}).values()


@dataclass(frozen=True)
class World:
    """The newest states of what the command has locked or may look at; a rule sees nothing else."""

    picture: Picture = Picture()
    incidents: Mapping[UUID, Incident] = field(default_factory=dict)
    requests: Mapping[UUID, HelpRequest] = field(default_factory=dict)
    approaches: Mapping[UUID, Approach] = field(default_factory=dict)
    commitments: Mapping[UUID, Commitment] = field(default_factory=dict)
    duties: Mapping[UUID, Duty] = field(default_factory=dict)
    lendings: Mapping[str, Lending] = field(default_factory=dict)
    log: Mapping[UUID, LogEntry] = field(default_factory=dict)
    request_versions: Mapping[UUID, int] = field(default_factory=dict)

    def incident(self, key: UUID) -> Incident:
        """Refused: `not_found`."""
        return _found(self.incidents, key)

    def request(self, key: UUID) -> HelpRequest:
        """Refused: `not_found`."""
        return _found(self.requests, key)

    def approach(self, key: UUID) -> Approach:
        """Refused: `not_found`."""
        return _found(self.approaches, key)

    def commitment(self, key: UUID) -> Commitment:
        """Refused: `not_found`."""
        return _found(self.commitments, key)

    def lending(self, organisation: str) -> Lending:
        """An organisation's agreements; without any, nothing is covered and nothing is given beforehand."""
        return self.lendings.get(organisation) or Lending(id=organisation, exercise=False)

    def requests_of(self, incident: UUID) -> list[HelpRequest]:
        """The requests that hang on an incident, of those within reach."""
        return [each for each in self.requests.values() if each.incident == incident]

    def approaches_for(self, request: UUID, *states: ApproachState) -> list[Approach]:
        """Who is asked for a request, oldest first; only in these states where any are named."""
        found = [each for each in self.approaches.values() if each.request == request]
        return sorted(
            (each for each in found if not states or each.state in states), key=lambda a: (a.asked_at, a.id)
        )

    def commitments_for(self, request: UUID) -> list[Commitment]:
        """The commitments that hold a slot of a request."""
        return [each for each in self.commitments.values() if each.request == request and each.holds]

    def is_victim(self, organisation: str) -> bool:
        """Whether the organisation is hit in an open real incident: then nobody asks it for help."""
        return any(
            organisation in incident.victims and incident.is_open and not incident.exercise
            for incident in self.incidents.values()
        )


def _found(rows: Mapping[UUID, Aggregate], key: UUID) -> Aggregate:
    try:
        return rows[key]
    except KeyError:
        raise Refused("not_found") from None


@dataclass(frozen=True)
class Fact:
    """One thing that happened: the states it leaves, and the line that tells it in the incident's log."""

    states: tuple[Row, ...]
    line: LogEntry | None = None


_SHELVES: Final[Mapping[type[Row], str]] = {
    Incident: "incidents",
    HelpRequest: "requests",
    Approach: "approaches",
    Commitment: "commitments",
    Duty: "duties",
    Lending: "lendings",
    LogEntry: "log",
}


def evolve(world: World, facts: Iterable[Fact]) -> World:
    """The world after the facts, in their order."""
    for fact in facts:
        for state in (*fact.states, *([fact.line] if fact.line is not None else [])):
            shelf = _SHELVES[type(state)]
            kept: Any = {**getattr(world, shelf), state.id: state}
            world = replace(world, **{shelf: kept})
    return world


def changes(before: World, after: World) -> list[Row]:
    """Every state that differs, in the order in which readers need it: parents first."""
    # What nobody touched is the same object, and is not compared field by field.
    touched = [
        (shelf, getattr(before, shelf))
        for shelf in _SHELVES.values()
        if getattr(after, shelf) is not getattr(before, shelf)
    ]
    return [
        state
        for shelf, known in touched
        for key, state in getattr(after, shelf).items()
        if (old := known.get(key)) is not state and old != state
    ]
