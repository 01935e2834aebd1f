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
ON CONFLICT (attempt) DO UPDATE SET within = excluded.within WHERE receipt.within = $4::uuid
"""
# Unless what it was part of was found or ordered for another step, or the person is on the phone by now.
_AGAIN: Final = """
UPDATE receipt AS mine SET ordered_at = $3, within = NULL
WHERE attempt = $1 AND call IS NULL AND within IS NOT DISTINCT FROM $4::uuid AND NOT EXISTS (
    SELECT FROM receipt AS other
    WHERE other.attempt = $4 AND other.call IS NOT NULL
        OR other.person = $2 AND other.within IS NULL AND NOT other.over AND other.ordered_at > $5
        AND other.attempt <> $1 AND other.attempt IS DISTINCT FROM $4
)
RETURNING true
"""
_FOUND: Final = """
UPDATE receipt SET call = $3 WHERE attempt = coalesce($2::uuid, $1::uuid) AND call IS NULL AND EXISTS (
    SELECT FROM receipt AS mine WHERE mine.attempt = $1 AND mine.within IS NOT DISTINCT FROM $2
)
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

    `within`: the attempt whose call tells of this one too, so that none is placed for it. `lost`: the attempt
    whose call was to, which is not called any more, perhaps before it was ordered.
    """

    attempt: UUID
    fresh: bool
    ordered_at: datetime
    call: str | None
    within: UUID | None = None
    lost: UUID | None = None


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
                await connection.execute(_GATHER, *told, None)
                return Receipt(attempt.id, fresh=True, ordered_at=now, call=None)
            row = await connection.fetchrow(_READ, attempt.id)
        if row is None:
            return None
        is_lost = not row["is_placed"] and row["call"] is None
        within, lost = (None, row["within"]) if is_lost else (row["within"], None)
        ordered_at, call = row["ordered_at"], row["call"]
        return Receipt(attempt.id, fresh=False, ordered_at=ordered_at, call=call, within=within, lost=lost)

    async def order_again(self, attempt: Attempt, lost: UUID | None, now: datetime) -> bool:
        """The right to order it once more, now: the provider knows of no such call.

        What else was lost with it is told in this one. False, for now, while the person is on the phone with
        us: also for what was lost with it.
        """
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(LOCK, f"order:{attempt.person}")
            told = (attempt.id, attempt.person, now)
            if not await connection.fetchval(_AGAIN, *told, lost, now - A_CALL):
                return False
            await connection.execute(_GATHER, *told, lost)
            return True

    async def found(self, receipt: Receipt, call: str) -> None:
        """The provider took it after all: it tells of all that was to be told in it."""
        await self._pool.execute(_FOUND, receipt.attempt, receipt.lost, call)

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
