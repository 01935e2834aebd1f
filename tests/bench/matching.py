"""Matching the whole country: the optimum, the way to it, one new request, and the greedy way beside it."""

import asyncio
import random
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from schemas.envelope import Event, Record
from schemas.events.suggestion import Suggestion
from schemas.state import State
from services.matching.app import SWITCH_SECONDS
from services.matching.handlers.planner import Planner, Solve
from services.matching.handlers.sight import KINDS
from services.matching.rules.known import Known
from services.matching.rules.network import Network, problem_of
from services.matching.rules.options import field_of
from services.matching.rules.picture import Asked, Picture
from services.matching.rules.suggest import demands_of, suggest
from services.matching.solver import solver_process
from tests.bench.country import NOW, PEOPLE, REQUESTS, SLOTS, country
from tests.bench.greedy import nearest_first
from tests.bench.owner import envelope_of
from tests.bench.rows import Row, at_most, percentile
from tests.bench.setting import Setting
from tests.bench.trials import Trial

NEW_SECONDS: Final = 10.0
"""So long new requests are sent in one run, one after the other, and at least two of them."""

PAUSE_SECONDS: Final = 0.15
"""At most so long between a hint and the next request: it comes at any moment of the plan that is running."""


def measure(setting: Setting) -> Iterator[Row]:
    """10,000 people of 342 lenders with cover, 500 requests of three slots."""
    picture = country(int(setting.share(PEOPLE)), int(setting.share(REQUESTS)))
    known = Known(picture, NOW)
    began = time.perf_counter()
    fields = {key: field_of(known, asked.request) for key, asked in picture.requests.items()}
    setting.say(f"options of {len(fields)} requests: {time.perf_counter() - began:.1f} s")
    demands = demands_of([asked.request for asked in picture.requests.values()], fields)
    wanted = SLOTS * len(demands)
    greedy = nearest_first(known, demands)
    other = {"greedy cost": greedy.cost / wanted, "greedy empty": greedy.unfilled}

    def solve(other: Mapping[str, float]) -> Trial:
        began = time.perf_counter()
        network = Network(problem_of(known, demands))
        built = time.perf_counter()
        network.solve()
        solved = time.perf_counter()
        empty = wanted - sum(network.units().values())
        figures = {"ms": 1_000 * (solved - began), "solver": 1_000 * (solved - built)}
        return Trial({**figures, "cost": network.cost / wanted, "empty": empty, **other})

    size = f"{len(picture.people):,} people, {len(demands)} requests of {SLOTS}"
    pairs = setting.compare(lambda: solve(other))
    yield setting.row(f"full solve, {size}", "ms", pairs, "ms", at_most(200))
    yield setting.row("of which the solver", "ms", pairs, "solver")
    yield setting.row("cost of a slot in the plan", "minutes", pairs, "cost")
    yield setting.row("cost of a slot when each takes the nearest", "minutes", pairs, "greedy cost")
    yield setting.row("slots left empty by the plan", "slots", pairs, "empty")
    yield setting.row("slots left empty when each takes the nearest", "slots", pairs, "greedy empty")
    whole = setting.compare(lambda: _whole(picture))
    yield setting.row("all suggestions from the picture: options, plan, repairs, prices", "ms", whole, "ms")
    hints = setting.compare(lambda: asyncio.run(_one_after_the_other(picture, setting.share(NEW_SECONDS))))
    during = "from its event to its hint, while the whole is planned"
    yield setting.row(f"one new request {during}, p99", "ms", hints, "p99", at_most(50))
    yield setting.row(f"one new request {during}, p50", "ms", hints, "p50")


def _whole(picture: Picture) -> Trial:
    began = time.perf_counter()
    found = suggest(picture, NOW)
    ms = 1_000 * (time.perf_counter() - began)
    return Trial({"ms": ms}, len(picture.requests), len(found))


class Said:
    """A publisher that only notes when a hint about a request was said."""

    def __init__(self) -> None:
        self._said: dict[str, asyncio.Event] = defaultdict(asyncio.Event)

    def about(self, key: str) -> asyncio.Event:
        """Set once anything was said about a request."""
        return self._said[key]

    async def publish(self, records: Sequence[tuple[str, Record]]) -> None:
        """Note their keys."""
        for _, record in records:
            self.about(record.key.decode()).set()


async def _one_after_the_other(picture: Picture, seconds: float) -> Trial:
    async with solver_process() as solve:
        return await _hints(picture, seconds, solve)


async def _hints(picture: Picture, seconds: float, solve: Solve) -> Trial:
    """Everybody is planned for already; then new requests come, each while the plan runs that the last one
    set off."""
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_SECONDS)
    states, said, dice = _states(picture), Said(), random.Random(1735)
    planner = Planner(states, said, lambda: NOW, solve=solve)
    task = asyncio.create_task(planner.run())
    pattern = next(iter(picture.requests.values())).request
    await planner.answer(states[type(pattern)][pattern.key])
    waits: list[float] = []
    planning = 0
    end = time.perf_counter() + seconds
    while len(waits) < 2 or time.perf_counter() < end:
        planner.changed()
        while not planner.planning:
            await asyncio.sleep(0.001)
        await asyncio.sleep(dice.uniform(0, PAUSE_SECONDS))
        event = _event(pattern.model_copy(update={"id": UUID(int=9_000 + len(waits))}))
        planning += planner.planning
        began = time.perf_counter()
        states[type(pattern)][event.envelope.key] = event
        planner.changed()
        await said.about(event.envelope.key).wait()
        waits.append(time.perf_counter() - began)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    sys.setswitchinterval(before)
    figures = {"p50": 1_000 * percentile(waits, 0.5), "p99": 1_000 * percentile(waits, 0.99)}
    return Trial({**figures, "planning": planning / len(waits)}, len(waits), len(waits), waits)


def _states(picture: Picture) -> dict[Any, dict[str, Event]]:
    found: dict[Any, dict[str, Event]] = {Suggestion: {}}
    for name, kind in KINDS.items():
        states = getattr(picture, name).values()
        plain = [each.request if isinstance(each, Asked) else each for each in states]
        found[kind] = {each.key: _event(each) for each in plain}
    return found


def _event(state: State) -> Event:
    return Event(envelope_of(state), state)
