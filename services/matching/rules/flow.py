"""The optimum over all open slots at once: solved as a flow, and repaired where a flow says too little."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import numpy as np

from schemas.events.help_request import HelpRequest
from services.matching.rules.network import Network, Problem

REPAIRS: Final = 50
"""Times the plan is solved again because people with several functions broke a cover (see `_Covers`)."""

PRICE_ARCS: Final = 300_000
"""Arcs that may be solved over to price other choices, about 0.3 s: in a larger plan the rest stay 0."""


@dataclass(frozen=True)
class Taken:
    """An option of a problem that the plan takes, how many units, and what the plan costs more without it."""

    option: int
    units: int
    price: int


def solve(problem: Problem) -> list[Taken]:
    """The cheapest way to fill all slots; exact where everybody has one function and all periods overlap.

    No flow can say that someone with several functions takes from several covers, or that a cover differs
    from day to day: such plans are repaired until every cover holds, which is sound but not always cheapest.
    """
    network = Network(problem)
    covers = _Covers(problem)
    network.solve()
    units = network.units()
    for _ in range(REPAIRS):
        broken = covers.broken(units)
        if not broken:
            return _priced(problem, network, units)
        for option in broken:
            network.limit(option, units[option] - 1)
        network.solve()
        units = network.units()
    while broken := covers.broken(units):
        units |= {option: units[option] - 1 for option in broken}
        units = {option: number for option, number in units.items() if number}
    return [Taken(option, number, 0) for option, number in units.items()]


def overlapping(requests: Sequence[HelpRequest]) -> list[list[HelpRequest]]:
    """Requests in groups whose periods hang together: between two groups nobody is in the way of anybody."""
    groups: list[list[HelpRequest]] = []
    end: datetime | None = None
    for request in sorted(requests, key=lambda each: (each.needed_by, each.id)):
        if end is None or request.needed_by >= end:
            groups.append([])
        end = request.until if end is None else max(end, request.until)
        groups[-1].append(request)
    return groups


class _Covers:
    """Whether a plan leaves every lender its cover, function by function and day by day."""

    def __init__(self, problem: Problem) -> None:
        self._problem = problem
        # Whoever stays below this breaks nothing, whatever overlaps.
        self._least = np.minimum.reduce(problem.spares, axis=0)

    def broken(self, units: Mapping[int, int]) -> list[int]:
        """Per lender below its cover the costliest option that takes part in that; empty in a sound plan.

        One lender's cover is no matter of another's, so all of them are repaired at once.
        """
        problem, used = self._problem, np.array(list(units), dtype=np.int64)
        taken = np.zeros_like(self._least)
        amounts = np.array(list(units.values()), dtype=np.int64)
        np.add.at(taken, problem.lenders[used], problem.uses[used] * amounts[:, None])
        suspects = np.logical_or.reduce((taken > self._least) & (taken > 0), axis=1, dtype=bool)
        by_lender: defaultdict[int, list[int]] = defaultdict(list)
        for option, lender in zip(used.tolist(), problem.lenders[used].tolist(), strict=True):
            if suspects[lender]:
                by_lender[lender].append(option)
        found = [self._takers(lender, mine, units) for lender, mine in by_lender.items()]
        return [max(taking, key=problem.rank) for taking in found if taking]

    def _takers(self, lender: int, options: Sequence[int], units: Mapping[int, int]) -> set[int]:
        """Who takes part in bringing this lender below its cover."""
        problem = self._problem
        functions = {option: np.flatnonzero(problem.uses[option]).tolist() for option in options}
        demands = problem.demand[options]
        periods = dict(
            zip(options, zip(problem.starts[demands], problem.ends[demands], strict=True), strict=True)
        )
        spares = problem.spares[problem.period[demands], lender].tolist()
        taking: set[int] = set()
        for option, spare in zip(options, spares, strict=True):
            starts, ends = periods[option]
            beside = [each for each in options if starts < periods[each][1] and periods[each][0] < ends]
            for function in functions[option]:
                takers = [each for each in beside if function in functions[each]]
                if sum(units[each] for each in takers) > spare[function]:
                    taking.update(takers)
        return taking


def _priced(problem: Problem, network: Network, units: Mapping[int, int]) -> list[Taken]:
    """What the plan costs more without each option: solved again without it, as far as the budget goes."""
    best, budget = network.cost, PRICE_ARCS
    taken = []
    for option in sorted(units, key=problem.rank):
        price = 0
        if budget >= network.size:
            budget -= network.size
            before = int(network.limits[option])
            network.limit(option, 0)
            network.solve()
            price = network.cost - best
            network.limit(option, before)
        taken.append(Taken(option, units[option], price))
    return taken
