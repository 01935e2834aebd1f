"""Publishes the public half of each data key, and takes back halves of keys that are gone.

The one for whoever was there before there were halves; the other where a key did not come back with a
restore, since nobody could ever read what is told for it.
"""

from datetime import datetime
from typing import Any, Final
from uuid import uuid4

import asyncpg

from schemas.events.person import Person
from services.directory.store.writes import TABLES, with_half
from services.runtime.database import LOCK
from services.runtime.ports import Cause, Written

AT_ONCE: Final = 500

_AMISS: Final = """
SELECT person.id, data_key.key FROM person LEFT JOIN data_key ON data_key.person = person.id
WHERE person.state->>'forgotten' <> 'true'
AND (data_key.key IS NULL) <> (coalesce(person.state->>'sealing', '') = '') ORDER BY person.id LIMIT $1
"""


async def give_halves(pool: "asyncpg.Pool[Any]", at: datetime) -> None:
    """Until all is well; a second run changes nothing."""
    while await _give_some(pool, at) == AT_ONCE:
        pass


async def _give_some(pool: "asyncpg.Pool[Any]", at: datetime) -> int:
    async with pool.acquire() as connection, connection.transaction():
        found = {row["id"]: row["key"] for row in await connection.fetch(_AMISS, AT_ONCE)}
        for key in found:
            await connection.execute(LOCK, f"person:{key}")
        # Read anew under the locks: somebody may have been forgotten since.
        known = await TABLES.read(connection, Person.TYPE, list(found))
        written = [
            Written(with_half(each.state, found[each.state.key]), each.version + 1)
            for each in known
            if isinstance(each.state, Person) and not each.state.forgotten
        ]
        await TABLES.write(connection, written, Cause(uuid4(), None, at))
    return len(found)
