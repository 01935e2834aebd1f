"""A request for one function, a number of people, a place and a time; its slots are filled one by one."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import computed_field

from schemas.catalogue import Function, Lane, lane_of
from schemas.events.incident import CallBack
from schemas.mandate import UsedMandate
from schemas.night import Wake
from schemas.state import ASKED, COORDINATOR, OWN, PARTNER, Row
from schemas.values import Language, Moment, OrganisationId, SystemName, Text, Value, Where


class RequestState(StrEnum):
    """Provisional until a mandated person confirms; then open until withdrawn or closed."""

    PROVISIONAL = "provisional"
    OPEN = "open"
    WITHDRAWN = "withdrawn"


class SlotState(StrEnum):
    """Empty, held until the missing yes comes, or final."""

    OPEN = "open"
    RESERVED = "reserved"
    FINAL = "final"


class Slot(Value):
    """One of the wanted number; `commitment` is who holds it."""

    state: SlotState = SlotState.OPEN
    commitment: UUID | None = None


class Confirmation(Value):
    """Who said, under which organisation's mandate, that help may be asked.

    `mandate` None: the organisation kept no list, and the right decided. `euros`: the most it may cost.
    `first_by`, `first_mandate`: who said it before, where the organisation wants two.
    """

    by: UUID
    organisation: OrganisationId
    at: Moment
    mandate: UsedMandate | None = None
    euros: int | None = None
    first_by: UUID | None = None
    first_mandate: UsedMandate | None = None


class FirstYes(Value):
    """The first of two yeses while it waits, for exactly this circle; the second opens the request."""

    confirmation: Confirmation
    circle: tuple[OrganisationId, ...]
    choose_self: bool


class CouldAsk(Value):
    """How many could be asked if the request went out now."""

    people: int
    organisations: int


class ShortfallReason(StrEnum):
    """Why nobody can be suggested for a slot."""

    NOBODY_HAS_THE_FUNCTION = "nobody_has_the_function"
    OUTSIDE_CIRCLE = "outside_circle"
    OFF_DUTY = "off_duty"
    ALREADY_HELD = "already_held"
    BELOW_COVER = "below_cover"
    LENDER_AFFECTED = "lender_affected"
    SAID_NO = "said_no"


class Shortfall(Value):
    """One reason and the number of people it rules out; a person counts under the first that applies."""

    reason: ShortfallReason
    people: int


class HelpRequest(Row):
    """A help request as it is now.

    `version` (in the envelope) rises with every change; `terms_version` only when function, where, period,
    circle or exercise change, and a claim names that one. `ends` None means an end that is assumed.
    """

    TYPE: ClassVar[str] = "help_request"
    PARENT: ClassVar[str | None] = "incident"

    id: Annotated[UUID, ASKED]
    incident: Annotated[UUID, PARTNER]
    borrower: Annotated[OrganisationId, PARTNER]
    region: Annotated[OrganisationId | None, ASKED]
    function: Annotated[Function, ASKED]
    where: Annotated[Where, ASKED]
    place: Annotated[Text, PARTNER] = ""
    needed_by: Annotated[Moment, ASKED]
    ends: Annotated[Moment | None, ASKED] = None
    assumed_days: Annotated[int, ASKED] = 3
    at_least: Annotated[int, ASKED] = 1
    languages: Annotated[tuple[Language, ...], ASKED] = ()
    systems: Annotated[tuple[SystemName, ...], ASKED] = ()
    note: Annotated[Text, PARTNER] = ""
    call_back: Annotated[CallBack | None, PARTNER] = None
    wake: Annotated[Wake, ASKED] = Wake.NOT
    state: Annotated[RequestState, ASKED] = RequestState.PROVISIONAL
    asked_at: Annotated[Moment, ASKED]
    asked_by: Annotated[UUID, OWN]
    confirmed: Annotated[Confirmation | None, COORDINATOR] = None
    first_yes: Annotated[FirstYes | None, COORDINATOR] = None
    choose_self: Annotated[bool, ASKED] = False
    circle: Annotated[tuple[OrganisationId, ...], COORDINATOR] = ()
    terms_version: Annotated[int, ASKED] = 1
    slots: Annotated[tuple[Slot, ...], COORDINATOR]
    # People who declined or gave back: for `aid` alone, nobody reads who said no.
    said_no: tuple[UUID, ...] = ()
    could_ask: Annotated[CouldAsk | None, COORDINATOR] = None
    shortfall: Annotated[tuple[Shortfall, ...], COORDINATOR] = ()

    @computed_field  # type: ignore[prop-decorator]  # mypy does not know decorators on a property
    @property
    def lane(self) -> Annotated[Lane, ASKED]:
        """The lane of work, derived from the function."""
        return lane_of(self.function)

    @computed_field  # type: ignore[prop-decorator]  # as above
    @property
    def counts(self) -> Annotated[dict[SlotState, int], ASKED]:
        """How many slots are open, reserved and final."""
        return {state: sum(slot.state is state for slot in self.slots) for state in SlotState}

    @property
    def until(self) -> Moment:
        """The end of the period, assumed where none was given."""
        return self.ends or self.needed_by + timedelta(days=self.assumed_days)

    @property
    def open_slots(self) -> int:
        """How many slots nobody holds."""
        return sum(slot.state is SlotState.OPEN for slot in self.slots)
