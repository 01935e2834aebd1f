"""Who gets the public half of their data key: who comes, who was there before, nobody who is forgotten."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from schemas.events.person import Person
from services.directory.store import halves
from services.directory.store.halves import give_halves
from services.directory.store.writes import Writes
from services.runtime.database import LOCK, open_pool
from services.runtime.seal import public_half
from tests.contract.data_keys import ANNA, BRAM, CEES, NOW, Interrupted, half_of, made_up
from tests.contract.doorstep import directory, signed_in
from tests.contract.doubles import said_nowhere
from tests.contract.switching import until_waited
from tests.contract.tables import database_of

SECONDS = 5

database = database_of("directory")


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    """A directory of before there were halves, with Anna and Bram in it."""
    made = await open_pool(database, 3)
    await Writes(made).seed_people([made_up(ANNA), made_up(BRAM)], NOW)
    await made.execute("UPDATE person SET state = state - 'sealing'")
    yield made
    await made.close()


async def key_of(pool: asyncpg.Pool, person: UUID) -> bytes:
    return bytes(await pool.fetchval("SELECT key FROM data_key WHERE person = $1", str(person)))


async def test_whoever_comes_in_has_one_at_once(pool: asyncpg.Pool) -> None:
    await Writes(pool).add_person(Person(id=CEES, readers={}, exercise=False), "Cees", "+31600000000", NOW)
    assert await half_of(pool, CEES) == public_half(await key_of(pool, CEES))


async def test_however_many_they_are_and_past_a_forgotten_one_whose_key_is_back(
    pool: asyncpg.Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(halves, "AT_ONCE", 1)
    await Writes(pool).add_person(Person(id=CEES, readers={}, exercise=False), "Cees", "+31600000000", NOW)
    key = await key_of(pool, CEES)
    await Writes(pool).forget(CEES, NOW, said_nowhere)
    await pool.execute("INSERT INTO data_key (person, key) VALUES ($1, $2)", str(CEES), key)
    async with asyncio.timeout(SECONDS):
        await give_halves(pool, NOW)
    for person in (ANNA, BRAM):
        assert await half_of(pool, person) == public_half(await key_of(pool, person))
    assert await half_of(pool, CEES) == ""


@asynccontextmanager
async def lent(pool: asyncpg.Pool) -> AsyncIterator[Any]:
    """A connection after whose first answer Anna is forgotten by another one."""
    async with pool.acquire() as connection:
        yield Interrupted(connection, Writes(pool))


async def test_who_is_forgotten_meanwhile_gets_none(pool: asyncpg.Pool) -> None:
    class Lending:
        def acquire(self) -> Any:
            return lent(pool)

    await give_halves(Lending(), NOW)  # type: ignore[arg-type]
    assert await half_of(pool, ANNA) == ""
    assert await half_of(pool, BRAM) == public_half(await key_of(pool, BRAM))


async def test_it_waits_for_whoever_changes_the_person(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        async with connection.transaction():
            await connection.execute(LOCK, f"person:{ANNA}")
            given = asyncio.ensure_future(give_halves(pool, NOW))
            await until_waited(connection)
            assert not given.done()
        await given
    assert await half_of(pool, ANNA) == public_half(await key_of(pool, ANNA))


async def test_a_directory_that_starts_gives_what_is_missing(filled: str) -> None:
    async with directory(filled) as before:
        _, _, person = await signed_in(before)
    async with await open_pool(filled, 1) as pool:
        await pool.execute("UPDATE person SET state = state - 'sealing'")
        async with directory(filled):
            half = await half_of(pool, UUID(person))
        assert half == public_half(await key_of(pool, UUID(person)))
