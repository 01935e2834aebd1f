"""What a unit of work in Postgres promises: younger than its locks, whole or nothing, gone when it ends."""

import asyncio
from collections.abc import AsyncIterator

import asyncpg
import pytest

from schemas.events.duty import Duty
from services.aid.ports import Found, Locked
from services.aid.reach import Reach
from services.aid.rules.world import Picture
from services.aid.store.postgres import PostgresStore, PostgresUnit
from services.runtime.database import open_pool
from services.runtime.ports import Answer, Cause
from tests.contract.tables import database_of
from tests.soon import until
from tests.unit.aid.stage import MORNING, key

JORIS = Reach(persons=frozenset({key("joris")}))


database = database_of("aid")


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    made = await open_pool(database, 2)
    yield made
    await made.close()


@pytest.fixture
def store(pool: asyncpg.Pool) -> PostgresStore:
    return PostgresStore(pool)


def answer(name: str) -> Answer:
    return Answer(key("joris"), name, b"\x01" * 32)


async def look(unit: PostgresUnit, name: str) -> Found:
    return await unit.load(await unit.lock(JORIS, answer(name)), Picture(), answer(name))


async def switch_on(unit: PostgresUnit, name: str) -> None:
    duty = Duty(id=key("joris"), on=True, changed_at=MORNING, exercise=False)
    await unit.write([duty], Cause(key(name), None, MORNING), answer(name))


async def until_waited(pool: asyncpg.Pool) -> None:
    """Until somebody waits for a lock."""
    await until(lambda: pool.fetchval("SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted)"))


async def test_whoever_waited_for_a_lock_finds_what_its_holder_wrote(
    store: PostgresStore, database: str
) -> None:
    async def second() -> Found:
        async with store.unit() as unit:
            return await look(unit, "second")

    async with asyncpg.create_pool(database, min_size=1, max_size=1) as watching, store.unit() as unit:
        await look(unit, "first")
        waiting = asyncio.create_task(second())
        await until_waited(watching)
        await switch_on(unit, "first")
    assert (await waiting).world.duties[key("joris")].on


async def test_a_command_that_was_answered_is_found_with_the_hash_of_its_body(store: PostgresStore) -> None:
    async with store.unit() as unit:
        assert (await look(unit, "tap")).seen is None
        await switch_on(unit, "tap")
    async with store.unit() as unit:
        seen = (await look(unit, "tap")).seen
    assert seen is not None
    assert (seen.body_hash, seen.rows) == (b"\x01" * 32, (("duty", str(key("joris"))),))
    async with store.unit() as unit:
        assert (await look(unit, "another tap")).seen is None


async def test_a_command_that_changes_nothing_is_remembered_too(
    pool: asyncpg.Pool, store: PostgresStore
) -> None:
    async with store.unit() as unit:
        await look(unit, "tap")
        await unit.write([], Cause(key("tap"), None, MORNING), answer("tap"))
    async with store.unit() as unit:
        seen = (await look(unit, "tap")).seen
    assert seen is not None and seen.rows == ()
    assert await pool.fetchval("SELECT count(*) FROM journal") == 0


async def test_a_unit_that_fails_leaves_nothing_and_holds_nothing(
    pool: asyncpg.Pool, store: PostgresStore
) -> None:
    with pytest.raises(ZeroDivisionError):
        async with store.unit() as unit:
            await look(unit, "tap")
            await switch_on(unit, "tap")
            raise ZeroDivisionError
    for table in ("duty", "journal", "outbox", "answered"):
        assert await pool.fetchval(f"SELECT count(*) FROM {table}") == 0, table
    assert await pool.fetchval("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0


async def test_a_unit_that_is_cancelled_while_it_waits_holds_nothing(
    store: PostgresStore, database: str
) -> None:
    async def second() -> None:
        async with store.unit() as unit:
            await look(unit, "second")

    async with asyncpg.create_pool(database, min_size=1, max_size=1) as watching:
        async with store.unit() as unit:
            await look(unit, "first")
            waiting = asyncio.create_task(second())
            await until_waited(watching)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
        assert await watching.fetchval("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'") == 0
    async with store.unit() as unit:
        await look(unit, "third")


async def test_whoever_waits_two_seconds_for_a_lock_gives_up(store: PostgresStore) -> None:
    async with store.unit() as unit:
        await look(unit, "first")
        with pytest.raises(Locked):
            async with store.unit() as other:
                await look(other, "second")
        await switch_on(unit, "first")
    async with store.unit() as unit:
        assert (await look(unit, "third")).world.duties[key("joris")].on


async def test_a_session_remembers_nothing_of_the_unit_before(
    pool: asyncpg.Pool, store: PostgresStore
) -> None:
    async with store.unit() as unit:
        await look(unit, "tap")
    for _ in range(2):
        assert await pool.fetchval("SHOW lock_timeout") == "0"
