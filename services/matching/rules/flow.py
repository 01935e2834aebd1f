"""The optimum over all open slots at once, a min-cost flow: request -> person -> lender's spare -> sink."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from schemas.catalogue import Function
from schemas.events.help_request import HelpRequest
from services.matching.rules.cost import UNFILLED
from services.matching.rules.known import Known
from services.matching.rules.options import Option

REPAIRS: Final = 50
"""Times the plan is solved again because people with several functions broke a cover (see `_broken`)."""

PRICE_ARCS: Final = 300_000
"""Arcs that may be solved over to price other choices, about 0.3 s: in a larger plan the rest stay 0."""


@dataclass(frozen=True)
class Demand:
    """One request with open slots, and who could be asked for it."""

    request: HelpRequest
    options: Sequence[Option]


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
    units = network.solve()
    for _ in range(REPAIRS):
        broken = _broken(known, demands, units)
        if not broken:
            return _priced(network, units)
        for option in broken:
            network.limit(option, units[option] - 1)
        units = network.solve()
    while broken := _broken(known, demands, units):
        units |= {option: units[option] - 1 for option in broken}
        units = {option: number for option, number in units.items() if number}
    return [Choice(option, number, 0) for option, number in units.items()]


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


class Network:
    """The flow network; an option's arc can be limited and the whole solved anew."""

    def __init__(self, known: Known, demands: Sequence[Demand]) -> None:
        self._flow = SimpleMinCostFlow()
        self._nodes: dict[object, int] = {}
        self._arcs: dict[Option, int] = {}
        self.limits: dict[Option, int] = {}
        pools: defaultdict[tuple[str, Function], int] = defaultdict(int)
        exits: dict[tuple[UUID, str, Function], None] = {}
        for demand in demands:
            self._demand(demand)
            for option in demand.options:
                pool = (option.lender, _tightest(known, demand.request, option))
                spare = known.spare(*pool, demand.request)
                pools[pool] = max(pools[pool], spare)
                if option.person is None:
                    self._option(option, ("pool", *pool))
                else:
                    self._option(option, ("person", option.person))
                    exits[(option.person, *pool)] = None
        self._leave(exits, pools)
        slots = sum(demand.request.open_slots for demand in demands)
        self._flow.set_node_supply(self._node("sink"), -slots)

    @property
    def size(self) -> int:
        """Arcs."""
        return self._flow.num_arcs()

    @property
    def cost(self) -> int:
        """Minutes of the newest solution, empty slots at their price."""
        return self._flow.optimal_cost()

    def limit(self, option: Option, units: int) -> None:
        """Let at most so many units go by this option from now on."""
        self.limits[option] = units
        self._flow.set_arc_capacity(self._arcs[option], units)

    def solve(self) -> dict[Option, int]:
        """Units per option that is used."""
        status = self._flow.solve()
        # The arcs for empty slots make every network feasible: anything else is a fault in this module.
        assert status == SimpleMinCostFlow.OPTIMAL, status
        flows = {option: self._flow.flow(arc) for option, arc in self._arcs.items()}
        return {option: number for option, number in flows.items() if number}

    def _node(self, name: object) -> int:
        return self._nodes.setdefault(name, len(self._nodes))

    def _arc(self, tail: object, head: object, capacity: int, cost: int) -> int:
        return self._flow.add_arc_with_capacity_and_unit_cost(
            self._node(tail), self._node(head), capacity, cost
        )

    def _demand(self, demand: Demand) -> None:
        node = ("request", demand.request.id)
        slots = demand.request.open_slots
        self._arc(node, "sink", slots, UNFILLED)
        self._flow.set_node_supply(self._node(node), slots)

    def _option(self, option: Option, head: object) -> None:
        self.limits[option] = option.units
        self._arcs[option] = self._arc(("request", option.request), head, option.units, option.cost)

    def _leave(
        self,
        exits: Mapping[tuple[UUID, str, Function], None],
        pools: Mapping[tuple[str, Function], int],
    ) -> None:
        # One place per person, whoever lends them and whatever for: hence the node between the two.
        for person in dict.fromkeys(person for person, _, _ in exits):
            self._arc(("person", person), ("placed", person), 1, 0)
        for person, lender, function in exits:
            self._arc(("placed", person), ("pool", lender, function), 1, 0)
        for (lender, function), spare in pools.items():
            self._arc(("pool", lender, function), "sink", spare, 0)


def _tightest(known: Known, request: HelpRequest, option: Option) -> Function:
    return min(option.uses, key=lambda function: (known.spare(option.lender, function, request), function))


def _broken(known: Known, demands: Sequence[Demand], units: Mapping[Option, int]) -> list[Option]:
    """Per lender below its cover the costliest option that takes part in that; empty in a sound plan.

    One lender's cover is no matter of another's, so all of them are repaired at once.
    """
    requests = {demand.request.id: demand.request for demand in demands}
    by_lender: defaultdict[str, list[Option]] = defaultdict(list)
    for option in units:
        by_lender[option.lender].append(option)
    found: list[Option] = []
    for lender, options in by_lender.items():
        taking: set[Option] = set()
        for option in options:
            mine = requests[option.request]
            beside = [each for each in options if _overlap(mine, requests[each.request])]
            for function in option.uses:
                takers = [each for each in beside if function in each.uses]
                if sum(units[each] for each in takers) > known.spare(lender, function, mine):
                    taking.update(takers)
        if taking:
            found.append(max(taking, key=lambda each: (each.rank, each.request)))
    return found


def _overlap(one: HelpRequest, other: HelpRequest) -> bool:
    return one.needed_by < other.until and other.needed_by < one.until


def _priced(network: Network, units: Mapping[Option, int]) -> list[Choice]:
    """What the plan costs more without each choice: solved again without it, as far as the budget goes."""
    best, budget = network.cost, PRICE_ARCS
    choices = []
    for option, number in sorted(units.items(), key=lambda item: (item[0].rank, item[0].request)):
        price = 0
        if budget >= network.size:
            budget -= network.size
            before = network.limits[option]
            network.limit(option, 0)
            network.solve()
            price = network.cost - best
            network.limit(option, before)
        choices.append(Choice(option, number, price))
    return choices
