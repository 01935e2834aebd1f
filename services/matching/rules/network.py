"""The flow network of all open slots: request -> person -> lender's spare -> sink, built from arrays."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from schemas.events.help_request import HelpRequest
from services.matching.rules.cost import UNFILLED
from services.matching.rules.known import Known
from services.matching.rules.options import Field, Option
from services.matching.rules.roster import FUNCTIONS, Flags, Numbers

Nodes = NDArray[np.int32]

FAR: Final = 2**30
"""More than any lender has people."""


@dataclass(frozen=True, eq=False)
class Demand:
    """One request with open slots, and the cheapest `most` of those who could be asked for it."""

    field: Field
    most: int

    def __len__(self) -> int:
        return min(self.most, len(self.field))

    @property
    def request(self) -> HelpRequest:
        """Whose slots they are."""
        return self.field.request

    @property
    def options(self) -> list[Option]:
        """In words."""
        return [self.field.option(place) for place in range(len(self))]


class Entries:
    """The options of all demands in one row of arrays: an option is known by its place in them."""

    def __init__(self, known: Known, demands: Sequence[Demand]) -> None:
        sizes = [len(demand) for demand in demands]
        cut = [(demand.field, size) for demand, size in zip(demands, sizes, strict=True)]
        self.demands = demands
        self.firsts = np.concatenate([[0], np.cumsum(sizes, dtype=np.int64)])
        self.demand = np.repeat(np.arange(len(demands)), sizes)
        self.persons = _joined([field.persons[:size] for field, size in cut])
        self.lenders = _joined([field.lenders[:size] for field, size in cut])
        self.costs = _joined([field.costs[:size] for field, size in cut])
        self.units = _joined([field.units[:size] for field, size in cut])
        self.desks = _joined([field.desks[:size] for field, size in cut]).astype(bool)
        self.uses: Flags = np.vstack(
            [np.zeros((0, len(FUNCTIONS)), dtype=bool), *(field.uses(size) for field, size in cut)]
        )
        spares = [known.period(field.request).spare[field.lenders[:size]] for field, size in cut]
        self.spare: Numbers = np.vstack([np.zeros((0, len(FUNCTIONS)), dtype=np.int64), *spares])

    def __len__(self) -> int:
        return len(self.demand)

    @cached_property
    def tightest(self) -> Numbers:
        """Of the functions that each option uses the one of which its lender has fewest to spare."""
        tightest: Numbers = np.argmin(np.where(self.uses, self.spare, FAR), axis=1)
        return tightest

    def option(self, entry: int) -> Option:
        """In words."""
        demand = int(self.demand[entry])
        return self.demands[demand].field.option(entry - int(self.firsts[demand]))


class Network:
    """The flow network; an option's arc can be limited and the whole solved anew."""

    def __init__(self, known: Known, demands: Sequence[Demand]) -> None:
        self.entries = Entries(known, demands)
        self.limits = self.entries.units.copy()
        self._flow = SimpleMinCostFlow()
        slots = np.array([demand.request.open_slots for demand in demands], dtype=np.int64)
        arcs = _arcs(self.entries, slots, len(known.roster.people))
        nodes, tails, heads = _numbered(arcs)
        self._flow.add_arcs_with_capacity_and_unit_cost(tails, heads, arcs.capacities, arcs.costs)
        # Each demand's own arc comes first, the one for its empty slots.
        self._options = (np.arange(len(self.entries)) + self.entries.demand + 1).astype(np.int32)
        self._flow.set_nodes_supplies(nodes[: len(slots)], slots)
        self._flow.set_node_supply(int(nodes[len(slots)]), -int(slots.sum()))

    @property
    def size(self) -> int:
        """Arcs."""
        return self._flow.num_arcs()

    @property
    def cost(self) -> int:
        """Minutes of the newest solution, empty slots at their price."""
        return self._flow.optimal_cost()

    def limit(self, entry: int, units: int) -> None:
        """Let at most so many units go by this option from now on."""
        self.limits[entry] = units
        self._flow.set_arc_capacity(int(self._options[entry]), units)

    def solve(self) -> None:
        """Find the cheapest plan within the limits."""
        status = self._flow.solve()
        # The arcs for empty slots make every network feasible: anything else is a fault in this module.
        assert status == SimpleMinCostFlow.OPTIMAL, status

    def units(self) -> dict[int, int]:
        """Per option that the newest solution uses, how many units."""
        flows = self._flow.flows(self._options)
        used = np.flatnonzero(flows)
        return dict(zip(used.tolist(), flows[used].tolist(), strict=True))


@dataclass(frozen=True)
class _Arcs:
    """Arcs between nodes that are named by numbers with gaps, `names` of them, demands and sink first."""

    names: int
    tails: Numbers
    heads: Numbers
    capacities: Numbers
    costs: Numbers


def _arcs(entries: Entries, slots: Numbers, people: int) -> _Arcs:
    sink = len(slots)
    person, placed, pool = sink + 1, sink + 1 + people, sink + 1 + 2 * people
    pools = entries.lenders * len(FUNCTIONS) + entries.tightest
    named = np.flatnonzero(~entries.desks)
    # One place per person, whoever lends them and whatever for: hence the node between the two.
    going = _once(entries.persons[named])
    exits = named[_once(entries.persons[named] * (pools.max(initial=0) + 1) + pools[named])]
    order = _once(pools)
    most = np.zeros(pools.max(initial=0) + 1, dtype=np.int64)
    np.maximum.at(most, pools, entries.spare[np.arange(len(entries)), entries.tightest])
    filled = pools[order]
    # An empty slot's arc stands before the options of its demand.
    before = entries.firsts[:-1]
    heads = np.where(entries.desks, pool + pools, person + entries.persons)
    leaving = person + entries.persons[named][going]
    tails = [np.insert(entries.demand, before, np.arange(sink)), leaving]
    tails += [placed + entries.persons[exits], pool + filled]
    ends = [np.insert(heads, before, sink), leaving + people, pool + pools[exits], np.full(len(filled), sink)]
    capacities = [np.insert(entries.units, before, slots), np.ones(len(going) + len(exits)), most[filled]]
    costs = np.zeros(sum(map(len, capacities)), dtype=np.int64)
    costs[: len(entries) + sink] = np.insert(entries.costs, before, UNFILLED)
    names = pool + len(most)
    return _Arcs(names, _joined(tails), _joined(ends), _joined(capacities), costs)


def _numbered(arcs: _Arcs) -> tuple[Nodes, Nodes, Nodes]:
    """Nodes without gaps, numbered as they come: per name its number, and tails and heads of the arcs."""
    ends = np.column_stack([arcs.tails, arcs.heads]).ravel()
    first = np.full(arcs.names, len(ends))
    # Backwards, so that each name keeps the first place at which it stands.
    first[ends[::-1]] = np.arange(len(ends))[::-1]
    numbers = np.empty(arcs.names, dtype=np.int32)
    numbers[np.argsort(first, kind="stable")] = np.arange(arcs.names, dtype=np.int32)
    return numbers, numbers[arcs.tails], numbers[arcs.heads]


def _once(keys: Numbers) -> Numbers:
    """Where each key stands for the first time, in that order."""
    return np.sort(np.unique(keys, return_index=True)[1])


def _joined(parts: Sequence[Numbers | Flags]) -> Numbers:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts]).astype(np.int64)
