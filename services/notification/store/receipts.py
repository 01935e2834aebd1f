"""What the provider was ordered to do: written before the order, and completed by its answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from schemas.events.delivery import Attempt
from services.runtime.database import LOCK

KNOWN_FOR: Final = timedelta(hours=1)

_CLAIM: Final = """
INSERT INTO receipt (attempt, person, ordered_at) SELECT $1, $2, $3 WHERE NOT EXISTS (
    SELECT FROM receipt AS other
    WHERE other.person = $2 AND other.attempt <> $1 AND other.call IS NULL
    AND (other.ordered_at > $4 OR EXISTS (
        SELECT FROM delivery WHERE calling AND state->'attempts'->-1->>'id' = other.attempt::text
    ))
)
ON CONFLICT (attempt) DO NOTHING RETURNING true
"""
_KNOWN: Final = "SELECT call FROM receipt WHERE call IS NOT NULL AND ordered_at > $1"


@dataclass(frozen=True)
class Receipt:
    """`fresh`: written just now, so nothing was ordered yet. `call`: the provider's id, once it is known."""

    attempt: UUID
    fresh: bool
    ordered_at: datetime
    call: str | None


class Receipts:
    """On a pool of connections to the own schema."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def is_ordered(self, attempt: UUID) -> bool:
        """Whether an order went out, or may have."""
        return bool(await self._pool.fetchval("SELECT true FROM receipt WHERE attempt = $1", attempt))

    async def claim(self, attempt: Attempt, now: datetime, grace: timedelta) -> Receipt | None:
        """The right to order this call now, or what is known of an order that went out before.

        None, for now, while another order to the same person has no answer and may still be under way or be
        looked up: a provider tells calls apart by number and moment alone.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(LOCK, f"order:{attempt.person}")
            told = (attempt.id, attempt.person, now, now - grace)
            if await connection.fetchval(_CLAIM, *told):
                return Receipt(attempt.id, fresh=True, ordered_at=now, call=None)
            row = await connection.fetchrow(
                "SELECT ordered_at, call FROM receipt WHERE attempt = $1", attempt.id
            )
        if row is None:
            return None
        return Receipt(attempt.id, fresh=False, ordered_at=row["ordered_at"], call=row["call"])

    async def order_again(self, attempt: UUID, now: datetime) -> None:
        """The provider knows of no such call: it is ordered once more, now."""
        await self._pool.execute("UPDATE receipt SET ordered_at = $2 WHERE attempt = $1", attempt, now)

    async def complete(self, attempt: UUID, call: str) -> None:
        """The provider took it."""
        await self._pool.execute("UPDATE receipt SET call = $2 WHERE attempt = $1", attempt, call)

    async def known_calls(self, since: datetime) -> list[str]:
        """The provider's ids of calls that are accounted for."""
        rows = await self._pool.fetch(_KNOWN, since - KNOWN_FOR)
        return [str(row["call"]) for row in rows]
