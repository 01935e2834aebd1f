"""Finds changes in an owner's journal by any id that somebody may have at hand, without what they say."""

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from services.runtime.journal import Connection
from services.runtime.ports import cause_of

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
    ("trace", "WHERE traceparent LIKE '__-' || $1 || '-%'"),
)
_TRACE: Final = re.compile(r"(?:[0-9a-f]{2}-)?([0-9a-f]{32})(?:-[0-9a-f]{16}-[0-9a-f]{2})?")
"""A trace's id as it stands in a log, or the whole header (https://www.w3.org/TR/trace-context/)."""

_ANSWERED: Final = "SELECT person, at FROM answered WHERE key = $1 ORDER BY at DESC LIMIT 1"
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
    """What the id is ("event", "row", "cause" or "trace") and its changes, the newest first; else ("", []).

    Of a row only the newest change: what came before is covered by it.
    """
    for kind, where in _QUESTIONS:
        value = _event(asked) if kind == "event" else _trace(asked) if kind == "trace" else asked
        rows = await connection.fetch(_COLUMNS + where + _ORDER, value, MOST) if value else []
        if rows:
            found = [Change(**row) for row in rows]
            return kind, found[:1] if kind == "row" else found
    return "", []


@dataclass(frozen=True)
class Command:
    """That a command was answered: when, and the cause that all its changes carry."""

    at: datetime
    cause: str


async def answered(connection: Connection, key: str) -> Command | None:
    """The newest command with this Idempotency-Key that its owner remembers; not for `notification`."""
    row = await connection.fetchrow(_ANSWERED, key)
    return None if row is None else Command(row["at"], str(cause_of(row["person"], key)))


def _trace(asked: str) -> str | None:
    found = _TRACE.fullmatch(asked)
    return None if found is None else found[1]


def _event(asked: str) -> UUID | None:
    try:
        return UUID(asked)
    except ValueError:
        return None
