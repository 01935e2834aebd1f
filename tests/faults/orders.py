"""In which order journal rows were written, also across a restore that gives all of them one number."""

from typing import Final

from deploy.stack import OWNERS
from services.runtime.database import connected

# Of two transactions that could not run at once the later one has the higher number.
_NUMBERS: Final = "SELECT event_id::text AS event, xmin::text::bigint AS number FROM {owner}.journal"


class Orders:
    """Numbers that rise with the commits, for as many databases as a life has one after another."""

    def __init__(self) -> None:
        self._known: dict[str, int] = {}
        self._above: int | None = None

    async def of(self, superuser: str) -> dict[str, int]:
        """Event -> its number, of all rows that stand in the journals now."""
        async with connected(superuser) as connection:
            found: dict[str, int] = {}
            for owner in OWNERS:
                rows = await connection.fetch(_NUMBERS.format(owner=owner))
                found |= self._numbered({row["event"]: row["number"] for row in rows})
            return found

    async def remember(self, superuser: str) -> None:
        """Keep the numbers of a database that is about to be replaced by an older one."""
        self._known = await self.of(superuser)
        self._above = 1 + max(self._known.values())

    def _numbered(self, rows: dict[str, int]) -> dict[str, int]:
        if self._above is None:
            return rows
        # What was restored was written in one transaction, before everything else there.
        # An owner that had written nothing by then has only what came later, or nothing.
        first = min(rows.values(), default=0)
        return {
            event: self._known[event] if number == first and event in self._known else self._above + number
            for event, number in rows.items()
        }
