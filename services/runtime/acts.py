"""What somebody did, out of an owner's journal: for whoever asks what is kept of them (AVG, article 15)."""

from datetime import datetime
from typing import Final
from uuid import UUID

from pydantic import BaseModel

from services.runtime.journal import Connection

MOST: Final = 10_000
"""The newest; more than that nobody does in years, and one answer stays within what a phone can hold."""

INDEX: Final = "CREATE INDEX journal_by_who ON journal (who, at) WHERE who IS NOT NULL;"
"""Without it every export reads the whole journal, which is never emptied."""

_ACTS: Final = """
SELECT at, event_type AS what, aggregate AS kind, key AS id FROM journal WHERE who = $1
ORDER BY at DESC, aggregate, key, version LIMIT $2
"""


class Act(BaseModel):
    """One change that somebody made: when, what became true, and of which row."""

    at: datetime
    what: str
    kind: str
    id: str


async def acts_of(connection: Connection, who: UUID) -> list[Act]:
    """The newest first, at most `MOST`."""
    return [Act(**row) for row in await connection.fetch(_ACTS, who, MOST)]
