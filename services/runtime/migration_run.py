"""What every service's alembic environment does: run the revisions on an asyncpg connection."""

import asyncio

from alembic import context
from sqlalchemy import Connection

from services.runtime.engine import open_engine


def run() -> None:
    """Called by `env.py` of a service."""
    asyncio.run(_online(context.config.attributes["dsn"]))


async def _online(dsn: str) -> None:
    engine = open_engine(dsn)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade)
            await connection.commit()
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    context.configure(connection=connection, transaction_per_migration=True)
    with context.begin_transaction():
        context.run_migrations()
