"""A hint of `matching`: who could fill a request's slots, why, and why not more. Advice, never truth."""

from typing import ClassVar
from uuid import UUID

from schemas.events.approach import Reason
from schemas.events.help_request import CouldAsk, Shortfall
from schemas.state import State
from schemas.values import OrganisationId, Value


class Candidate(Value):
    """One who could help; `person` None: ask the organisation. `chosen`: the solver's choice.

    `price_minutes`: what the whole plan costs more without this choice (0 where it was not chosen).
    """

    lender: OrganisationId
    person: UUID | None = None
    cost_minutes: int
    reasons: tuple[Reason, ...] = ()
    chosen: bool = False
    price_minutes: int = 0


class Suggestion(State):
    """The newest hint about one request, best first; about exactly `request_version` of it."""

    TYPE: ClassVar[str] = "suggestion"

    id: UUID
    request_version: int
    terms_version: int
    candidates: tuple[Candidate, ...] = ()
    could_ask: CouldAsk
    shortfall: tuple[Shortfall, ...] = ()
