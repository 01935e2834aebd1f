"""One filled slot, from the reservation until it is over: three yeses, each with its date."""

from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from schemas.catalogue import Function
from schemas.mandate import UsedMandate
from schemas.state import COORDINATOR, PARTNER, Row
from schemas.values import Moment, OrganisationId, Value, Where


class Party(StrEnum):
    """Whose yes it is."""

    PERSON = "person"
    LENDER = "lender"
    BORROWER = "borrower"


class CommitmentState(StrEnum):
    """Reserved while a yes is missing, final when all three are there; the others are over."""

    RESERVED = "reserved"
    FINAL = "final"
    REFUSED = "refused"
    GIVEN_BACK = "given_back"
    LAPSED = "lapsed"
    RELEASED = "released"


HOLDING = frozenset({CommitmentState.RESERVED, CommitmentState.FINAL})
"""States in which a commitment holds a slot, a person and a unit of cover."""


class Yes(Value):
    """One of the three yeses; `standing` names the standing yes it was given by beforehand.

    `mandate`: under which it was given, now or beforehand; None for a person's own and where no list is kept.
    """

    party: Party
    at: Moment
    by: UUID | None = None
    standing: UUID | None = None
    mandate: UsedMandate | None = None


class DeadlineName(StrEnum):
    """What happens when nobody acts: the reservation lapses, or the unnamed slot frees."""

    EXPIRY = "expiry"
    NAMES_DUE = "names_due"


class Deadline(Value):
    """id = uuid5(commitment, name, arming version): a fire counts only while that id is pending."""

    id: UUID
    name: DeadlineName
    due: Moment


class Commitment(Row):
    """A commitment as it is now. `person` None: the slot is held, names follow."""

    TYPE: ClassVar[str] = "commitment"
    PARENT: ClassVar[str | None] = "incident"

    id: Annotated[UUID, PARTNER]
    request: Annotated[UUID, PARTNER]
    incident: Annotated[UUID, PARTNER]
    function: Annotated[Function, PARTNER]
    where: Annotated[Where, PARTNER]
    lender: Annotated[OrganisationId, PARTNER]
    borrower: Annotated[OrganisationId, PARTNER]
    person: Annotated[UUID | None, PARTNER] = None
    team_lead: Annotated[UUID | None, PARTNER] = None
    state: Annotated[CommitmentState, PARTNER] = CommitmentState.RESERVED
    waits_for: Annotated[tuple[Party, ...], PARTNER] = ()
    yeses: Annotated[tuple[Yes, ...], COORDINATOR] = ()
    starts: Annotated[Moment, PARTNER]
    ends: Annotated[Moment, PARTNER]
    claimed_at: Annotated[Moment, PARTNER]
    deadlines: Annotated[tuple[Deadline, ...], PARTNER] = ()
    over_at: Annotated[Moment | None, PARTNER] = None
    over_by: Annotated[Party | None, PARTNER] = None

    @property
    def holds(self) -> bool:
        """Whether it holds a slot, a person and a unit of cover."""
        return self.state in HOLDING

    def overlaps(self, starts: Moment, ends: Moment) -> bool:
        """Whether its period shares a moment with [starts, ends)."""
        return self.starts < ends and starts < self.ends
