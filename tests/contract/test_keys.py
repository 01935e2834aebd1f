"""The data keys, on their way out to a backup and back in: nobody who was forgotten can be read again."""

from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest
from pydantic import ValidationError

from schemas.events.person import Person
from services.directory.seed import seed
from services.directory.store.halves import give_halves
from services.directory.store.keys import KeyFile, Restored, exported, imported
from services.directory.store.writes import Writes
from services.runtime.database import open_pool
from services.runtime.seal import public_half
from services.runtime.settings import Seed, SeedSettings
from tests.contract.data_keys import ANNA, BRAM, CEES, NOW, Interrupted, half_of, made_up
from tests.contract.doubles import said_nowhere
from tests.contract.tables import database_of

database = database_of("directory")


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    made = await open_pool(database, 2)
    yield made
    await made.close()


@pytest.fixture
async def writes(pool: asyncpg.Pool) -> Writes:
    """A directory with Anna and Bram in it."""
    made = Writes(pool)
    await made.seed_people([made_up(ANNA), made_up(BRAM)], NOW)
    return made


async def test_made_up_people_are_never_put_among_real_ones(database: str, pool: asyncpg.Pool) -> None:
    settings = SeedSettings(database=database, seed=Seed.FICTITIOUS, seed_people=1_100)
    await Writes(pool).add_person(Person(id=CEES, readers={}, exercise=False), "Cees", "+31600000000", NOW)
    with pytest.raises(SystemExit, match="real people"):
        await seed(settings)
    assert await pool.fetchval("SELECT count(*) FROM person") == 1
    assert await pool.fetchval("SELECT count(*) FROM organisation") == 0
    await seed(settings.model_copy(update={"seed": Seed.NONE}))
    await Writes(pool).seed_people([made_up(ANNA)], NOW)
    # A demonstration to which somebody real was let in is still one.
    await seed(settings)
    # So many, and the engineers of partnerships.
    assert await pool.fetchval("SELECT count(*) FROM person") > 1_102


async def keys_in(pool: asyncpg.Pool) -> set[UUID]:
    return {UUID(row["person"]) for row in await pool.fetch("SELECT person FROM data_key")}


async def keys_of(pool: asyncpg.Pool) -> KeyFile:
    async with pool.acquire() as connection:
        return await exported(connection)


async def take_in(pool: asyncpg.Pool, file: KeyFile) -> Restored:
    """As a restore does: the dump holds no keys."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("DELETE FROM data_key")
        return await imported(connection, file, NOW)


async def test_who_is_forgotten_while_the_keys_are_read_is_one_of_the_two(
    pool: asyncpg.Pool, writes: Writes
) -> None:
    async with pool.acquire() as connection:
        file = await exported(Interrupted(connection, writes))
    assert set(file.keys) & set(file.forgotten) == set()
    assert set(file.keys) | set(file.forgotten) == {ANNA, BRAM}


async def test_an_older_key_file_brings_nobody_back_who_is_forgotten_in_the_tables(
    pool: asyncpg.Pool, writes: Writes
) -> None:
    older = await keys_of(pool)
    await writes.forget(ANNA, NOW, said_nowhere)
    await take_in(pool, older)
    assert await keys_in(pool) == {BRAM}


async def test_who_was_forgotten_since_the_backup_is_forgotten_again(
    pool: asyncpg.Pool, writes: Writes
) -> None:
    file = await keys_of(pool)
    newer = KeyFile(keys={BRAM: file.keys[BRAM]}, forgotten=[ANNA])
    assert (await take_in(pool, newer)).forgotten == 1
    assert await keys_in(pool) == {BRAM}
    assert (await keys_of(pool)).forgotten == [ANNA]


async def test_tables_that_came_back_with_their_keys_forget_too(pool: asyncpg.Pool, writes: Writes) -> None:
    # As a cluster's own copy of the database brings them.
    file = await keys_of(pool)
    newer = KeyFile(keys={BRAM: file.keys[BRAM]}, forgotten=[ANNA])
    async with pool.acquire() as connection, connection.transaction():
        assert (await imported(connection, newer, NOW)).forgotten == 1
    assert await keys_in(pool) == {BRAM}


async def test_a_key_of_somebody_who_came_after_the_backup_does_not_keep_them_from_being_made_again(
    pool: asyncpg.Pool, writes: Writes
) -> None:
    file = await keys_of(pool)
    await take_in(pool, KeyFile(keys={**file.keys, CEES: file.keys[BRAM]}, forgotten=[]))
    assert await writes.seed_people([made_up(CEES)], NOW) == 1


async def test_who_has_no_key_in_the_file_is_counted(pool: asyncpg.Pool, writes: Writes) -> None:
    file = await keys_of(pool)
    found = await take_in(pool, KeyFile(keys={BRAM: file.keys[BRAM]}, forgotten=[]))
    assert found == Restored(keys=1, forgotten=0, unreadable=1)


def test_what_is_wrong_with_a_key_file_is_said_without_its_keys() -> None:
    with pytest.raises(ValidationError) as refused:
        KeyFile.model_validate_json(f'{{"keys": {{"{ANNA}": ["secret"]}}, "forgotten": []}}')
    assert "secret" not in str(refused.value)


async def test_everybody_has_a_public_half_that_goes_when_they_are_forgotten_and_older_ones_are_given_theirs(
    pool: asyncpg.Pool, writes: Writes
) -> None:
    key = await pool.fetchval("SELECT key FROM data_key WHERE person = $1", str(ANNA))
    assert await half_of(pool, ANNA) == public_half(key)
    await writes.forget(BRAM, NOW, said_nowhere)
    assert await half_of(pool, BRAM) == ""
    # As a release of before wrote them.
    await pool.execute("UPDATE person SET state = state - 'sealing' WHERE id = $1", str(ANNA))
    for _ in range(2):
        await give_halves(pool, NOW)
    assert (await half_of(pool, ANNA), await half_of(pool, BRAM)) == (public_half(key), "")
    assert await pool.fetchval("SELECT version FROM person WHERE id = $1", str(ANNA)) == 2
    await pool.execute("DELETE FROM data_key")
    await give_halves(pool, NOW)
    assert await half_of(pool, ANNA) == ""
