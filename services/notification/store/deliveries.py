"""Deliveries under their locks, journalled and published like every owner's states."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg

from schemas.events.approach import Approach, ApproachState
from schemas.events.delivery import Delivery
from schemas.events.duty import Duty
from schemas.events.wake_list import WakeList
from schemas.night import Wake
from services.notification.rules.ladder import Ladder, begin, delivery_id, over, reopened
from services.notification.rules.notices import of_delivery
from services.notification.store.notices import note
from services.runtime.aggregates import Tables
from services.runtime.database import LOCK
from services.runtime.ports import Cause, Written

TABLES: Final = Tables((Delivery,))

_ASKED: Final = """
INSERT INTO asked (approach, delivery, epoch, version, open) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (approach) DO UPDATE
SET epoch = excluded.epoch, version = excluded.version, open = excluded.open
WHERE (asked.epoch, asked.version) < (excluded.epoch, excluded.version)
RETURNING true
"""
_STATE: Final = "SELECT state FROM replica WHERE aggregate = $1 AND key = $2"
_STATES: Final = "SELECT state FROM replica WHERE aggregate = $1 AND key = ANY($2::text[])"

Decide = Callable[[Delivery, Ladder], Delivery]


class Deliveries:
    """On a pool of connections to the own schema."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def asked(self, approach: Approach, order: tuple[int, int], now: datetime) -> None:
        """An approach as it is now (order: its epoch and version): a delivery begins with it, or is over.

        One that was heard before, or comes late, changes nothing.
        """
        if approach.wake is Wake.NOT:
            # By day nearly all of them: not even looked up.
            return
        key = str(delivery_id(approach.request, approach.lender))
        is_open = approach.state is ApproachState.OPEN
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(LOCK, f"delivery:{key}")
            if not await connection.fetchval(_ASKED, approach.id, key, *order, is_open):
                return
            known = await TABLES.read(connection, Delivery.TYPE, [key])
            if known and is_open:
                ladder = await _ladder(connection, approach.lender, now)
                await _write(connection, known[0], reopened(_delivery(known[0]), approach, ladder), now)
            elif known:
                still = await connection.fetchval("SELECT bool_or(open) FROM asked WHERE delivery = $1", key)
                if not still:
                    await _write(connection, known[0], over(_delivery(known[0])), now)
            elif is_open:
                made = begin(approach, await _ladder(connection, approach.lender, now))
                if made is not None:
                    await _keep(connection, made, 1, now)

    async def change(self, delivery: UUID, decide: Decide, now: datetime) -> Delivery | None:
        """What a rule makes of it, as its next version; None when there is none."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(LOCK, f"delivery:{delivery}")
            known = await TABLES.read(connection, Delivery.TYPE, [str(delivery)])
            if not known:
                return None
            before = _delivery(known[0])
            after = decide(before, await _ladder(connection, before.organisation, now))
            await _write(connection, known[0], after, now)
            return after

    async def of_attempt(self, attempt: UUID) -> UUID | None:
        """Whose attempt it is; looked for among what was ordered, so a made-up id costs nothing more."""
        query = "SELECT id FROM delivery WHERE state->'attempts' @> jsonb_build_array($1::jsonb)"
        if not await self._pool.fetchval("SELECT true FROM receipt WHERE attempt = $1", attempt):
            return None
        found = await self._pool.fetchval(query, f'{{"id": "{attempt}"}}')
        return None if found is None else UUID(found)

    async def calling(self) -> list[Delivery]:
        """Those at which somebody is being called."""
        rows = await self._pool.fetch("SELECT state FROM delivery WHERE calling ORDER BY id")
        return [Delivery.model_validate_json(row["state"]) for row in rows]


def _delivery(written: Written) -> Delivery:
    assert isinstance(written.state, Delivery)
    return written.state


async def _write(connection: Any, known: Written, after: Delivery, now: datetime) -> None:
    if after != known.state:
        await _keep(connection, after, known.version + 1, now)


async def _keep(connection: Any, delivery: Delivery, version: int, now: datetime) -> None:
    await TABLES.write(connection, [Written(delivery, version)], Cause(uuid4(), None, now))
    await note(connection, of_delivery(delivery, now))


async def _ladder(connection: Any, organisation: str, now: datetime) -> Ladder:
    """As the replica knows it at this moment: who went off duty since is not on it."""
    state = await connection.fetchval(_STATE, WakeList.TYPE, organisation)
    if state is None:
        return Ladder(now, None, frozenset())
    found = WakeList.model_validate_json(state)
    people = [str(turn.person) for turn in found.turns]
    rows = await connection.fetch(_STATES, Duty.TYPE, people)
    duties = [Duty.model_validate_json(row["state"]) for row in rows]
    return Ladder(now, found, frozenset(duty.id for duty in duties if duty.is_on(now)))
