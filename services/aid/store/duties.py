"""Who of some people is on duty, and until when."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from schemas.events.duty import Duty
from services.aid.store.aggregates import TABLES


class Duties:
    """On a pool of connections to the own schema."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def on(self, people: Iterable[UUID], now: datetime) -> list[Duty]:
        """The duty of those who are on it now; who never touched the switch is not."""
        async with self._pool.acquire() as connection:
            found = await TABLES.read(connection, Duty.TYPE, sorted(map(str, people)))
        return [each.state for each in found if isinstance(each.state, Duty) and each.state.is_on(now)]
