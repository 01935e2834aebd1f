"""The suggestion for every request: who could fill its slots, best first, and why not more."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import numpy as np

from schemas.catalogue import Function
from schemas.events.help_request import HelpRequest, RequestState
from schemas.events.suggestion import Candidate, Suggestion
from schemas.values import Level
from services.matching.rules.flow import Taken, overlapping, solve
from services.matching.rules.known import Known
from services.matching.rules.network import Demand, problem_of
from services.matching.rules.options import Field, Option, field_of
from services.matching.rules.picture import Picture

OTHERS_PER_SLOT: Final = 5
"""Candidates beside the chosen ones, per open slot, unless a setting says otherwise: as many as are asked."""

CANDIDATES_AT_MOST: Final = 300
"""Of one suggestion: more than anybody reads, and well under the largest event there may be."""

OPTIONS_PER_SLOT: Final = 2
OPTIONS_AT_LEAST: Final = 60
"""The cheapest so many of a request take part in the plan, counted over all slots that want its function:
something is left after others took theirs, and the network of a whole country stays small."""


def suggest(picture: Picture, now: datetime, others: int = OTHERS_PER_SLOT) -> dict[UUID, Suggestion]:
    """Request id -> suggestion, for every request that is still asked.

    `others`: candidates beside the chosen ones, per open slot.
    """
    plan = Plan(Known(picture, now))
    return plan.suggestions(map(solve, plan.problems), others)


@dataclass(frozen=True)
class Choice:
    """An option the plan takes, how many units of it, and what the plan costs more without it."""

    option: Option
    units: int
    price: int


class Plan:
    """Everything that is to be said, in three steps: the middle one needs arrays alone and takes longest.

    Made from what is known: the fields, and the problems to be solved. `suggestions` says what comes of it.
    """

    def __init__(self, known: Known) -> None:
        self._known = known
        self.fields = {
            key: field_of(known, asked.request)
            for key, asked in sorted(known.picture.requests.items())
            if _is_asked(known, asked.request)
        }
        self.demands = list(_demands(known, self.fields))
        self.problems = [problem_of(known, demands) for demands in self.demands]

    def choices(self, solutions: Iterable[Sequence[Taken]]) -> Iterator[Choice]:
        """What was taken, in words; a solution per problem."""
        for demands, problem, taken in zip(self.demands, self.problems, solutions, strict=True):
            for each in taken:
                demand = int(problem.demand[each.option])
                first = int(np.searchsorted(problem.demand, demand))
                option = demands[demand].field.option(each.option - first)
                yield Choice(option, each.units, each.price)

    def suggestions(self, solutions: Iterable[Sequence[Taken]], others: int) -> dict[UUID, Suggestion]:
        """Request id -> suggestion, for every request that is still asked."""
        chosen: defaultdict[UUID, list[Choice]] = defaultdict(list)
        for choice in self.choices(solutions):
            chosen[choice.option.request].append(choice)
        return {
            key: suggestion(self._known, field, chosen[key], others) for key, field in self.fields.items()
        }


def _is_asked(known: Known, request: HelpRequest) -> bool:
    """Whether anybody may still want advice: else all that was ever asked would be advised on for ever."""
    incident = known.incident_of(request)
    over = request.state is RequestState.WITHDRAWN or known.now >= request.until
    return not over and (incident is None or incident.is_open)


def may_be_filled(known: Known, request: HelpRequest) -> bool:
    """Whether anybody may be asked: confirmed, a slot free, not over, its incident known and open."""
    incident = known.incident_of(request)
    return (
        request.state is RequestState.OPEN
        and request.open_slots > 0
        and known.now < request.until
        # An incident that is not known yet could name the lender as a victim: wait for it.
        and incident is not None
        and incident.is_open
        # Under a stricter label nobody may read what is asked; once it is relaxed, this is news again.
        and incident.tlp.lowest_level.rank <= Level.ASKED.rank
    )


def _demands(known: Known, fields: Mapping[UUID, Field]) -> Iterator[list[Demand]]:
    """Every world and period for itself: an exercise takes nobody from a real request."""
    requests = [known.picture.requests[key].request for key in fields]
    fillable = [request for request in requests if may_be_filled(known, request)]
    for exercise in (False, True):
        for together in overlapping([each for each in fillable if each.exercise is exercise]):
            yield demands_of(together, fields)


def demands_of(requests: Sequence[HelpRequest], fields: Mapping[UUID, Field]) -> list[Demand]:
    """What the plan is made from: each request with the cheapest of its options."""
    slots: Counter[Function] = Counter()
    for request in requests:
        slots[request.function] += request.open_slots
    return [Demand(fields[request.id], _most(slots[request.function])) for request in requests]


def _most(slots: int) -> int:
    return max(OPTIONS_AT_LEAST, OPTIONS_PER_SLOT * slots)


def suggestion(known: Known, field: Field, choices: Sequence[Choice], others: int) -> Suggestion:
    """What is said about one request, when these were chosen for it."""
    asked = known.picture.requests[field.request.id]
    fillable = may_be_filled(known, asked.request)
    return Suggestion(
        id=asked.request.id,
        request_version=asked.version,
        terms_version=asked.request.terms_version,
        candidates=_candidates(field, choices, others * asked.request.open_slots) if fillable else (),
        could_ask=field.could_ask,
        shortfall=field.shortfall,
    )


def _candidates(field: Field, choices: Sequence[Choice], most: int) -> tuple[Candidate, ...]:
    prices = {choice.option: choice.price for choice in choices}
    taken = sorted(prices, key=lambda option: option.rank)
    # So many of the cheapest hold enough that were not taken.
    cheapest = [field.option(place) for place in range(min(len(field), most + len(taken)))]
    others = [option for option in cheapest if option not in prices][:most]
    return tuple(
        Candidate(
            lender=option.lender,
            person=option.person,
            cost_minutes=option.cost,
            reasons=option.reasons,
            chosen=option in prices,
            price_minutes=prices.get(option, 0),
        )
        for option in (*taken, *others)[:CANDIDATES_AT_MOST]
    )
