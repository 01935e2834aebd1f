"""What a command finds under its locks: one suite, on the store in memory and on Postgres."""

from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest

from schemas.events.person import Membership, Person
from schemas.state import Row
from schemas.values import Right
from services.aid.handlers.desk import Desk
from services.aid.ports import Store
from services.aid.reach import Reach
from services.aid.rules import commands
from services.aid.rules.world import Picture, Terms, World
from services.aid.store.aggregates import TABLES
from services.aid.store.postgres import PostgresStore
from services.runtime.answered import KEPT, forget_older
from services.runtime.ports import Cause, Written
from tests.contract.tables import database_of
from tests.unit.aid.memory import Memory
from tests.unit.aid.stage import MORNING, Stage, key

Keep = Callable[[Stage], Awaitable[Store]]
"""Copies what a stage holds into the store under test."""


@pytest.fixture
def memory() -> Keep:
    async def keep(stage: Stage) -> Store:
        return stage.memory

    return keep


database = database_of("aid")


@pytest.fixture
async def postgres(database: str) -> AsyncIterator[Keep]:
    async with asyncpg.create_pool(database, min_size=1, max_size=4) as pool:

        async def keep(stage: Stage) -> Store:
            async with pool.acquire() as connection, connection.transaction():
                for each in sorted(stage.memory.history + _unseen(stage.memory), key=lambda w: w.version):
                    cause = Cause(key(f"{each.state.TYPE} {each.state.key} {each.version}"), None, MORNING)
                    await TABLES.write(connection, [each], cause)
            return PostgresStore(pool)

        yield keep


def _unseen(memory: Memory) -> list[Written]:
    """What was put on the stage beforehand, as first versions."""
    told = {(each.state.TYPE, each.state.key) for each in memory.history}
    return [Written(each.state, 1) for place, each in memory.states.items() if place not in told]


@pytest.fixture(params=["memory", "postgres"])
def keep(request: pytest.FixtureRequest) -> Keep:
    found: Keep = request.getfixturevalue(request.param)
    return found


async def under_locks(store: Store, picture: Picture, reach: Reach) -> World:
    async with store.unit() as unit:
        return (await unit.load(await unit.lock(reach, None), picture, None)).world


def picture_of(stage: Stage) -> Picture:
    return Picture(stage.people, stage.organisations, stage.staff)


def two_employers(stage: Stage, name: str, *employers: str) -> None:
    """One of the helpers works somewhere else as well."""
    members = tuple(Membership(organisation=each) for each in employers)
    person: Person = stage.people[key(name)].model_copy(update={"memberships": members})
    stage.people[person.id] = person
    for each in employers:
        stage.staff.setdefault(each, {})[person.id] = person


async def test_a_colleague_who_is_held_through_another_employer_is_not_at_home(keep: Keep) -> None:
    stage = Stage()
    two_employers(stage, "joris", "GM0153", "GM0164")
    first, second = await stage.request(name="first"), await stage.request(name="second")
    await stage.suggest(first, "joris")
    await stage.suggest(second, "hugo")
    held = await stage.claim("joris", first)
    reach = Reach(requests=frozenset({second}), organisations=frozenset({"GM0164"}))
    world = await under_locks(await keep(stage), picture_of(stage), reach)
    assert held.id in world.commitments


@pytest.mark.parametrize("opened", ["commitments", "asked_persons", "asked_organisations", "whole_incidents"])
async def test_an_open_end_leads_to_the_whole_request(keep: Keep, opened: str) -> None:
    stage = Stage()
    request = await stage.request(2)
    await stage.suggest(request, "joris", "hugo")
    held = await stage.claim("joris", request)
    ends: dict[str, frozenset[object]] = {
        "commitments": frozenset({held.id}),
        "asked_persons": frozenset({key("hugo")}),
        "asked_organisations": frozenset({"GM0164"}),
        "whole_incidents": frozenset({key("incident")}),
    }
    reach = Reach(**{opened: ends[opened]})
    world = await under_locks(await keep(stage), picture_of(stage), reach)
    assert set(world.requests) == {request} == set(world.request_versions)
    assert {each.person for each in world.approaches_for(request)} == {key("joris"), key("hugo")}
    assert [each.id for each in world.commitments_for(request)] == [held.id]
    assert world.incident(key("incident")).is_open
    assert {key("joris"), key("hugo")} <= set(world.duties) and {"GM0153", "GM0164"} <= set(world.lendings)


async def test_a_lender_that_only_holds_a_slot_is_found_when_it_is_hit(keep: Keep) -> None:
    stage = Stage()
    request = await stage.request()
    await stage.suggest(request, "hugo")
    held = await stage.claim("hugo", request)
    reach = Reach(asked_organisations=frozenset({"GM0164"}))
    world = await under_locks(await keep(stage), picture_of(stage), reach)
    assert set(world.requests) == {request}
    assert [each.id for each in world.commitments_for(request)] == [held.id]


async def test_a_victim_among_those_who_are_asked_is_known(keep: Keep) -> None:
    stage = Stage()
    request = await stage.request()
    stage.person("bea", "GM0153", rights=(Right.REPORT,))
    hit = commands.ReportIncident(
        id=key("hit"), affected="GM0153", since=stage.now, call_back={"phone": "06 00000000"}
    )
    await stage.do("bea", hit)
    reach = Reach(requests=frozenset({request}), organisations=frozenset({"GM0153"}))
    world = await under_locks(await keep(stage), picture_of(stage), reach)
    assert world.is_victim("GM0153") and not world.is_victim("GM0164")


async def test_what_a_command_leaves_is_what_the_next_one_finds(keep: Keep) -> None:
    stage = Stage()
    request = await stage.request()
    await stage.suggest(request, "joris", "hugo")
    store = await keep(stage)
    stage.desk = Desk(store, picture_of(stage), lambda: stage.now, Terms())
    claim = stage.a_claim("joris", request)
    first = await stage.do("joris", claim, request, key_text="tap")
    again = await stage.do("joris", claim, request, key_text="tap")
    assert {_place(each.state) for each in again.rows} == {_place(each.state) for each in first.rows}
    world = await under_locks(store, picture_of(stage), Reach(requests=frozenset({request})))
    assert world.request(request).open_slots == 0
    assert [each.person for each in world.commitments_for(request)] == [key("joris")]
    refusal = await stage.refused("taken", "hugo", stage.a_claim("hugo", request), request)
    assert [each["lender"] for each in refusal.facts["commitments"]] == ["GM0153"]


async def test_a_line_whose_id_was_used_before_is_found(keep: Keep) -> None:
    stage = Stage()
    await stage.incident()
    await stage.do("wilma", commands.WriteLog(id=key("note"), text="Balie dicht"), key("incident"))
    reach = Reach(incidents=frozenset({key("incident")}), lines=frozenset({key("note")}))
    world = await under_locks(await keep(stage), picture_of(stage), reach)
    assert set(world.log) == {key("note")}


async def test_what_was_answered_more_than_a_week_ago_is_forgotten(database: str, postgres: Keep) -> None:
    stage = Stage()
    stage.desk = Desk(await postgres(stage), picture_of(stage), lambda: stage.now, Terms())
    for name in ("old", "new"):
        await stage.do("joris", commands.ChangeDuty(on=True), key_text=name)
        stage.later(days=7)
    async with asyncpg.create_pool(database, min_size=1, max_size=1) as pool:
        await forget_older(pool, stage.now - KEPT)
        assert [row["key"] for row in await pool.fetch("SELECT key FROM answered")] == ["new"]


def _place(row: object) -> tuple[str, str]:
    assert isinstance(row, Row)
    return row.TYPE, row.key
