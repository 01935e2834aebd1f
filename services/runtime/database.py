"""Connections of a service to its own schema."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg

STATEMENT_SECONDS = 10
"""No command of ours needs longer; one that does would hold its locks for everybody else."""


AWAY: Final = (
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    # "Another operation is in progress", on a connection that died while it was being opened (asyncpg 0.32).
    asyncpg.InternalClientError,
    OSError,
)
"""What a statement raises while the database is away, for whoever goes on and asks again later."""

LOCK: Final = "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))"
"""A name is ours until the transaction ends."""


@asynccontextmanager
async def connected(dsn: str, seconds: float = 60) -> AsyncIterator[Any]:
    """A connection for the length of a block, without the limits of a pool's; opened within `seconds`."""
    connection = await asyncpg.connect(dsn, timeout=seconds)
    try:
        yield connection
    finally:
        await connection.close()


async def open_pool(dsn: str, size: int) -> "asyncpg.Pool[Any]":
    """A pool of at most `size` connections; the caller closes it."""
    settings = {"statement_timeout": f"{STATEMENT_SECONDS}s", "idle_in_transaction_session_timeout": "30s"}
    return await asyncpg.create_pool(
        dsn, min_size=1, max_size=size, server_settings=settings, reset=_nothing_to_forget
    )


async def _nothing_to_forget(connection: object) -> None:
    """What asyncpg asks of a session when it is given back costs as much as a statement of ours.

    No unit of work leaves anything in one: locks and settings end with the transaction, and a transaction
    that is still open is rolled back before this.
    """
