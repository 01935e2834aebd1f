"""One thing that an organisation is told by telephone: who was called in turn, and what they answered."""

from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from schemas.catalogue import Function
from schemas.events.help_request import Became, Offer
from schemas.state import COORDINATOR, OWN, Readers, Row
from schemas.values import Moment, OrganisationId, Text, Value


class Asks(StrEnum):
    """What is asked of who is called: to help another organisation, or to confirm their own one's request."""

    HELP = "help"
    CONFIRM = "confirm"


class DeliveryState(StrEnum):
    """Waits for the morning; somebody is called; somebody said yes; nobody is left; or no longer needed."""

    WAITING = "waiting"
    CALLING = "calling"
    ANSWERED = "answered"
    NOBODY = "nobody"
    OVER = "over"


class AttemptState(StrEnum):
    """Being called; said yes or no by keypad; gave no answer; or could not be called."""

    CALLING = "calling"
    YES = "yes"
    NO = "no"
    UNANSWERED = "unanswered"
    FAILED = "failed"


class Attempt(Value):
    """One person, called once for this. `id` is the provider's reference too.

    `offer`: what a yes by keypad confirms, as the call said it; None where it confirms nothing by itself.
    `became`, `refused`: what came of that yes. `called_with`: the attempt in whose call this was told too,
    where the person was called for several things at once.
    """

    id: UUID
    person: UUID
    state: AttemptState = AttemptState.CALLING
    at: Moment
    answered_at: Moment | None = None
    offer: Offer | None = None
    became: Became | None = None
    refused: str = ""
    called_with: UUID | None = None


class PassedOver(StrEnum):
    """Why somebody on the list is not called."""

    OFF_DUTY = "off_duty"
    OTHER_HOURS = "other_hours"
    NOT_ENROLLED = "not_enrolled"


class Passed(Value):
    """Somebody who was left alone, and why."""

    person: UUID
    why: PassedOver


class TurnEnds(Value):
    """When it is the next one's turn. A bell counts only while this id is the one that is pending.

    `next`: who that would be as things stood when this turn began; None: nobody is left then.
    """

    id: UUID
    due: Moment
    next: UUID | None = None


class Delivery(Row):
    """The ladder of one organisation for one request; only its own people read who was called.

    The case reads whom to phone once nobody there took it up; of its own ladder, how that stands.

    `phone` stands there once nobody is left: whom to phone instead. `untold`: to whom a text that said so did
    not get through, so that somebody phones them. `late`: it is over since nobody said yes before the moment
    at which the help was needed; a yes would be refused.
    """

    TYPE: ClassVar[str] = "delivery"

    id: Annotated[UUID, COORDINATOR]
    request: Annotated[UUID, COORDINATOR]
    organisation: Annotated[OrganisationId, COORDINATOR]
    asks: Annotated[Asks, COORDINATOR] = Asks.HELP
    function: Annotated[Function, COORDINATOR]
    state: Annotated[DeliveryState, COORDINATOR] = DeliveryState.WAITING
    asked_at: Annotated[Moment, COORDINATOR]
    attempts: Annotated[tuple[Attempt, ...], OWN] = ()
    passed: Annotated[tuple[Passed, ...], OWN] = ()
    turn: Annotated[TurnEnds | None, OWN] = None
    phone: Annotated[Text, COORDINATOR] = ""
    untold: Annotated[tuple[UUID, ...], OWN] = ()
    late: Annotated[bool, COORDINATOR] = False
    # For `notification` alone: what a yes confirms as things stand, and until when; who is not called since
    # they asked it or said the first yes, and who reads the case.
    offer: Offer | None = None
    until: Moment | None = None
    spared: tuple[UUID, ...] = ()
    case: Readers = Field(default_factory=dict)
