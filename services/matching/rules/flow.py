"""The optimum over all open slots at once: solved as a flow, and repaired where a flow says too little."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import numpy as np

from schemas.events.help_request import HelpRequest
from services.matching.rules.known import Known
from services.matching.rules.network import Demand, Entries, Network
from services.matching.rules.options import Option

REPAIRS: Final = 50
"""Times the plan is solved again because people with several functions broke a cover (see `_Covers`)."""

PRICE_ARCS: Final = 300_000
"""Arcs that may be solved over to price other choices, about 0.3 s: in a larger plan the rest stay 0."""


@dataclass(frozen=True)
class Choice:
    """An option the plan takes, how many units of it, and what the plan costs more without it."""

    option: Option
    units: int
    price: int


def plan(known: Known, demands: Sequence[Demand]) -> list[Choice]:
    """The cheapest way to fill all slots; exact where everybody has one function and all periods overlap.

    No flow can say that someone with several functions takes from several covers, or that a cover differs
    from day to day: such plans are repaired until every cover holds, which is sound but not always cheapest.
    """
    network = Network(known, demands)
    covers = _Covers(known, network.entries)
    network.solve()
    units = network.units()
    for _ in range(REPAIRS):
        broken = covers.broken(units)
        if not broken:
            return _priced(network, units)
        for entry in broken:
            network.limit(entry, units[entry] - 1)
        network.solve()
        units = network.units()
    while broken := covers.broken(units):
        units |= {entry: units[entry] - 1 for entry in broken}
        units = {entry: number for entry, number in units.items() if number}
    return [Choice(network.entries.option(entry), number, 0) for entry, number in units.items()]


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

    def __init__(self, known: Known, entries: Entries) -> None:
        self._entries = entries
        requests = [demand.request for demand in entries.demands]
        self._periods = [(each.needed_by, each.until) for each in requests]
        self._spares = [known.period(each).spare for each in requests]
        # Whoever stays below this breaks nothing, whatever overlaps.
        distinct = list({id(spare): spare for spare in self._spares}.values())
        self._least = np.minimum.reduce(distinct) if distinct else np.zeros((0, 0), dtype=np.int64)

    def broken(self, units: Mapping[int, int]) -> list[int]:
        """Per lender below its cover the costliest option that takes part in that; empty in a sound plan.

        One lender's cover is no matter of another's, so all of them are repaired at once.
        """
        entries, used = self._entries, np.array(list(units), dtype=np.int64)
        taken = np.zeros_like(self._least)
        amounts = np.array(list(units.values()), dtype=np.int64)
        np.add.at(taken, entries.lenders[used], entries.uses[used] * amounts[:, None])
        suspects = np.logical_or.reduce((taken > self._least) & (taken > 0), axis=1, dtype=bool)
        by_lender: defaultdict[int, list[int]] = defaultdict(list)
        for entry, lender in zip(used.tolist(), entries.lenders[used].tolist(), strict=True):
            if suspects[lender]:
                by_lender[lender].append(entry)
        found = [self._takers(lender, mine, units) for lender, mine in by_lender.items()]
        return [max(taking, key=self._rank) for taking in found if taking]

    def _takers(self, lender: int, entries: Sequence[int], units: Mapping[int, int]) -> set[int]:
        """Who takes part in bringing this lender below its cover."""
        functions = {entry: np.flatnonzero(self._entries.uses[entry]).tolist() for entry in entries}
        demands = {entry: int(self._entries.demand[entry]) for entry in entries}
        taking: set[int] = set()
        for entry in entries:
            starts, ends = self._periods[demands[entry]]
            spare = self._spares[demands[entry]][lender]
            beside = [
                each
                for each in entries
                if starts < self._periods[demands[each]][1] and self._periods[demands[each]][0] < ends
            ]
            for function in functions[entry]:
                takers = [each for each in beside if function in functions[each]]
                if sum(units[each] for each in takers) > spare[function]:
                    taking.update(takers)
        return taking

    def _rank(self, entry: int) -> tuple[tuple[int, str, str], UUID]:
        option = self._entries.option(entry)
        return (option.rank, option.request)


def _priced(network: Network, units: Mapping[int, int]) -> list[Choice]:
    """What the plan costs more without each choice: solved again without it, as far as the budget goes."""
    best, budget = network.cost, PRICE_ARCS
    options = {entry: network.entries.option(entry) for entry in units}
    choices = []
    for entry in sorted(units, key=lambda each: (options[each].rank, options[each].request)):
        price = 0
        if budget >= network.size:
            budget -= network.size
            before = int(network.limits[entry])
            network.limit(entry, 0)
            network.solve()
            price = network.cost - best
            network.limit(entry, before)
        choices.append(Choice(options[entry], units[entry], price))
    return choices
