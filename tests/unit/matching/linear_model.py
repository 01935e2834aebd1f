"""The same plan as a linear programme, for HiGHS: variables and rows instead of nodes and arcs."""

from collections import defaultdict
from collections.abc import Sequence

import highspy
import numpy as np

from services.matching.rules.cost import UNFILLED
from services.matching.rules.known import Known
from services.matching.rules.network import Demand


class Programme:
    """Columns with a cost and an upper bound; rows that hold between two numbers."""

    def __init__(self) -> None:
        self._solver = highspy.Highs()
        self._solver.silent()
        self._columns = 0

    def column(self, cost: float, most: float) -> int:
        self._solver.addVar(0, most)
        self._solver.changeColCost(self._columns, cost)
        self._columns += 1
        return self._columns - 1

    def row(self, least: float, most: float, terms: dict[int, float]) -> None:
        places, factors = np.array(list(terms), dtype=np.int32), np.array(list(terms.values()))
        self._solver.addRow(least, most, len(terms), places, factors)

    def cheapest(self) -> float:
        self._solver.run()
        assert self._solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        return float(self._solver.getObjectiveValue())


def cheapest(known: Known, demands: Sequence[Demand]) -> float:
    """Minutes of the cheapest plan. A network's programme has whole solutions, so none are asked for."""
    programme = Programme()
    person: defaultdict[object, dict[int, float]] = defaultdict(dict)
    pool: defaultdict[object, dict[int, float]] = defaultdict(dict)
    spare: defaultdict[object, int] = defaultdict(int)
    exits: dict[object, dict[object, int]] = {}
    for demand in demands:
        slots = demand.request.open_slots
        filled = {programme.column(UNFILLED, slots): 1.0}
        for option in demand.options:
            column = programme.column(option.cost, option.units)
            filled[column] = 1.0
            room = {
                function: known.spare(option.lender, function, demand.request) for function in option.uses
            }
            place = (option.lender, min(room, key=lambda function: (room[function], function)))
            spare[place] = max(spare[place], room[place[1]])
            if option.person is None:
                pool[place][column] = 1.0
            else:
                person[option.person][column] = 1.0
                exits.setdefault(option.person, {}).setdefault(place, 0)
        programme.row(slots, slots, filled)
    for key, places in exits.items():
        for place in places:
            # Whoever goes, goes once, and takes a place of one of their lenders.
            leaves = programme.column(0, 1)
            person[key][leaves] = -1.0
            pool[place][leaves] = 1.0
            places[place] = leaves
        programme.row(0, 0, person[key])
        programme.row(0, 1, dict.fromkeys(places.values(), 1.0))
    for place, terms in pool.items():
        programme.row(0, spare[place], terms)
    return programme.cheapest()
