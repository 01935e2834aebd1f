"""One organisation, or one of its people, is asked for one request."""

from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from schemas.catalogue import Function
from schemas.night import Wake
from schemas.state import ASKED, OWN, Row
from schemas.values import Moment, OrganisationId, Value


class ApproachState(StrEnum):
    """Open; answered (claimed, declined, given back); full while no slot is free; withdrawn or lapsed."""

    OPEN = "open"
    CLAIMED = "claimed"
    DECLINED = "declined"
    GIVEN_BACK = "given_back"
    FULL = "full"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"


class ReasonCode(StrEnum):
    """The named cost terms of a match; also the words of 'why you'."""

    DISTANCE = "distance"
    FUNCTION = "function"
    LANGUAGE = "language"
    SAME_SYSTEM = "same_system"
    LOAD = "load"
    URGENCY = "urgency"


class Reason(Value):
    """One cost term: `minutes` is what it adds (negative: in favour), `value` what it is about.

    For distance the value is whole kilometres, rounded so that it does not give an address away.
    """

    code: ReasonCode
    minutes: int
    value: str = ""


class Approach(Row):
    """An approach as it is now. Its own readers are those who are asked; the borrower sees only whom."""

    TYPE: ClassVar[str] = "approach"
    PARENT: ClassVar[str | None] = "incident"

    id: Annotated[UUID, ASKED]
    request: Annotated[UUID, ASKED]
    # Shown to nobody: those who are asked own the row, and it would tell them which requests come from the
    # same victim. Who sees the request as well finds the incident there.
    incident: UUID
    lender: Annotated[OrganisationId, ASKED]
    person: Annotated[UUID | None, OWN] = None
    function: Annotated[Function, ASKED]
    state: Annotated[ApproachState, ASKED] = ApproachState.OPEN
    asked_at: Annotated[Moment, ASKED]
    # As the request said it when this was asked: so whoever wakes people need not read the request.
    wake: Annotated[Wake, ASKED] = Wake.NOT
    answered_at: Annotated[Moment | None, ASKED] = None
    # As it was at the moment of asking; the claim judges it anew.
    standing_yes: Annotated[bool, OWN] = False
    reasons: Annotated[tuple[Reason, ...], OWN] = ()
