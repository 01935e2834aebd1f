"""Anna, Bram and Cees in a directory's tables: their data keys, and who forgets one of them meanwhile."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import asyncpg

from schemas.events.person import Person
from services.directory.rules.fictitious import MadeUp
from services.directory.store.writes import Writes
from tests.contract.doubles import said_nowhere

NOW = datetime(2026, 1, 5, 7, 10, tzinfo=UTC)
ANNA, BRAM, CEES = (UUID(int=number) for number in (1, 2, 3))


def made_up(person: UUID) -> MadeUp:
    return MadeUp(
        Person(id=person, readers={}, exercise=False, fictitious=True), "Anna Verzonnen", "+31600000000"
    )


async def half_of(pool: asyncpg.Pool, person: UUID) -> str:
    return str(await pool.fetchval("SELECT state->>'sealing' FROM person WHERE id = $1", str(person)))


@dataclass
class Interrupted:
    """A connection after whose first answer somebody is forgotten by another one."""

    connection: Any
    writes: Writes
    asked: int = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self.connection, name)

    async def fetch(self, *query: Any) -> Any:
        found = await self.connection.fetch(*query)
        self.asked += 1
        if self.asked == 1:
            await self.writes.forget(ANNA, NOW, said_nowhere)
        return found
