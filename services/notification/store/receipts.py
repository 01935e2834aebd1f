"""What the provider was ordered to do: written before the order, and completed by its answer."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from schemas.events.delivery import Attempt
from services.notification.rules.code import LASTS, RUNNING
from services.notification.rules.sending import A_CALL
from services.runtime.database import LOCK

KNOWN_FOR: Final = timedelta(hours=1)

# Whoever is on the phone with us already, for this or for a code, is not rung.
_CLAIM: Final = """
INSERT INTO receipt (attempt, person, ordered_at) SELECT $1, $2, $3 WHERE NOT EXISTS (
    SELECT FROM receipt AS other
    WHERE other.person = $2 AND other.attempt <> $1 AND other.within IS NULL AND (
        other.ordered_at > $5 AND NOT other.over
        OR other.call IS NULL AND (other.ordered_at > $4 OR EXISTS (
            SELECT FROM delivery WHERE calling AND state->'attempts'->-1->>'id' = other.attempt::text
        ))
    )
) AND NOT EXISTS (
    SELECT FROM code_call WHERE person = $2 AND state = ANY($7) AND placed_at > $6
)
ON CONFLICT (attempt) DO NOTHING RETURNING true
"""
# What else the same organisation would call this person for now.
_GATHER: Final = """
INSERT INTO receipt (attempt, person, ordered_at, within)
SELECT (delivery.state->'attempts'->-1->>'id')::uuid, $2::uuid, $3::timestamptz, $1::uuid
FROM delivery, (
    SELECT state FROM delivery WHERE calling AND state->'attempts'->-1->>'id' = $1::uuid::text
) AS first
WHERE calling AND delivery.state->>'asks' = 'help' AND first.state->>'asks' = 'help'
    AND delivery.state->'organisation' = first.state->'organisation'
    AND delivery.state->'exercise' = first.state->'exercise'
    AND delivery.state->'attempts'->-1->>'person' = $2::uuid::text
    AND delivery.state->'attempts'->-1->>'state' = 'calling'
ON CONFLICT (attempt) DO NOTHING
"""
_READ: Final = """
SELECT mine.within, coalesce(whole.ordered_at, mine.ordered_at) AS ordered_at,
    coalesce(mine.call, whole.call) AS call,
    EXISTS (
        SELECT FROM delivery WHERE calling AND state->'attempts'->-1->>'id' = mine.within::text
    ) AS is_placed
FROM receipt AS mine LEFT JOIN receipt AS whole ON whole.attempt = mine.within WHERE mine.attempt = $1
"""
_KNOWN: Final = """
SELECT call FROM receipt WHERE call IS NOT NULL AND ordered_at > $1
UNION SELECT code_taken.call FROM code_taken JOIN code_call USING (id) WHERE placed_at > $1
"""


@dataclass(frozen=True)
class Receipt:
    """`fresh`: written just now, so nothing was ordered yet. `call`: the provider's id, once it is known.

    `within`: the attempt whose call tells of this one too, so that none is placed for it.
    """

    attempt: UUID
    fresh: bool
    ordered_at: datetime
    call: str | None
    within: UUID | None = None


class Receipts:
    """On a pool of connections to the own schema."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def is_ordered(self, attempt: UUID) -> bool:
        """Whether an order went out, or may have."""
        return bool(await self._pool.fetchval("SELECT true FROM receipt WHERE attempt = $1", attempt))

    async def claim(self, attempt: Attempt, now: datetime, grace: timedelta) -> Receipt | None:
        """The right to order this call now, or what is known of an order that went out before.

        With it goes what else the same organisation would call this person for. None, for now, while they
        are on the phone with us, or another order to them has no answer and may still be under way or be
        looked up: a provider tells calls apart by number and moment alone.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(LOCK, f"order:{attempt.person}")
            told = (attempt.id, attempt.person, now)
            since = (now - grace, now - A_CALL, now - LASTS, [*RUNNING])
            if await connection.fetchval(_CLAIM, *told, *since):
                await connection.execute(_GATHER, *told)
                return Receipt(attempt.id, fresh=True, ordered_at=now, call=None)
            row = await connection.fetchrow(_READ, attempt.id)
        if row is None:
            return None
        # Whose call was to tell of it is not called any more, perhaps before it was ordered: it is looked up.
        lost = not row["is_placed"] and row["call"] is None
        within = None if lost else row["within"]
        return Receipt(attempt.id, fresh=False, ordered_at=row["ordered_at"], call=row["call"], within=within)

    async def order_again(self, attempt: UUID, now: datetime) -> None:
        """The provider knows of no such call: it is ordered once more, now, and for itself."""
        query = "UPDATE receipt SET ordered_at = $2, within = NULL WHERE attempt = $1"
        await self._pool.execute(query, attempt, now)

    async def complete(self, attempt: UUID, call: str) -> None:
        """The provider took it."""
        await self._pool.execute("UPDATE receipt SET call = $2 WHERE attempt = $1", attempt, call)

    async def over(self, attempt: UUID) -> None:
        """The phone does not ring any more, and nobody speaks."""
        await self._pool.execute("UPDATE receipt SET over = true WHERE attempt = $1", attempt)

    async def known_calls(self, since: datetime) -> list[str]:
        """The provider's ids of calls that are accounted for."""
        rows = await self._pool.fetch(_KNOWN, since - KNOWN_FOR)
        return [str(row["call"]) for row in rows]
