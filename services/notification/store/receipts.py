"""What the provider was ordered to do: written before the order, and completed by its answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

KNOWN_FOR: Final = timedelta(hours=1)

_CLAIM: Final = """
INSERT INTO receipt (attempt, ordered_at) VALUES ($1, $2) ON CONFLICT (attempt) DO NOTHING RETURNING true
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

    async def claim(self, attempt: UUID, now: datetime) -> Receipt:
        """The right to order this call now, or what is known of an order that went out before."""
        if await self._pool.fetchval(_CLAIM, attempt, now):
            return Receipt(attempt, fresh=True, ordered_at=now, call=None)
        row = await self._pool.fetchrow("SELECT ordered_at, call FROM receipt WHERE attempt = $1", attempt)
        assert row is not None
        return Receipt(attempt, fresh=False, ordered_at=row["ordered_at"], call=row["call"])

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
