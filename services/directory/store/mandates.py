"""How an organisation's list of mandates changes: journalled, and published with the organisation."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from schemas.events.organisation import Organisation
from schemas.refused import Refused
from services.directory.store.writes import ORGANISATIONS, TABLES
from services.runtime.answered import cause_id, unit
from services.runtime.database import LOCK
from services.runtime.ports import Cause, Written


class Mandates:
    """Changes on a pool of connections to the directory's own schema."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def read(self, organisation: str) -> Organisation:
        """An organisation as it is now. Refused: `not_found`."""
        async with self._pool.acquire() as connection:
            _, known = await _known(connection, organisation)
            return known

    async def change(
        self, organisation: str, decide: Callable[[Organisation], Organisation], who: UUID, at: datetime
    ) -> Organisation:
        """The organisation as its next version, if anything changed. Raises what `decide` raises."""
        async with unit(self._pool) as connection:
            await connection.execute(LOCK, ORGANISATIONS)
            version, known = await _known(connection, organisation)
            decided = decide(known)
            if decided != known:
                await TABLES.write(connection, [Written(decided, version + 1)], Cause(cause_id(), who, at))
            return decided


async def _known(connection: Any, organisation: str) -> tuple[int, Organisation]:
    found = await TABLES.read(connection, Organisation.TYPE, [organisation])
    if not found or not isinstance(found[0].state, Organisation):
        raise Refused("not_found")
    return found[0].version, found[0].state
