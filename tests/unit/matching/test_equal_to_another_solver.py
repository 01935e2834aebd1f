"""The plan costs what HiGHS finds for the same model, at every size up to the whole country."""

import os
import random

import pytest

from services.matching.rules.known import Known
from services.matching.rules.network import Network, problem_of
from services.matching.rules.options import field_of
from services.matching.rules.suggest import demands_of
from tests.bench.country import NOW, PEOPLE, REQUESTS, country
from tests.unit.matching.linear_model import cheapest

LONG = os.environ.get("NOABER_COUNTS") == "long"
INSTANCES = 200 if LONG else 8
WHOLE = 1.0 if LONG else 0.05
"""The largest instance is this part of the country; most are far smaller: that one takes a minute."""


def costs(people: int, requests: int, seed: int) -> tuple[float, float]:
    """What our plan costs, and what theirs does."""
    picture = country(people, requests, seed)
    known = Known(picture, NOW)
    fields = {key: field_of(known, asked.request) for key, asked in picture.requests.items()}
    demands = demands_of([asked.request for asked in picture.requests.values()], fields)
    network = Network(problem_of(known, demands))
    network.solve()
    return network.cost, cheapest(known, demands)


@pytest.mark.parametrize("seed", range(INSTANCES))
def test_a_plan_costs_what_another_solver_finds(seed: int) -> None:
    part = WHOLE * (random.Random(seed).random() ** 6 if seed else 1.0)
    ours, theirs = costs(1_100 + int(part * PEOPLE), 1 + int(part * REQUESTS), seed)
    assert ours == pytest.approx(theirs)
