"""The planner: only news is published, every version of a request is answered, versions rise for ever."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from schemas.codec import TooLarge, state_bytes
from schemas.envelope import Event
from schemas.events.help_request import HelpRequest, RequestState
from schemas.state import State
from services.matching.handlers.sight import Sight
from services.matching.handlers.voice import COUNTS_REST_MS, Superseded
from tests.enveloped import event_of
from tests.soon import until
from tests.unit.matching.pictures import NOW, Asked, asked, neighbour, on_duty, uid
from tests.unit.matching.world import REQUEST, World, noted, suggestion


async def test_what_is_new_is_said_once() -> None:
    world = World(asked(version=4), *neighbour())
    assert [await world.planner.plan(), await world.planner.plan()] == [1, 0]
    (said,) = world.said()
    assert suggestion(said).request_version == 4
    assert (said.envelope.key, said.envelope.correlation) == (REQUEST, "c")


async def test_only_the_request_that_changed_is_said_again() -> None:
    world = World(asked(), asked("other", circle=("GM0002",)), *neighbour("GM0001", "joris"))
    assert await world.planner.plan() == 2
    world.hears(on_duty("joris", on=False))
    assert await world.planner.plan() == 1
    world.hears(asked(version=9))
    assert await world.planner.plan() == 1


async def test_versions_rise_while_the_clock_stands_still_or_goes_back() -> None:
    world = World(asked(), *neighbour("GM0001", "joris"))
    for on, hours in ((True, 0), (False, 0), (True, -1), (False, 0)):
        world.time += timedelta(hours=hours)
        world.hears(on_duty("joris", on=on))
        await world.planner.plan()
    said = world.said()
    versions = [event.envelope.version for event in said]
    assert versions == sorted(set(versions))
    assert len({event.envelope.id for event in said}) == 4
    assert suggestion(said[0]) == suggestion(said[2])


async def test_a_restart_says_nothing_twice_and_goes_on_counting() -> None:
    world = World(asked(), *neighbour("GM0001", "joris"))
    await world.planner.plan()
    world.reads_itself_back()
    world.time -= timedelta(days=1)
    running = asyncio.create_task(world.restarted().run())
    await asyncio.wait_for(world.planner.answer(world.states[HelpRequest][REQUEST]), 5)
    assert len(world.said()) == 1
    world.hears(asked(version=5))
    await asyncio.wait_for(world.planner.answer(world.states[HelpRequest][REQUEST]), 5)
    running.cancel()
    first, second = world.said()
    assert second.envelope.version > first.envelope.version


async def test_the_echo_of_what_was_said_is_no_news() -> None:
    world = World(asked(version=3), *neighbour())
    await world.planner.plan()
    world.hears(noted(suggestion(world.said()[-1]), 4))
    assert await world.planner.plan() == 0
    world.hears(noted(suggestion(world.said()[-1]), 5))
    assert await world.planner.plan() == 0


def counted(version: int = 3, **more: object) -> Asked:
    """A request of which only how many could be asked is said yet."""
    return asked(version=version, state=RequestState.PROVISIONAL, circle=(), confirmed=None, **more)


def twelve() -> World:
    """So many who could be asked, and one more who is off duty already."""
    names = [f"p{number}" for number in range(12)]
    return World(counted(), *neighbour("GM0001", *names, "zoe"), on_duty("zoe", on=False))


async def test_that_one_more_or_less_could_be_asked_waits_a_little_and_is_said_then() -> None:
    world = twelve()
    await world.planner.plan()
    world.hears(on_duty("p1", on=False))
    assert await world.planner.plan() == 0
    world.time += timedelta(milliseconds=COUNTS_REST_MS)
    assert await world.planner.plan() == 1
    assert [suggestion(said).could_ask.people for said in world.said()] == [12, 11]


async def test_that_nobody_could_be_asked_any_more_or_why_not_more_does_not_wait() -> None:
    world = World(counted(), *neighbour("GM0001", "joris"))
    assert await world.planner.plan() == 1
    world.hears(on_duty("joris", on=False))
    assert await world.planner.plan() == 1
    assert suggestion(world.said()[-1]).could_ask.people == 0


async def test_a_change_of_what_is_asked_is_answered_at_once_with_the_newest_counts() -> None:
    world = twelve()
    await world.planner.plan()
    world.hears(on_duty("p1", on=False))
    assert await world.planner.plan() == 0
    world.hears(counted(version=4, place="kamer 3"))
    assert await world.planner.plan() == 1
    said = suggestion(world.said()[-1])
    assert (said.request_version, said.could_ask.people) == (4, 11)


async def test_a_second_suggestion_about_one_version_is_said_again_for_the_next() -> None:
    world = World(asked(version=3), *neighbour("GM0001", "joris"))
    await world.planner.plan()
    first = suggestion(world.said()[-1])
    world.hears(on_duty("joris", on=False))
    await world.planner.plan()
    world.hears(noted(first, 4))
    assert await world.planner.plan() == 1
    assert suggestion(world.said()[-1]).request_version == 4
    world.hears(noted(suggestion(world.said()[-1]), 5))
    assert await world.planner.plan() == 0


async def test_a_request_is_answered_only_after_its_suggestion_was_published() -> None:
    world = World(asked(), *neighbour())
    world.publisher.failures = 1
    event = world.states[HelpRequest][REQUEST]
    answer = asyncio.create_task(world.planner.answer(event))
    with pytest.raises(ConnectionError):
        await world.planner.plan()
    assert not answer.done()
    await world.planner.plan()
    await asyncio.wait_for(answer, 5)
    assert len(world.said()) == 1


async def test_who_hears_another_matching_speak_after_it_ends() -> None:
    world = World(asked(), *neighbour())
    world.planner.heard(event_of(asked().request, 9**15))
    await world.planner.plan()
    (own,) = world.said()
    world.planner.heard(own)
    older, newer = (
        Event(replace(own.envelope, version=own.envelope.version + step), own.state) for step in (-1, 1)
    )
    world.planner.heard(older)
    with pytest.raises(Superseded):
        world.planner.heard(newer)


async def test_who_was_superseded_says_nothing_any_more_while_it_ends() -> None:
    world = World(asked(), *neighbour("GM0001", "joris"))
    planner = world.planner
    await planner.plan()
    own = world.said()[-1]
    with pytest.raises(Superseded):
        planner.heard(Event(replace(own.envelope, version=own.envelope.version + 1), own.state))
    world.hears(asked(slots=2).request)
    with pytest.raises(Superseded):
        await planner.plan()
    assert len(world.said()) == 1


async def test_time_alone_is_a_reason_to_plan(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.matching.handlers.planner.IDLE_SECONDS", 0.01)
    world = World(asked(), *neighbour("GM0001", "joris"), on_duty("joris", until=NOW + timedelta(hours=1)))
    running = asyncio.create_task(world.planner.run())
    await asyncio.wait_for(world.planner.answer(world.states[HelpRequest][REQUEST]), 5)
    world.time += timedelta(hours=1)
    await until(lambda: len(world.said()) == 2)
    running.cancel()
    assert suggestion(world.said()[-1]).candidates == ()


def test_the_picture_holds_every_kind() -> None:
    world = World(asked(), *neighbour())
    found = Sight(world.states).known(NOW).picture
    assert {name for name, rows in vars(found).items() if rows} == {
        "organisations",
        "people",
        "duty",
        "lending",
        "incidents",
        "requests",
    }


async def test_a_suggestion_stays_small_however_many_could_be_asked() -> None:
    names = [f"colleague {number}" for number in range(400)]
    world = World(asked(slots=90), *neighbour("GM0001", *names))
    await world.planner.plan()
    (said,) = world.said()
    candidates = suggestion(said).candidates
    assert len(candidates) == 300 and sum(each.chosen for each in candidates) == 90
    assert all(each.chosen for each in candidates[:90])


async def test_a_suggestion_that_is_too_large_is_logged_and_stops_nothing(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def too_large(state: State) -> bytes:
        if state.key == REQUEST:
            raise TooLarge(f"{state.key} is too large")
        return state_bytes(state)

    monkeypatch.setattr("services.matching.handlers.voice.state_bytes", too_large)
    world = World(asked(), asked("other", circle=("GM0002",)), *neighbour("GM0001", "joris"))
    assert await world.planner.plan() == 1
    assert [event.envelope.key for event in world.said()] == [str(uid("other"))]
    assert "too large" in caplog.text and caplog.records[0].levelname == "ERROR"
    async with asyncio.timeout(1):
        await world.planner.answer(world.states[HelpRequest][REQUEST])
