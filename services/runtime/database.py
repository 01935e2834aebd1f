"""Connections of a service to its own schema: a pool for commands, sessions for the rest, migrations."""

from pathlib import Path
from typing import Any, Final

import asyncpg
from alembic import command
from alembic.config import Config
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.util import await_only

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


def open_engine(dsn: str) -> AsyncEngine:
    """SQLAlchemy's engine on the same database, for SQLModel sessions."""
    address = dsn.replace("postgresql://", "postgresql+asyncpg://", 1)
    # After a restart of the database every connection in the pool is dead: it is tried before it is lent out.
    return create_async_engine(address, pool_size=4, pool_pre_ping=True)


def migrate(folder: Path, dsn: str) -> None:
    """Bring the schema to the newest revision in `folder`; each revision is one transaction."""
    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    config.attributes["dsn"] = dsn
    command.upgrade(config, "head")


def run_script(operations: Any, script: str) -> None:
    """Run several statements of SQL in a migration; SQLAlchemy's own way takes one at a time with asyncpg."""
    connection: Any = operations.get_bind().connection.driver_connection
    await_only(connection.execute(script))
