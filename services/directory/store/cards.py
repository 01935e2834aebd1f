"""How cards change: each in one transaction with the sessions that follow from it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from schemas.events.card import Card
from schemas.events.session import Session
from schemas.refused import Refused
from schemas.state import State
from services.directory.store.access import ended_sessions
from services.directory.store.opening import opening
from services.directory.store.writes import TABLES
from services.runtime.answered import cause_id, unit
from services.runtime.database import LOCK
from services.runtime.ports import Cause, Written

Decide = Callable[[Card], Card]


class Cards:
    """Changes of cards, on a pool of connections to the directory's own schema."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def print(
        self,
        organisation: str,
        decide: Callable[[list[Card]], tuple[list[Card], list[Card]]],
        who: UUID | None,
        at: datetime,
    ) -> tuple[list[Card], list[Card]]:
        """New cards and the old ones that are void by them; two who print at once get other numbers."""
        async with unit(self._pool) as connection:
            await connection.execute(LOCK, f"cards:{organisation}")
            query = "SELECT id FROM card WHERE state->>'organisation' = $1 ORDER BY id"
            keys = [row["id"] for row in await connection.fetch(query, organisation)]
            known = [await _locked(connection, key) for key in keys]
            versions = {card.id: version for version, card in known}
            new, old = decide([card for _, card in known])
            written = [Written(card, versions.get(card.id, 0) + 1) for card in (*new, *old)]
            await TABLES.write(connection, written, Cause(cause_id(), who, at))
        return new, old

    async def change(self, number: str, decide: Decide, who: UUID | None, at: datetime) -> Card:
        """One card as its next version, if that is another. Raises what `decide` raises."""
        async with unit(self._pool) as connection:
            version, card = await _locked(connection, number)
            decided = decide(card)
            if decided != card:
                await TABLES.write(connection, [Written(decided, version + 1)], Cause(cause_id(), who, at))
        return decided

    async def enter(self, number: str, decide: Decide, session: Session, at: datetime) -> Card:
        """Spend a card and open its session: of two at once the second is refused by `decide`."""
        async with unit(self._pool) as connection:
            await opening(connection, session.person)
            version, card = await _locked(connection, number)
            decided = decide(card)
            written: list[Written] = [Written(decided, version + 1), Written(session, 1)]
            await TABLES.write(connection, written, Cause(cause_id(), session.person, at))
        return decided

    async def stop(self, number: str, decide: Decide, who: UUID, at: datetime) -> list[State]:
        """Make a card void and end the session that it opened; all that changed."""
        async with unit(self._pool) as connection:
            version, card = await _locked(connection, number)
            decided = decide(card)
            ended = await ended_sessions(connection, "state->>'card' = $1", number)
            written = [Written(decided, version + 1), *ended]
            await TABLES.write(connection, written, Cause(cause_id(), who, at))
        return [each.state for each in written]


async def _locked(connection: Any, number: str) -> tuple[int, Card]:
    """Version and state under the lock. Refused: `not_found`."""
    await connection.execute(LOCK, f"card:{number}")
    known = await TABLES.read(connection, Card.TYPE, [number])
    if not known or not isinstance(known[0].state, Card):
        raise Refused("not_found")
    return known[0].version, known[0].state
