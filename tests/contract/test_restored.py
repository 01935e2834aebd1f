"""What restored tables are told before anything runs on them: an epoch of their own, and all again."""

from datetime import UTC, datetime, timedelta

import asyncpg

from services.runtime.outbox import begin_epoch
from services.runtime.restored import begin_anew

NOW = datetime(2026, 1, 5, 7, 10, tzinfo=UTC)


async def restored(pool: asyncpg.Pool, at: datetime) -> int:
    """A backup of the first epoch comes back; the epoch it goes on with."""
    async with pool.acquire() as connection, connection.transaction():
        await connection.execute("UPDATE epoch SET number = 1")
        return await begin_anew(connection, at)


async def test_a_backup_that_is_restored_twice_begins_two_epochs(pool: asyncpg.Pool) -> None:
    first = await restored(pool, NOW)
    assert await restored(pool, NOW + timedelta(minutes=1)) > first > 1


async def test_a_restore_begins_a_later_epoch_than_a_log_that_was_lost_since_the_backup(
    pool: asyncpg.Pool,
) -> None:
    async with pool.acquire() as connection, connection.transaction():
        lost = [await begin_epoch(connection) for _ in range(3)]
    assert await restored(pool, NOW) > max(lost)


async def test_a_clock_that_is_behind_does_not_bring_an_epoch_back(pool: asyncpg.Pool) -> None:
    first = await restored(pool, NOW)
    async with pool.acquire() as connection, connection.transaction():
        assert await begin_anew(connection, NOW - timedelta(days=400)) == first + 1
