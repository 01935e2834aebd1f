"""The first hint is said at once, beside any plan, and is never the last word."""

import asyncio
import random
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.envelope import Event, Record
from schemas.events.help_request import RequestState
from services.matching.handlers import planner as planner_module
from services.matching.handlers.planner import AT_ONCE
from services.matching.handlers.sight import Sight
from services.matching.handlers.voice import Superseded
from services.matching.rules.known import Known
from services.matching.rules.suggest import Plan, suggest
from tests.contract.doubles import MemoryPublisher
from tests.soon import until
from tests.unit.matching.news import news
from tests.unit.matching.pictures import (
    NOW,
    Asked,
    asked,
    incident,
    neighbour,
    uid,
)
from tests.unit.matching.world import REQUEST, World, about, chosen, hinted, suggestion


class Gate:
    """Plans stay in their thread until `opens` is set."""

    def __init__(self) -> None:
        self.opens = threading.Event()
        self.reached = threading.Event()

    def plan(self, known: Known) -> Plan:
        self.reached.set()
        assert self.opens.wait(20)
        return Plan(known)


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[Gate]:
    gate = Gate()
    monkeypatch.setattr(planner_module, "Plan", gate.plan)
    yield gate
    gate.opens.set()


@asynccontextmanager
async def running(world: World) -> AsyncIterator[None]:
    task = asyncio.create_task(world.planner.run())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_new_request_is_hinted_while_a_plan_is_still_in_its_thread(
    gate: Gate,
) -> None:
    world = World(asked(), *neighbour("GM0001", "joris", "anna"))
    async with running(world):
        await until(gate.reached.is_set)
        world.hears(asked("new"))
        world.planner.changed()
        await until(lambda: bool(about(world, "new")))
        assert not gate.opens.is_set()
        (first,) = about(world, "new")
        assert len(chosen(first)) == 1 and all(each.price_minutes == 0 for each in first.candidates)
        gate.opens.set()
        await asyncio.wait_for(world.planner.answer(world.newest("new")), 10)
        last = about(world, "new")[-1]
        assert last == suggest(world.picture(), NOW)[uid("new")]


async def test_a_plan_that_began_before_a_hint_says_nothing_about_that_request(
    gate: Gate,
) -> None:
    late = uid("late incident")
    other = asked(state=RequestState.PROVISIONAL, confirmed=None)
    world = World(asked("new", incident=late), other, *neighbour("GM0001", "joris", "anna"))
    stale = asyncio.create_task(world.planner.plan())
    await until(gate.reached.is_set)
    world.hears(incident("late incident"))
    hint = await hinted(world)
    gate.opens.set()
    await stale
    assert about(world, "new") == [hint] and hint.candidates
    assert about(world, "request")
    # It keeps silent once, and the plan that follows knows all that the hint knew.
    await world.planner.plan()
    assert about(world, "new")[-1] == suggest(world.picture(), NOW)[uid("new")]


async def test_what_a_plan_under_way_will_fill_needs_no_hint(gate: Gate) -> None:
    world = World(asked("new"), *neighbour("GM0001", "joris"))
    plan = asyncio.create_task(world.planner.plan())
    await until(gate.reached.is_set)
    assert await world.planner.hint() == 0
    world.hears(asked("new", version=4, terms_version=2))
    await hinted(world)
    gate.opens.set()
    await plan
    assert [each.terms_version for each in about(world, "new")] == [2]


async def test_a_flood_is_left_to_the_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planner_module, "HINTS_AT_MOST", 2)
    world = World(*(asked(f"r{number}") for number in range(5)), *neighbour("GM0001", "joris"))
    assert await world.planner.hint() == 2
    await world.planner.plan()
    assert all(about(world, f"r{number}") for number in range(5))


async def test_every_hint_is_followed_by_a_plan_that_began_after_it(gate: Gate) -> None:
    late = uid("late incident")
    world = World(asked("new", incident=late), *neighbour("GM0001", "joris"))
    async with running(world):
        await until(gate.reached.is_set)
        world.hears(incident("late incident"))
        await hinted(world)
        gate.opens.set()
        # Nobody tells of any other change: without a plan of its own nothing would ever have a price.
        await until(lambda: about(world, "new")[-1].candidates[0].price_minutes > 0)


