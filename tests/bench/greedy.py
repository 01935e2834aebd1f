"""What matching is compared with: each request in its turn takes whoever is nearest."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from schemas.events.approach import ReasonCode
from services.matching.rules.cost import UNFILLED
from services.matching.rules.known import Known
from services.matching.rules.network import Demand
from services.matching.rules.options import Option


@dataclass(frozen=True)
class Filled:
    """What a way of matching costs in minutes, empty slots at their price, and how many are empty."""

    cost: int
    unfilled: int


def nearest_first(known: Known, demands: Sequence[Demand]) -> Filled:
    """Requests in the order in which help is needed; nobody twice, and no lender below its cover."""
    taken: set[object] = set()
    gone: Counter[tuple[str, str]] = Counter()
    cost = unfilled = 0
    for demand in sorted(demands, key=lambda each: (each.request.needed_by, each.request.id)):
        wanted = demand.request.open_slots
        for option in sorted(demand.options, key=lambda each: (_minutes(each), each.rank)):
            if wanted and option.person not in taken and _spared(known, demand, option, gone):
                taken.add(option.person)
                gone.update((option.lender, function) for function in option.uses)
                cost += option.cost
                wanted -= 1
        cost += UNFILLED * wanted
        unfilled += wanted
    return Filled(cost, unfilled)


def _minutes(option: Option) -> int:
    return next(each.minutes for each in option.reasons if each.code is ReasonCode.DISTANCE)


def _spared(known: Known, demand: Demand, option: Option, gone: Counter[tuple[str, str]]) -> bool:
    return all(
        gone[option.lender, function] < known.spare(option.lender, function, demand.request)
        for function in option.uses
    )
