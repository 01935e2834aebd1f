"""Gives every owner a role and a schema of its own in Postgres, so that none can read another's tables."""

import asyncio

import asyncpg

from deploy.stack import OWNERS, Platform
from services.runtime.database import connected

DATABASE = "noaber"


def provision(superuser: str, platform: Platform) -> None:
    """Create what is missing and set the passwords of this home; a second run changes nothing."""
    asyncio.run(_provision(superuser, platform))


async def _provision(superuser: str, platform: Platform) -> None:
    async with connected(superuser) as server:
        if not await server.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", DATABASE):
            await server.execute(f"CREATE DATABASE {DATABASE}")
        await server.execute(f"REVOKE ALL ON DATABASE {DATABASE} FROM PUBLIC")
        for owner in OWNERS:
            await _role(server, owner, platform.secrets.passwords[owner])
    async with connected(superuser.rsplit("/", 1)[0] + f"/{DATABASE}") as inside:
        await inside.execute("REVOKE ALL ON SCHEMA public FROM PUBLIC")
        for owner in OWNERS:
            await inside.execute(f"CREATE SCHEMA IF NOT EXISTS {owner} AUTHORIZATION {owner}")


async def _role(server: "asyncpg.Connection[asyncpg.Record]", owner: str, password: str) -> None:
    if not await server.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", owner):
        await server.execute(f"CREATE ROLE {owner} LOGIN")
    # A password cannot be a parameter of ALTER ROLE; Postgres itself quotes it for us.
    statement = await server.fetchval(
        "SELECT format('ALTER ROLE %I PASSWORD %L', $1::text, $2::text)", owner, password
    )
    await server.execute(statement)
    await server.execute(f"ALTER ROLE {owner} SET search_path = {owner}")
    await server.execute(f"GRANT CONNECT ON DATABASE {DATABASE} TO {owner}")
