"""Deliveries under their locks, journalled and published like every owner's states."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg

from schemas.events.approach import Approach, ApproachState
from schemas.events.delivery import Asks, Delivery
from schemas.events.help_request import HelpRequest
from schemas.events.organisation import Organisation
from schemas.events.person import Person
from schemas.events.wake_list import WakeList
from schemas.night import Wake
from services.notification.rules import mandated
from services.notification.rules.audience import shown
from services.notification.rules.confirm_words import shared_region
from services.notification.rules.ladder import STALE, Ladder, begin, delivery_id, over, reopened
from services.notification.rules.notices import of_approach, of_delivery
from services.notification.store.duty import on_duty
from services.notification.store.mandates import own_of
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
_IS_KNOWN: Final = "SELECT true FROM delivery WHERE id = $1"
_STATE: Final = "SELECT state FROM replica WHERE aggregate = $1 AND key = $2"
_STATES: Final = "SELECT state FROM replica WHERE aggregate = $1 AND key = ANY($2::text[])"
_OF_CALL: Final = """
SELECT delivery.id, receipt.attempt FROM receipt
JOIN delivery ON state->'attempts' @> jsonb_build_array(jsonb_build_object('id', receipt.attempt::text))
WHERE $1 IN (receipt.attempt, receipt.within) ORDER BY receipt.within IS NOT NULL, delivery.id
"""
_TOLD_WITH: Final = """
SELECT state FROM delivery JOIN receipt ON state->'attempts'->-1->>'id' = receipt.attempt::text
WHERE receipt.within = $1 AND calling ORDER BY delivery.id
"""

_ORDERED: Final = "SELECT attempt FROM receipt WHERE attempt = ANY($1::uuid[])"

Decide = Callable[[Delivery, Ladder], Delivery]


class Deliveries:
    """On a pool of connections to the own schema."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def asked(self, approach: Approach, order: tuple[int, int], now: datetime) -> None:
        """An approach as it is now (order: its epoch and version): a delivery begins with it, or is over.

        One that was heard before, or comes late, changes nothing.
        """
        calls = approach.wake is not Wake.NOT
        if not calls and not await self._pool.fetchval(_STATE, WakeList.TYPE, approach.lender):
            # By day nearly all of them: nobody is told, so they are not even taken down.
            return
        key = str(delivery_id(approach.request, approach.lender))
        is_open = approach.state is ApproachState.OPEN
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(LOCK, f"delivery:{key}")
            if not await connection.fetchval(_ASKED, approach.id, key, *order, is_open):
                return
            if is_open and not calls:
                await note(connection, of_approach(approach, now))
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
                    await _keep(connection, shown(made), 1, now)

    async def confirming(self, request: HelpRequest, order: tuple[int, int], now: datetime) -> None:
        """A request as it is now (order: its epoch and version): its own ladder begins, goes on or is over.

        One that was heard before, or comes late, changes nothing. Raises NotKnownYet.
        """
        key = str(mandated.delivery_id(request.id))
        if not request.waits_for_yes and not await self._pool.fetchval(_IS_KNOWN, key):
            # Nearly all of them, one at each claim: no lock is taken, and nothing is kept.
            return
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(LOCK, f"delivery:{key}")
            if not await connection.fetchval(_ASKED, request.id, key, *order, request.waits_for_yes):
                return
            known = await TABLES.read(connection, Delivery.TYPE, [key])
            if known:
                own = await own_of(connection, request.borrower) if request.waits_for_yes else None
                await _write(connection, known[0], mandated.told(_delivery(known[0]), request, own, now), now)
            elif request.waits_for_yes and now - request.asked_at <= STALE:
                made = mandated.begin(request, await own_of(connection, request.borrower), now)
                if made is not None:
                    await _keep(connection, shown(made), 1, now)

    async def change(self, delivery: UUID, decide: Decide, now: datetime) -> Delivery | None:
        """What a rule makes of it, as its next version; None when there is none."""
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(LOCK, f"delivery:{delivery}")
            known = await TABLES.read(connection, Delivery.TYPE, [str(delivery)])
            if not known:
                return None
            before = _delivery(known[0])
            after = decide(before, await _ladder_of(connection, before, now))
            await _write(connection, known[0], after, now)
            return after

    async def of_call(self, attempt: UUID) -> list[tuple[UUID, UUID]]:
        """What this attempt's call tells of, as (delivery, attempt), itself first; none: it is no such call.

        Looked for among what was ordered, so a made-up id costs nothing more.
        """
        return [(UUID(row["id"]), row["attempt"]) for row in await self._pool.fetch(_OF_CALL, attempt)]

    async def told_with(self, attempt: UUID) -> list[Delivery]:
        """What else this attempt's call has to tell of, as things are now."""
        rows = await self._pool.fetch(_TOLD_WITH, attempt)
        return [Delivery.model_validate_json(row["state"]) for row in rows]

    async def read(self, delivery: UUID) -> Delivery | None:
        """As it is now."""
        found = await self._pool.fetchval("SELECT state FROM delivery WHERE id = $1", str(delivery))
        return None if found is None else Delivery.model_validate_json(found)

    async def names_of(self, circle: Sequence[str]) -> tuple[list[str], str]:
        """What organisations are called, by name, and the region whose municipalities all are (or empty)."""
        found = await self._organisations(circle)
        region = shared_region(circle, found)
        shared = await self._organisations([region]) if region else []
        known = {each.id: each.name for each in found}
        return sorted(known.get(each, each) for each in circle), next((each.name for each in shared), "")

    async def _organisations(self, keys: Sequence[str]) -> list[Organisation]:
        rows = await self._pool.fetch(_STATES, Organisation.TYPE, list(keys))
        return [Organisation.model_validate_json(row["state"]) for row in rows]

    async def calling(self) -> list[Delivery]:
        """Those at which somebody is being called."""
        rows = await self._pool.fetch("SELECT state FROM delivery WHERE calling ORDER BY id")
        return [Delivery.model_validate_json(row["state"]) for row in rows]


