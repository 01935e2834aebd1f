"""What was said in texts of people, version by version, and how words are taken out of it for good."""

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, Final
from uuid import UUID

from pydantic import TypeAdapter

from schemas.events.log_entry import Entry, LogEntry
from services.aid.rules.redaction import KINDS_OF_TEXT, Redacted, Said, Span
from services.aid.store.aggregates import TABLES
from services.runtime.journal import Connection
from services.runtime.ports import Cause, Written
from services.runtime.redacted import LeftOver, Told, keep, rewrite

_ALL: Final = """
SELECT aggregate, key, version, payload, hash FROM journal WHERE aggregate = ANY($1::text[])
ORDER BY aggregate, key, version
"""

_OF: Final = """
SELECT aggregate, key, version, payload, hash FROM journal
WHERE (aggregate = 'incident' AND key = $1)
   OR (aggregate = 'help_request' AND key = ANY(ARRAY(SELECT id FROM help_request WHERE incident = $1)))
   OR (aggregate = 'log_entry' AND key = ANY(ARRAY(SELECT id FROM log_entry WHERE incident = $1)))
ORDER BY aggregate, key, version
"""

# The first version, which nobody rewrites: what the table says of a line is compared with its journal anyway.
_SAID: Final = """
SELECT key, convert_from(payload, 'UTF8')::jsonb->'about'->>'digest' AS digest FROM journal
WHERE aggregate = 'log_entry' AND version = 1
  AND key = ANY(ARRAY(SELECT id FROM log_entry WHERE state->>'entry' = $1))
"""

SPANS: Final = TypeAdapter(tuple[Span, ...])

AT_ONCE: Final = 500
"""Rows that are held in memory, and are looked through in one go, while everything is."""


async def texts_of(connection: Connection, incident: UUID) -> list[Said]:
    """Every version of the incident and what hangs on it, as far as people write there; oldest first."""
    return [_said(row) for row in await connection.fetch(_OF, str(incident))]


async def all_texts(connection: Connection) -> AsyncIterator[list[Said]]:
    """Every version of everything that holds texts of people, a batch at a time."""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        rows = await connection.cursor(_ALL, list(KINDS_OF_TEXT))
        while batch := await rows.fetch(AT_ONCE):
            yield [_said(row) for row in batch]


async def take_out(
    connection: Connection,
    found: Sequence[Redacted],
    anew: Sequence[Redacted],
    line: LogEntry,
    cause: Cause,
) -> list[Written]:
    """Rewrite these versions, say `anew` and the line with its digest, and remember where it was.

    Under the locks of the whole incident, in the caller's transaction.
    """
    done = await rewrite(connection, [_left_over(each) for each in found])
    told = line.model_copy(update={"about": {**line.about, "digest": done.digest}})
    written = [*(Written(each.state, each.said.version + 1) for each in anew), Written(told, 1)]
    await TABLES.write(connection, written, cause)
    await keep(connection, done, Told(line.key, str(line.incident), line.at, cause.who))
    return written


async def said(connection: Connection) -> Mapping[str, str]:
    """Line -> the digest it says, of every line that words were taken out."""
    rows = await connection.fetch(_SAID, Entry.REDACTED)
    return {row["key"]: row["digest"] for row in rows}


def _said(row: Any) -> Said:
    return Said(row["aggregate"], row["key"], row["version"], row["payload"], row["hash"])


def _left_over(each: Redacted) -> LeftOver:
    spot = (each.said.aggregate, each.said.key, each.said.version)
    return LeftOver(spot, each.payload, SPANS.dump_json(each.spans).decode())
