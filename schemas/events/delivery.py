"""One thing that an organisation is told by telephone: who was called in turn, and what they answered."""

from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from schemas.catalogue import Function
from schemas.state import OWN, Row
from schemas.values import Moment, OrganisationId, Text, Value


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
    """One person, called once for this. `id` is the provider's reference too."""

    id: UUID
    person: UUID
    state: AttemptState = AttemptState.CALLING
    at: Moment
    answered_at: Moment | None = None


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
    """The ladder of one organisation for one request; only its own people read it.

    `phone` stands there once nobody is left: whom to phone instead. `untold`: to whom a text that said so did
    not get through, so that somebody phones them.
    """

    TYPE: ClassVar[str] = "delivery"

    id: Annotated[UUID, OWN]
    request: Annotated[UUID, OWN]
    organisation: Annotated[OrganisationId, OWN]
    function: Annotated[Function, OWN]
    state: Annotated[DeliveryState, OWN] = DeliveryState.WAITING
    asked_at: Annotated[Moment, OWN]
    attempts: Annotated[tuple[Attempt, ...], OWN] = ()
    passed: Annotated[tuple[Passed, ...], OWN] = ()
    turn: Annotated[TurnEnds | None, OWN] = None
    phone: Annotated[Text, OWN] = ""
    untold: Annotated[tuple[UUID, ...], OWN] = ()
