"""How the keys of systems come, open and end: each in one transaction with the sessions it is about."""

from collections.abc import Collection
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg

from schemas.events.access import Access
from schemas.events.person import Person
from schemas.events.session import Session
from schemas.refused import Refused
from schemas.state import State
from services.directory.rules.systems import MOST_SYSTEMS, ended, is_let_in
from services.directory.store.access import ended_sessions, locked_access
from services.directory.store.opening import opened_for
from services.directory.store.opening import opening as opens
from services.directory.store.writes import TABLES
from services.runtime.answered import cause_id, unit
from services.runtime.database import LOCK
from services.runtime.ports import Cause, Written

_LIVING: Final = """
SELECT person.id FROM person JOIN access ON access.id = person.id
WHERE person.state->>'system' = $1 AND access.state->'system'->>'ended_at' IS NULL
ORDER BY person.id
"""

_USED: Final = """
SELECT person, max((state->>'started_at')::timestamptz) AS at FROM session
WHERE person = ANY($1::text[]) GROUP BY person
"""

_OPEN: Final = "person = $1 AND (state->>'expires_at')::timestamptz > $2::text::timestamptz"

MOST_SESSIONS: Final = 30
"""Of one system at once: as many programs may share a key, or one that asks for a token every minute; and who
has it fills `live` with no sockets."""


class Systems:
    """Changes on a pool of connections to the directory's own schema."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def make(self, person: Person, access: Access, who: UUID, at: datetime) -> None:
        """Write a new one. Refused: `system_distrusted`, `too_many_systems`."""
        organisation = person.system or ""
        async with unit(self._pool) as connection:
            if not await opened_for(connection, organisation):
                raise Refused("system_distrusted")
            await connection.execute(LOCK, f"systems:{organisation}")
            if len(await connection.fetch(_LIVING, organisation)) >= MOST_SYSTEMS:
                raise Refused("too_many_systems", most=MOST_SYSTEMS)
            written = [Written(person, 1), Written(access, 1)]
            await TABLES.write(connection, written, Cause(cause_id(), who, at))

    async def enter(self, session: Session, secret: str, at: datetime) -> list[State]:
        """Open a session with a key that still opens; what else changed: of too many, the oldest end.

        Refused: `system_refused`, and as `opening`.
        """
        async with unit(self._pool) as connection:
            await opens(connection, session.person)
            _, access = await locked_access(connection, session.person)
            if not is_let_in(access, secret, at):
                raise Refused("system_refused")
            living = await ended_sessions(connection, _OPEN, str(session.person), at.isoformat())
            over = sorted(living, key=_began)[: -MOST_SESSIONS + 1]
            cause = Cause(cause_id(), session.person, at)
            await TABLES.write(connection, [Written(session, 1), *over], cause)
        return [each.state for each in over]

    async def used(self, people: Collection[UUID]) -> dict[UUID, datetime]:
        """When each came in last; whoever never did is not in it."""
        rows = await self._pool.fetch(_USED, [str(each) for each in people])
        return {UUID(row["person"]): row["at"] for row in rows}

    async def end(self, person: UUID, who: UUID | None, at: datetime) -> list[State]:
        """End a key and its sessions; all that changed. `who` is empty where its time was up."""
        async with unit(self._pool) as connection:
            over = await _ended(connection, [str(person)], who, at)
            over += await ended_sessions(connection, "person = $1", str(person))
            await TABLES.write(connection, over, Cause(cause_id(), who, at))
        return [each.state for each in over]


def _began(written: Written) -> datetime:
    assert isinstance(written.state, Session)
    return written.state.started_at


async def ended_systems(connection: Any, organisation: str, who: UUID, at: datetime) -> list[Written]:
    """The keys of an organisation that still opened, ended. Inside the caller's transaction."""
    keys = [row["id"] for row in await connection.fetch(_LIVING, organisation)]
    return await _ended(connection, keys, who, at)


async def restore_systems(connection: Any, over: Collection[UUID], at: datetime) -> int:
    """End anew what had ended when the key file was written; how many open now.

    Inside the caller's transaction.
    """
    written = await _ended(connection, sorted(str(each) for each in over), None, at)
    await TABLES.write(connection, written, Cause(uuid4(), None, at))
    living = "SELECT count(*) FROM access WHERE (state->'system'->>'expires_at')::timestamptz > $1"
    return int(await connection.fetchval(f"{living} AND state->'system'->>'ended_at' IS NULL", at))


async def _ended(connection: Any, keys: Collection[str], who: UUID | None, at: datetime) -> list[Written]:
    """What changes where these end, each under its lock."""
    found = [await locked_access(connection, UUID(key)) for key in keys]
    decided = [(version, access, ended(access, who, at)) for version, access in found]
    return [Written(new, version + 1) for version, access, new in decided if new != access]
