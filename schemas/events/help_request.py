"""A request for one function, a number of people, a place and a time; its slots are filled one by one."""

from datetime import timedelta
from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import computed_field

from schemas.catalogue import Function, Lane, lane_of
from schemas.events.incident import CallBack, Sealed
from schemas.mandate import Limit, UsedMandate
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
    `first_by`, `first_mandate`: who said it before, where the organisation wants two. `by_telephone`: with
    a key in a call, and not in the app.
    """

    by: UUID
    organisation: OrganisationId
    at: Moment
    mandate: UsedMandate | None = None
    euros: int | None = None
    first_by: UUID | None = None
    first_mandate: UsedMandate | None = None
    by_telephone: bool = False


class FirstYes(Value):
    """The first of two yeses while it waits, for exactly this circle; the second opens the request.

    `wake` None: nothing was said about calling, so it stays as the request has it.
    """

    confirmation: Confirmation
    circle: tuple[OrganisationId, ...]
    choose_self: bool
    wake: Wake | None = None


class Offer(Value):
    """What a yes without a choice says yes to: so many, so long, this circle, at most so much.

    `asked_by`: who asks. A yes to an offer counts only while the request still offers exactly that.
    """

    asked_by: UUID
    number: int
    days: int
    circle: tuple[OrganisationId, ...]
    choose_self: bool = False
    euros: int | None = None

    @property
    def amounts(self) -> dict[Limit, int | None]:
        """What it asks of a mandate."""
        return {Limit.EUROS: self.euros, Limit.DAYS: self.days, Limit.PEOPLE: self.number}


class Became(StrEnum):
    """What came of a yes by telephone: it opened the request; it is the first of two; or a rule said no."""

    CONFIRMED = "confirmed"
    AGREED = "agreed"
    REFUSED = "refused"


class Spoken(Value):
    """A yes by telephone that was looked at. `attempt`: the call; `refused`: the code of the rule's no."""

    attempt: UUID
    became: Became
    refused: str = ""


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
    reach: Sealed | None = None
    wake: Annotated[Wake, ASKED] = Wake.NOT
    state: Annotated[RequestState, ASKED] = RequestState.PROVISIONAL
    asked_at: Annotated[Moment, ASKED]
    asked_by: Annotated[UUID, OWN]
    confirmed: Annotated[Confirmation | None, COORDINATOR] = None
    first_yes: Annotated[FirstYes | None, COORDINATOR] = None
    choose_self: Annotated[bool, ASKED] = False
    circle: Annotated[tuple[OrganisationId, ...], COORDINATOR] = ()
    # The circle that is proposed to whoever confirms; nobody is asked before somebody chose it.
    proposed: Annotated[tuple[OrganisationId, ...], COORDINATOR] = ()
    terms_version: Annotated[int, ASKED] = 1
    slots: Annotated[tuple[Slot, ...], COORDINATOR]
    # People who declined or gave back: for `aid` alone, nobody reads who said no.
    said_no: tuple[UUID, ...] = ()
    # For `notification` alone: which yeses by telephone were looked at, and that nobody may be asked (the
    # incident is closed, or its label too strict).
    spoken: tuple[Spoken, ...] = ()
    is_over: bool = False
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
    def days(self) -> int:
        """The days it lasts, counted as they begin."""
        return -((self.needed_by - self.until) // timedelta(days=1))

    @property
    def waits_for_yes(self) -> bool:
        """Whether nobody is asked since somebody must confirm it first."""
        return self.state is RequestState.PROVISIONAL and not self.is_over

    @property
    def offer(self) -> Offer:
        """What a yes without a choice means now: the same as the first yes, or else what is proposed."""
        first = self.first_yes
        return Offer(
            asked_by=self.asked_by,
            number=len(self.slots),
            days=self.days,
            circle=self.proposed if first is None else first.circle,
            choose_self=first is not None and first.choose_self,
            euros=None if first is None else first.confirmation.euros,
        )

    @property
    def open_slots(self) -> int:
        """How many slots nobody holds."""
        return sum(slot.state is SlotState.OPEN for slot in self.slots)
