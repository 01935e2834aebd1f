"""The emergency switch: how it is thrown, and what waits while it is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import asyncpg

from schemas.events.person import Membership, Person
from schemas.values import IBD, Right
from services.directory.store.opening import trust_lock
from services.runtime.database import LOCK
from tests.contract.doorstep import Browser
from tests.contract.office import proven, welcomed
from tests.phone import Phone

HOF = "organisations/GM1735"
DISTRUST, TRUST = f"{HOF}/distrust", f"{HOF}/trust"
WAIT_SECONDS = 5


async def throw(here: Browser, phone: Phone, path: str = DISTRUST) -> dict[str, Any]:
    """Throw it, or take it back, with a key shown here and now."""
    status, found = await proven(here, phone, "switch", path, {})
    assert status == 200, found
    return found


async def officer(app: Any, database: str) -> tuple[Browser, Phone]:
    """Somebody on duty at the IBD, signed in."""
    person = Person(
        id=uuid4(), memberships=(Membership(organisation=IBD, rights=(Right.IBD,)),), exercise=False
    )
    return await welcomed(app, database, person, "Ruud Verzonnen")


async def trust_rows(database: str) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(database)
    rows = await connection.fetch("SELECT id, version, state->>'distrusted' AS distrusted FROM trust")
    await connection.close()
    return list(rows)


@asynccontextmanager
async def being_thrown(database: str) -> AsyncIterator[asyncpg.Connection]:
    """Somebody is in the middle of throwing the switch."""
    connection = await asyncpg.connect(database)
    async with connection.transaction():
        await connection.execute(LOCK, trust_lock("GM1735"))
        yield connection
    await connection.close()


async def until_waited(connection: asyncpg.Connection, waiting: int = 1) -> None:
    """Until so many wait for locks of this database."""
    query = """SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"""
    async with asyncio.timeout(WAIT_SECONDS):
        while await connection.fetchval(query) < waiting:
            await asyncio.sleep(0.01)
