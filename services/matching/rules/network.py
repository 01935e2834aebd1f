"""The flow network of all open slots: request -> person -> lender's spare -> sink, built from arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from numpy.typing import NDArray
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from schemas.events.help_request import HelpRequest
from services.matching.rules.bonds import micros
from services.matching.rules.cost import UNFILLED
from services.matching.rules.known import Known
from services.matching.rules.options import Field, Option
from services.matching.rules.roster import FUNCTIONS, Flags, Numbers, places_of

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
        """The same as objects, for whoever does not reckon with arrays."""
        return [self.field.option(place) for place in range(len(self))]


@dataclass(frozen=True, eq=False)
class Problem:
    """All that a solver needs, in arrays alone: it can be solved anywhere.

    Per demand `slots`, `starts` and `ends` (microseconds), and `period`: which of `spares` holds (per lender
    a row, per function a column). Per option, demand after demand, the rest; an option is known by its place
    in them, and stands by its row of `ranks`, cheapest first. `uses`: the functions a unit takes.
    """

    people: Numbers
    slots: Numbers
    starts: Numbers
    ends: Numbers
    period: Numbers
    spares: Numbers
    demand: Numbers
    persons: Numbers
    lenders: Numbers
    costs: Numbers
    units: Numbers
    ranks: Numbers
    desks: Flags
    uses: Flags

    def __len__(self) -> int:
        return len(self.demand)

    def rank(self, option: int) -> tuple[int, ...]:
        """Cheapest first; the ids make the order the same every time."""
        return tuple(self.ranks[option].tolist())

    @cached_property
    def spare(self) -> Numbers:
        """Per option what its lender can miss."""
        return self.spares[self.period[self.demand], self.lenders]

    @cached_property
    def tightest(self) -> Numbers:
        """Of the functions that each option uses the one of which its lender has fewest to spare."""
        tightest: Numbers = np.argmin(np.where(self.uses, self.spare, FAR), axis=1)
        return tightest


def problem_of(known: Known, demands: Sequence[Demand]) -> Problem:
    """What is to be solved for these requests, at least one."""
    requests = [demand.request for demand in demands]
    sizes = [len(demand) for demand in demands]
    cut = [(demand.field, size) for demand, size in zip(demands, sizes, strict=True)]
    periods = {id(each): each for each in map(known.period, requests)}
    numbers = {key: number for number, key in enumerate(periods)}
    parts: dict[str, Numbers] = {
        "demand": np.repeat(np.arange(len(demands)), sizes),
        "persons": _joined([field.persons[:size] for field, size in cut]),
        "lenders": _joined([field.lenders[:size] for field, size in cut]),
        "costs": _joined([field.costs[:size] for field, size in cut]),
        "units": _joined([field.units[:size] for field, size in cut]),
    }
    desks = _joined([field.desks[:size] for field, size in cut]).astype(bool)
    return Problem(
        people=np.array(len(known.roster.people)),
        slots=np.array([each.open_slots for each in requests], dtype=np.int64),
        starts=np.array([micros(each.needed_by) for each in requests], dtype=np.int64),
        ends=np.array([micros(each.until) for each in requests], dtype=np.int64),
        period=np.array([numbers[id(known.period(each))] for each in requests], dtype=np.int64),
        spares=np.stack([each.spare for each in periods.values()]),
        ranks=_ranks(known, requests, parts, desks),
        desks=desks,
        uses=np.vstack([field.uses(size) for field, size in cut]),
        **parts,
    )


def _ranks(
    known: Known, requests: Sequence[HelpRequest], parts: Mapping[str, Numbers], desks: Flags
) -> Numbers:
    """Cost, then the places of lender, person (a desk comes first) and request by their ids."""
    by_id = sorted(range(len(requests)), key=lambda each: requests[each].id)
    persons = np.where(desks, -1, known.roster.person_places[parts["persons"]])
    lenders = known.roster.lender_places[parts["lenders"]]
    return np.column_stack([parts["costs"], lenders, persons, places_of(by_id)[parts["demand"]]])


class Network:
    """The flow network; an option's arc can be limited and the whole solved anew."""

    def __init__(self, problem: Problem) -> None:
        self.limits = problem.units.copy()
        self._flow = SimpleMinCostFlow()
        slots = problem.slots
        arcs = _arcs(problem)
        nodes, tails, heads = _numbered(arcs)
        self._flow.add_arcs_with_capacity_and_unit_cost(tails, heads, arcs.capacities, arcs.costs)
        # Each demand's own arc comes first, the one for its empty slots.
        self._options = (np.arange(len(problem)) + problem.demand + 1).astype(np.int32)
        self._flow.set_nodes_supplies(nodes[: len(slots)], slots)
        self._flow.set_node_supply(int(nodes[len(slots)]), -int(slots.sum()))

    @property
    def size(self) -> int:
        """How many arcs the network has."""
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


def _arcs(entries: Problem) -> _Arcs:
    slots, people = entries.slots, int(entries.people)
    sink = len(slots)
    person, placed, pool = sink + 1, sink + 1 + people, sink + 1 + 2 * people
    pools = entries.lenders * len(FUNCTIONS) + entries.tightest
    named = np.flatnonzero(~entries.desks)
    # One place per person, whoever lends them and whatever for: hence the node between the two.
    going = _first(entries.persons[named], people)
    ways = entries.persons[named] * (pools.max(initial=0) + 1) + pools[named]
    exits = named[np.sort(np.unique(ways, return_index=True)[1])]
    most = np.zeros(pools.max(initial=0) + 1, dtype=np.int64)
    order = _first(pools, len(most))
    np.maximum.at(most, pools, entries.spare[np.arange(len(entries)), entries.tightest])
    filled = pools[order]
    # An empty slot's arc stands before the options of its demand.
    before = np.searchsorted(entries.demand, np.arange(sink))
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
    first = _firsts(ends, arcs.names)
    numbers = np.empty(arcs.names, dtype=np.int32)
    numbers[np.argsort(first, kind="stable")] = np.arange(arcs.names, dtype=np.int32)
    return numbers, numbers[arcs.tails], numbers[arcs.heads]


def _firsts(names: Numbers, number: int) -> Numbers:
    """Per name below a number the first place at which it stands; beyond the end for one that does not."""
    found = np.full(number, len(names))
    # Backwards: of all places of a name the first is written last.
    found[names[::-1]] = np.arange(len(names))[::-1]
    return found


def _first(names: Numbers, number: int) -> Numbers:
    """The first place of each name, in that order."""
    found = _firsts(names, number)
    return np.sort(found[found < len(names)])


def _joined(parts: Sequence[Numbers | Flags]) -> Numbers:
    return np.concatenate([np.zeros(0, dtype=np.int64), *parts]).astype(np.int64)