def _delivery(written: Written) -> Delivery:
    assert isinstance(written.state, Delivery)
    return written.state


async def _write(connection: Any, known: Written, after: Delivery, now: datetime) -> None:
    after = shown(after)
    if after != known.state:
        await _keep(connection, after, known.version + 1, now)


async def _keep(connection: Any, delivery: Delivery, version: int, now: datetime) -> None:
    await TABLES.write(connection, [Written(delivery, version)], Cause(uuid4(), None, now))
    await note(connection, of_delivery(delivery, now))


async def _ladder_of(connection: Any, delivery: Delivery, now: datetime) -> Ladder:
    if delivery.asks is Asks.CONFIRM:
        found = mandated.ladder(await own_of(connection, delivery.organisation), delivery, now)
    else:
        found = await _ladder(connection, delivery.organisation, now)
    rows = await connection.fetch(_ORDERED, [each.id for each in delivery.attempts])
    return replace(found, ordered=frozenset(row["attempt"] for row in rows))


async def _ladder(connection: Any, organisation: str, now: datetime) -> Ladder:
    """As the replica knows it at this moment: who went off duty since is not on it, nor who left."""
    state = await connection.fetchval(_STATE, WakeList.TYPE, organisation)
    if state is None:
        return Ladder(now, None, frozenset())
    found = WakeList.model_validate_json(state)
    left = await _left(connection, found)
    turns = tuple(each for each in found.turns if each.person not in left)
    found = found.model_copy(update={"turns": turns})
    return Ladder(now, found, await on_duty(connection, (turn.person for turn in turns), now))


async def _left(connection: Any, found: WakeList) -> set[UUID]:
    """Who stands on the list still, and does not work there any more."""
    rows = await connection.fetch(_STATES, Person.TYPE, [str(turn.person) for turn in found.turns])
    people = [Person.model_validate_json(row["state"]) for row in rows]
    return {each.id for each in people if each.forgotten or not each.works_for(found.id)}