async def test_a_hint_comes_between_the_parts_of_a_plan() -> None:
    names = [f"r{number}" for number in range(2 * AT_ONCE + 1)]
    world = World(*(asked(name) for name in names), *neighbour("GM0001", "joris"))

    class Slow(MemoryPublisher):
        async def publish(self, records: Sequence[tuple[str, Record]]) -> None:
            if not self.sent:
                world.hears(asked("new"))
                world.hint = asyncio.create_task(world.planner.hint())
                await asyncio.sleep(0.01)
            await super().publish(records)

    world.publisher = Slow()
    world.restarted()
    await world.planner.plan()
    await world.hint
    keys = [event.envelope.key for event in world.said()]
    assert keys.index(str(uid("new"))) == AT_ONCE
    assert len(keys) == len(names) + 1


async def test_versions_rise_from_hint_to_plan_and_from_plan_to_hint() -> None:
    world = World(asked(), *neighbour("GM0001", "joris", "anna"))
    for terms in range(1, 4):
        world.hears(asked(version=2 + terms, terms_version=terms))
        await hinted(world, "request")
        assert await world.planner.plan() == 1
    said = world.said()
    versions = [event.envelope.version for event in said]
    assert len(versions) == 6 and versions == sorted(set(versions))
    for event in said:
        world.planner.heard(event)


async def test_after_a_crash_right_after_a_hint_the_plan_still_comes() -> None:
    world = World(asked("new", version=3), *neighbour("GM0001", "joris"))
    hint = await hinted(world)
    world.reads_itself_back()
    world.restarted()
    async with running(world):
        await asyncio.wait_for(world.planner.answer(world.newest("new")), 10)
    first, second = about(world, "new")
    assert first == hint and second.candidates[0].price_minutes > 0
    versions = [event.envelope.version for event in world.said()]
    assert versions[0] < versions[1]


async def test_a_hint_that_could_not_be_published_is_not_said() -> None:
    world = World(asked("new"), *neighbour("GM0001", "joris"))
    world.publisher.failures = 1
    with pytest.raises(ConnectionError):
        await world.planner.hint()
    await hinted(world)


async def test_a_hint_that_cannot_be_published_ends_the_planner(gate: Gate) -> None:
    world = World(*neighbour("GM0001", "joris"))
    world.publisher.failures = 1
    task = asyncio.create_task(world.planner.run())
    await until(gate.reached.is_set)
    world.hears(asked("new"))
    world.planner.changed()
    await until(lambda: world.publisher.failures == 0)
    gate.opens.set()
    with pytest.raises(ConnectionError):
        await asyncio.wait_for(task, 10)


async def test_who_was_superseded_hints_no_more() -> None:
    world = World(asked(), *neighbour("GM0001", "joris", "anna"))
    await world.planner.plan()
    (own,) = world.said()
    with pytest.raises(Superseded):
        world.planner.heard(Event(replace(own.envelope, version=own.envelope.version + 1), own.state))
    world.hears(asked("new"))
    with pytest.raises(Superseded):
        await world.planner.hint()
    assert about(world, "new") == []


class Owner:
    """Takes hints as `aid` does: only about the newest version, and notes how many could be asked."""

    def __init__(self, world: World) -> None:
        self.world, self.read = world, 0

    def catches_up(self) -> None:
        for event in self.world.said()[self.read :]:
            self.read += 1
            one, held = suggestion(event), self.world.newest_asked(event.envelope.key)
            if one.request_version != held.version:
                continue
            noted = {"could_ask": one.could_ask, "shortfall": one.shortfall}
            request = held.request.model_copy(update=noted)
            if request != held.request:
                self.world.hears(Asked(held.version + 1, request))


@pytest.mark.parametrize("slow", [True, False])
async def test_hint_plan_and_owner_come_to_rest(slow: object) -> None:
    world = World(asked(version=3), *neighbour("GM0001", "joris", "anna"))
    owner = Owner(world)
    for _ in range(8):
        await world.planner.hint()
        if not slow:
            owner.catches_up()
        await world.planner.plan()
        owner.catches_up()
    said = len(world.said())
    await world.planner.hint()
    await world.planner.plan()
    assert len(world.said()) == said <= 3
    last, held = about(world, "request")[-1], world.newest_asked(REQUEST)
    assert last.candidates == suggest(world.picture(), NOW)[uid("request")].candidates
    assert held.request.could_ask == last.could_ask


@settings(max_examples=60)
@given(st.integers(0, 10**9))
def test_what_is_seen_is_what_the_states_hold(seed: int) -> None:
    dice = random.Random(seed)
    world = World(*(news(dice) for _ in range(10)))
    sight = Sight(world.states)
    for _ in range(6):
        world.hears(*(news(dice) for _ in range(dice.randint(0, 3))))
        seen, held = sight.known(NOW).picture, world.picture()
        assert {name: dict(found) for name, found in vars(seen).items()} == vars(held)
    assert sight.known(NOW).picture is seen
