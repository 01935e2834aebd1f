"""Matching the whole country: the optimum, the way to it, one new request, and the greedy way beside it."""

import asyncio
import time
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from schemas.envelope import Event, Record
from schemas.events.suggestion import Suggestion
from schemas.state import State
from services.matching.handlers import KINDS, Planner
from services.matching.rules.known import Known
from services.matching.rules.network import Network
from services.matching.rules.options import field_of
from services.matching.rules.picture import Asked, Picture
from services.matching.rules.suggest import demands_of
from tests.bench.country import NOW, PEOPLE, REQUESTS, SLOTS, country
from tests.bench.greedy import nearest_first
from tests.bench.owner import envelope_of
from tests.bench.rows import Row, at_most, percentile
from tests.bench.setting import Setting
from tests.bench.trials import Trial

NEW_SECONDS: Final = 10.0
"""So long new requests are sent in one run, one after the other, and at least two of them."""


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
        network = Network(known, demands)
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
    hints = setting.compare(lambda: asyncio.run(_one_after_the_other(picture)))
    yield setting.row("one new request from its event to its hint, p99", "ms", hints, "p99", at_most(50))
    yield setting.row("one new request from its event to its hint, p50", "ms", hints, "p50")


class Said:
    """A publisher that only notes when a hint about a request was said."""

    def __init__(self) -> None:
        self.keys: set[str] = set()

    async def publish(self, records: Sequence[tuple[str, Record]]) -> None:
        """Keep their keys."""
        self.keys |= {record.key.decode() for _, record in records}


async def _one_after_the_other(picture: Picture) -> Trial:
    """Everybody is planned for already; then a new request comes, and the next one when that is answered."""
    states = _states(picture)
    said = Said()
    planner = Planner(states, said, lambda: NOW)
    task = asyncio.create_task(planner.run())
    kind = type(next(iter(picture.requests.values())).request)
    await planner.answer(next(iter(states[kind].values())))
    waits: list[float] = []
    answered = 0
    pattern = next(iter(picture.requests.values()))
    end = time.perf_counter() + NEW_SECONDS
    while len(waits) < 2 or time.perf_counter() < end:
        event = _event(pattern.request.model_copy(update={"id": UUID(int=9_000 + len(waits))}))
        began = time.perf_counter()
        states[kind][event.envelope.key] = event
        planner.changed()
        await planner.answer(event)
        waits.append(time.perf_counter() - began)
        answered += event.envelope.key in said.keys
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    figures = {"p50": 1_000 * percentile(waits, 0.5), "p99": 1_000 * percentile(waits, 0.99)}
    return Trial(figures, len(waits), answered, waits)


def _states(picture: Picture) -> dict[Any, dict[str, Event]]:
    found: dict[Any, dict[str, Event]] = {Suggestion: {}}
    kinds: Mapping[str, type[State]] = KINDS
    for name, kind in kinds.items():
        found[kind] = {each.key: _event(each) for each in getattr(picture, name).values()}
    requests: list[Asked] = list(picture.requests.values())
    found[type(requests[0].request)] = {each.request.key: _event(each.request) for each in requests}
    return found


def _event(state: State) -> Event:
    return Event(envelope_of(state), state)
