"""Finds changes in an owner's journal by any id that somebody may have at hand, without what they say."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.runtime.journal import Connection

MOST: Final = 100
"""Changes of one command: a request that opens asks a few dozen."""

_COLUMNS: Final = """
SELECT aggregate, key, version, event_id, event_type, at, correlation,
       EXISTS (
           SELECT FROM outbox WHERE outbox.aggregate = journal.aggregate AND outbox.key = journal.key
           AND (outbox.version IS NULL OR outbox.version = journal.version)
       ) AS waits
FROM journal
"""

# One after the other: the first has an index, the others read the whole journal.
_QUESTIONS: Final = (
    ("event", "WHERE event_id = $1"),
    ("row", "WHERE key = $1"),
    ("cause", "WHERE correlation = $1"),
)
_ORDER: Final = " ORDER BY at DESC, aggregate, key, version DESC LIMIT $2"


_LATELY: Final = """
SELECT correlation AS cause, max(at) AS at, array_agg(DISTINCT aggregate) AS kinds
FROM (
    -- Seals are the machine's own, and one follows each decision.
    SELECT correlation, at, aggregate FROM journal WHERE aggregate NOT LIKE '%\\_seal'
    ORDER BY at DESC LIMIT $1
) AS late
GROUP BY correlation ORDER BY max(at) DESC
"""


@dataclass(frozen=True)
class Late:
    """What one cause changed lately: kinds of rows, and not which."""

    cause: str
    at: datetime
    kinds: list[str]


async def lately(connection: Connection) -> list[Late]:
    """What was decided last, the newest first, from the newest `MOST` changes. Reads the whole journal."""
    return [Late(**row) for row in await connection.fetch(_LATELY, MOST)]


@dataclass(frozen=True)
class Change:
    """One row of the journal. `waits`: its outbox row is still there, so it is perhaps not published."""

    aggregate: str
    key: str
    version: int
    event_id: UUID
    event_type: str
    at: datetime
    correlation: str
    waits: bool


async def changes(connection: Connection, asked: str) -> tuple[str, list[Change]]:
    """What the id is ("event", "row" or "cause") and its changes, the newest first; ("", []) where none is.

    Of a row only the newest change: what came before is covered by it.
    """
    for kind, where in _QUESTIONS:
        value = _event(asked) if kind == "event" else asked
        rows = await connection.fetch(_COLUMNS + where + _ORDER, value, MOST) if value else []
        if rows:
            found = [Change(**row) for row in rows]
            return kind, found[:1] if kind == "row" else found
    return "", []


def _event(asked: str) -> UUID | None:
    try:
        return UUID(asked)
    except ValueError:
        return None
