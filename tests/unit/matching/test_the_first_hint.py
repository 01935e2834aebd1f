"""What the first hint about a request says: from the newest states, and from what is left over."""

from datetime import timedelta

import pytest

from schemas.events.help_request import RequestState
from tests.unit.matching.pictures import (
    BACKUP,
    NETWORK,
    NOW,
    asked,
    commitment,
    incident,
    lending,
    neighbour,
    on_duty,
    person,
    uid,
)
from tests.unit.matching.world import World, about, chosen, hinted


async def test_whom_the_last_plan_chose_elsewhere_is_not_chosen_and_comes_after() -> None:
    german = {"languages": ("de",)}
    both = person("joris", "GM0001", languages=("nl", "de"))
    world = World(asked(**german), *neighbour("GM0001", "joris", "anna"), both)
    await world.planner.plan()
    assert chosen(about(world, "request")[0]) == {uid("joris")}
    world.hears(asked("new", slots=2, **german))
    hint = await hinted(world)
    assert chosen(hint) == {uid("anna")}
    assert [each.person for each in hint.candidates] == [uid("anna"), uid("joris")]


async def test_two_new_requests_are_not_promised_the_same_person() -> None:
    world = World(asked("one"), asked("two"), *neighbour("GM0001", "joris"))
    assert await world.planner.hint() == 2
    assert sorted(len(chosen(about(world, name)[0])) for name in ("one", "two")) == [0, 1]


async def test_what_the_last_plan_takes_from_a_cover_counts_as_gone() -> None:
    world = World(asked(), *neighbour("GM0001", "joris", "anna", "bram", cover={BACKUP: 2}))
    await world.planner.plan()
    world.hears(asked("new"))
    assert chosen(await hinted(world)) == set()
    world.hears(lending("GM0001", cover={BACKUP: 1}), asked("newer"))
    assert len(chosen(await hinted(world, "newer"))) == 1


async def test_who_goes_for_a_new_request_takes_from_every_cover_of_their_functions() -> None:
    staff = [person(name, "GM0001", functions=(BACKUP, NETWORK)) for name in ("a", "b")]
    world = World(
        asked("new", slots=3), *neighbour("GM0001", cover={NETWORK: 1}), *staff, on_duty("a"), on_duty("b")
    )
    assert len(chosen(await hinted(world))) == 2
    assert len(chosen(about(world, "new")[0]) & {uid("a"), uid("b")}) == 1


async def test_a_desk_is_promised_no_more_than_its_lender_can_miss() -> None:
    world = World(asked(slots=2), *neighbour("GM0001", "joris", "anna", "bram", ask_people=False))
    await world.planner.plan()
    assert chosen(about(world, "request")[0]) == {"GM0001"}
    world.hears(asked("new", slots=3), asked("newer"))
    assert await world.planner.hint() == 2
    assert chosen(about(world, "new")[0]) == {"GM0001"}
    assert chosen(about(world, "newer")[0]) == set()


async def test_an_exercise_leaves_everybody_to_a_real_request() -> None:
    drill = asked("drill", exercise=True, incident=uid("drill"))
    world = World(drill, incident("drill", exercise=True), *neighbour("GM0001", "joris"))
    await world.planner.plan()
    assert chosen(about(world, "drill")[0]) == {uid("joris")}
    world.hears(asked("new"))
    assert chosen(await hinted(world)) == {uid("joris")}


async def test_another_period_leaves_everybody_to_a_new_request() -> None:
    later = NOW + timedelta(days=90)
    world = World(asked(), *neighbour("GM0001", "joris"))
    await world.planner.plan()
    world.hears(asked("new", needed_by=later, ends=later + timedelta(days=1)))
    assert chosen(await hinted(world)) == {uid("joris")}


NEWER: dict[str, tuple[object, ...]] = {
    "lender became a victim": (incident("other", "GM0001"),),
    "held by now": (commitment("c", "GM0001", "joris"),),
    "switched off": (on_duty("joris", on=False),),
    "needed at home by now": (lending("GM0001", cover={BACKUP: 1}),),
    "has left": (person("joris"),),
}


@pytest.mark.parametrize("name", NEWER)
async def test_a_hint_is_made_from_the_newest_states(name: str) -> None:
    world = World(asked(), *neighbour("GM0001", "joris"), *neighbour("GM0002", "anna"))
    await world.planner.plan()
    world.hears(asked("new"), *NEWER[name])
    assert {each.person for each in (await hinted(world)).candidates} == {uid("anna")}


SILENT: dict[str, tuple[object, ...]] = {
    "withdrawn": (asked("new", state=RequestState.WITHDRAWN),),
    "provisional": (asked("new", state=RequestState.PROVISIONAL, confirmed=None, circle=()),),
    "full": (asked("new", slots=0),),
    "over": (asked("new", needed_by=NOW - timedelta(days=3), ends=NOW),),
    "of an incident not known yet": (asked("new", incident=uid("unknown")),),
    "of a closed incident": (asked("new"), incident(closed_at=NOW)),
}


@pytest.mark.parametrize("name", SILENT)
async def test_where_nobody_may_be_asked_nothing_is_said_at_once(name: str) -> None:
    world = World(*neighbour("GM0001", "joris"), *SILENT[name])
    assert await world.planner.hint() == 0
    assert world.said() == []


async def test_a_request_that_is_confirmed_is_hinted_though_its_terms_are_the_same() -> None:
    world = World(*SILENT["provisional"], *neighbour("GM0001", "joris"))
    await world.planner.plan()
    assert not about(world, "new")[0].candidates
    world.hears(asked("new", version=4))
    assert chosen(await hinted(world)) == {uid("joris")}


async def test_what_was_said_as_it_is_asked_now_is_not_hinted_again() -> None:
    world = World(asked(version=3), *neighbour("GM0001", "joris"))
    await world.planner.plan()
    world.hears(asked(version=4, note="the key is at the porter's"), on_duty("joris", on=False))
    assert await world.planner.hint() == 0
    world.hears(asked(version=5, terms_version=2), on_duty("joris"))
    assert chosen(await hinted(world, "request")) == {uid("joris")}
    assert await world.planner.hint() == 0
