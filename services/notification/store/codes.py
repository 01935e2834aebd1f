"""The calls at which a code is keyed in: who was called, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.notification.rules.code import AN_HOUR, RUNNING, CodeState

_PLACED: Final = """
INSERT INTO code_call (id, person, digest, digits, state, placed_at)
VALUES ($1, $2, $3, $4, 'placing', $5) ON CONFLICT (id) DO NOTHING RETURNING true
"""
_LEFT: Final = "UPDATE code_call SET state = 'failed' WHERE state = 'placing'"


@dataclass(frozen=True)
class CodeCall:
    """One such call. `digest` is of the code that has to be keyed in."""

    id: UUID
    person: UUID
    digest: bytes
    digits: int
    state: CodeState
    placed_at: datetime


class Codes:
    """The table of these calls."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def give_up_on_what_was_left(self) -> None:
        """At start: whoever was being called when the process died asks again, and is not called twice."""
        await self._pool.execute(_LEFT)

    async def read(self, call: UUID) -> CodeCall | None:
        """One of them."""
        row = await self._pool.fetchrow("SELECT * FROM code_call WHERE id = $1", call)
        return None if row is None else CodeCall(**{**row, "state": CodeState(row["state"])})

    async def in_the_last_hour(self, person: UUID, now: datetime) -> int:
        """How many were placed to somebody; older ones of anybody are forgotten."""
        await self._pool.execute("DELETE FROM code_call WHERE placed_at < $1", now - AN_HOUR)
        query = "SELECT count(*) FROM code_call WHERE person = $1"
        return int(await self._pool.fetchval(query, person))

    async def place(self, call: CodeCall) -> bool:
        """Note that it is about to be placed; False when it is there already."""
        return bool(
            await self._pool.fetchval(_PLACED, call.id, call.person, call.digest, call.digits, call.placed_at)
        )

    async def become(self, call: UUID, state: CodeState) -> None:
        """What came of it; what is over stays as it is."""
        await self._pool.execute(
            "UPDATE code_call SET state = $2 WHERE id = $1 AND state = ANY($3)",
            call,
            state,
            [*RUNNING],
        )
