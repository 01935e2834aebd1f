"""How trust in an organisation's own IT changes: with every session that ends by it, in one transaction."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from schemas.events.organisation import Organisation
from schemas.events.trust import Trust
from schemas.refused import Refused
from schemas.state import State
from services.directory.store.access import ended_sessions
from services.directory.store.opening import HOSTS, trust_lock
from services.directory.store.systems import ended_systems
from services.directory.store.writes import TABLES
from services.runtime.answered import cause_id, unit
from services.runtime.database import LOCK
from services.runtime.ports import Cause, Written

Decide = Callable[[Organisation, Trust | None], Trust | None]

# Of everybody who works there, and of its guests and systems; one that ran out by itself needs no end.
_ITS_SESSIONS = f"""person IN (SELECT id FROM person WHERE employers @> jsonb_build_array($1::text)
OR {HOSTS} @> jsonb_build_array($1::text))
AND (state->>'expires_at')::timestamptz > $2::text::timestamptz"""  # noqa: S608 our own words alone


class Trusts:
    """Changes on a pool of connections to the directory's own schema."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def switch(
        self, organisation: str, decide: Decide, who: UUID, at: datetime
    ) -> tuple[Trust | None, list[State]]:
        """What is true now, and the sessions and keys of systems that ended by it. Raises as `decide`.

        Whoever opens a session holds the same lock (`store.opening`): one that is being opened is either
        seen here and ended, or opened after it. Refused: `not_found`.
        """
        async with unit(self._pool) as connection:
            await connection.execute(LOCK, trust_lock(organisation))
            version, known = await _known(connection, organisation)
            decided = decide(await _facts(connection, organisation), known)
            if decided is None or decided == known:
                return known, []
            over: list[Written] = []
            if decided.distrusted:
                over = await ended_systems(connection, organisation, who, at)
                over += await ended_sessions(connection, _ITS_SESSIONS, organisation, at.isoformat())
            written = [Written(decided, version + 1), *over]
            await TABLES.write(connection, written, Cause(cause_id(), who, at))
        return decided, [each.state for each in over]

    async def facts(self, organisation: str) -> Organisation:
        """The organisation that is meant. Refused: `not_found`."""
        async with self._pool.acquire() as connection:
            return await _facts(connection, organisation)


async def restore_distrust(connection: Any, distrusted: Sequence[Trust], at: datetime) -> list[str]:
    """Distrust anew who was so when the key file was written; everybody who is distrusted now, by id.

    Who is distrusted in the tables alone stays so: no backup brings trust. Inside the caller's transaction.
    """
    written: list[Written] = []
    for each in distrusted:
        version, known = await _known(connection, each.id)
        if known is None or not known.distrusted:
            written.append(Written(each, version + 1))
    await TABLES.write(connection, written, Cause(uuid4(), None, at))
    rows = await connection.fetch("SELECT id FROM trust WHERE state->>'distrusted' = 'true' ORDER BY id")
    return [row["id"] for row in rows]


async def _known(connection: Any, organisation: str) -> tuple[int, Trust | None]:
    """Version and state; version 0 where nothing was ever decided."""
    known = await TABLES.read(connection, Trust.TYPE, [organisation])
    if not known or not isinstance(known[0].state, Trust):
        return 0, None
    return known[0].version, known[0].state


async def _facts(connection: Any, organisation: str) -> Organisation:
    found = await TABLES.read(connection, Organisation.TYPE, [organisation])
    if not found or not isinstance(found[0].state, Organisation):
        raise Refused("not_found")
    return found[0].state
