"""The calls at which a code is keyed in: who was called, and what came of it."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.notification.rules.code import AN_HOUR, AT_MOST, RUNNING, CodeState
from services.runtime.database import LOCK

_PLACED: Final = """
INSERT INTO code_call (id, person, digest, digits, state, placed_at)
VALUES ($1, $2, $3, $4, 'placing', $5) ON CONFLICT (id) DO NOTHING RETURNING true
"""
_READ: Final = "SELECT id, person, digest, digits, state, placed_at FROM code_call WHERE id = $1"
_COUNT: Final = "SELECT count(*) FROM code_call WHERE person = $1"
_TAKEN: Final = """
INSERT INTO code_taken (id, call) SELECT id, $2 FROM code_call WHERE id = $1 ON CONFLICT DO NOTHING
"""
_LEFT: Final = "UPDATE code_call SET state = 'failed' WHERE state = 'placing'"


class TooOften(Exception):
    """This phone was rung as often as it may be in an hour."""


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
        row = await self._pool.fetchrow(_READ, call)
        return None if row is None else CodeCall(**{**row, "state": CodeState(row["state"])})

    async def place(self, call: CodeCall) -> bool:
        """Note that it is about to be placed; False when it is there already. Raises TooOften.

        Under a lock: who asks for many at the same moment gets no more. What is older than an hour goes.
        """
        told = (call.id, call.person, call.digest, call.digits, call.placed_at)
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(LOCK, f"codes:{call.person}")
            await connection.execute("DELETE FROM code_call WHERE placed_at < $1", call.placed_at - AN_HOUR)
            if not await connection.fetchval(_PLACED, *told):
                return False
            if await connection.fetchval(_COUNT, call.person) > AT_MOST:
                raise TooOften
        return True

    async def taken(self, call: UUID, by_provider: str) -> None:
        """The provider took it, under this id of its own."""
        await self._pool.execute(_TAKEN, call, by_provider)

    async def become(self, call: UUID, state: CodeState) -> None:
        """What came of it; what is over stays as it is."""
        await self._pool.execute(
            "UPDATE code_call SET state = $2 WHERE id = $1 AND state = ANY($3)",
            call,
            state,
            [*RUNNING],
        )
