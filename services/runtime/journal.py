"""An owner's journal in Postgres: written in the transaction of the change, together with the outbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final

from services.runtime.ports import Entry
from services.runtime.trace import written

Connection = Any
"""An asyncpg connection or a pool's proxy of one; the two have no type in common."""

TABLES: Final = """
CREATE TABLE epoch (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    number integer NOT NULL DEFAULT 1 CHECK (number > 0)
);
INSERT INTO epoch DEFAULT VALUES;

CREATE TABLE journal (
    aggregate text NOT NULL,
    key text NOT NULL,
    version integer NOT NULL CHECK (version > 0),
    epoch integer NOT NULL,
    event_id uuid NOT NULL UNIQUE,
    event_type text NOT NULL,
    at timestamptz NOT NULL,
    who uuid,
    correlation text NOT NULL,
    exercise boolean NOT NULL,
    payload bytea NOT NULL,
    previous bytea,
    hash bytea NOT NULL,
    PRIMARY KEY (aggregate, key, version),
    -- A version without the one before it is a gap: refused by the database itself.
    CHECK ((version = 1) = (previous IS NULL))
);

CREATE TABLE outbox (
    position bigserial PRIMARY KEY,
    written_in xid8 NOT NULL DEFAULT pg_current_xact_id(),
    aggregate text NOT NULL,
    key text NOT NULL,
    version integer NOT NULL,
    FOREIGN KEY (aggregate, key, version) REFERENCES journal
);
"""
"""What an owner's first migration creates. The outbox points into the journal, so the bytes stand once."""

SEALING: Final = """
-- Without a version: the newest there is when the row is read.
ALTER TABLE outbox ALTER COLUMN version DROP NOT NULL;

-- What is published and stands in no seal yet.
CREATE TABLE unsealed (
    aggregate text NOT NULL,
    key text NOT NULL,
    version integer NOT NULL,
    PRIMARY KEY (aggregate, key, version)
);
INSERT INTO unsealed SELECT aggregate, key, version FROM journal
WHERE NOT EXISTS (
    SELECT FROM outbox
    WHERE (outbox.aggregate, outbox.key, outbox.version) = (journal.aggregate, journal.key, journal.version)
);

-- `members` are names of journal rows, "aggregate/key/version", in the order in which they were hashed.
CREATE TABLE seal (
    number integer PRIMARY KEY CHECK (number > 0),
    at timestamptz NOT NULL,
    members text[] NOT NULL CHECK (cardinality(members) > 0),
    previous bytea,
    hash bytea NOT NULL,
    CHECK ((number = 1) = (previous IS NULL))
);
"""
"""What an owner's second migration adds: a chain over the whole journal, and rows to be published again."""

TRACES: Final = "ALTER TABLE journal ADD COLUMN traceparent text;"
"""What a later migration adds: the trace of the command that wrote the row (`services.runtime.trace`)."""

_APPEND: Final = """
WITH entry AS (
    SELECT * FROM unnest(
        $1::uuid[], $2::text[], $3::text[], $4::integer[], $5::text[], $6::timestamptz[],
        $7::uuid[], $8::text[], $9::boolean[], $10::bytea[]
    ) WITH ORDINALITY AS entry (
        event_id, aggregate, key, version, event_type, at, who, correlation, exercise, payload, ordinal
    )
), journalled AS (
    INSERT INTO journal (
        aggregate, key, version, epoch, event_id, event_type, at, who, correlation, exercise,
        payload, previous, hash, traceparent
    )
    SELECT entry.aggregate, entry.key, entry.version, epoch.number, entry.event_id, entry.event_type,
           entry.at, entry.who, entry.correlation, entry.exercise, entry.payload, before.hash,
           sha256(coalesce(before.hash, ''::bytea) || entry.payload), $11::text
    FROM entry CROSS JOIN epoch
    LEFT JOIN journal before ON before.aggregate = entry.aggregate AND before.key = entry.key
                            AND before.version = entry.version - 1
), waiting AS (
    INSERT INTO outbox (aggregate, key, version)
    SELECT aggregate, key, version FROM entry ORDER BY ordinal
)"""

_COLUMNS: Final = 10

_WALK: Final = """
SELECT aggregate, key, version, payload, previous, hash FROM journal ORDER BY aggregate, key, version
"""


@dataclass(frozen=True)
class Beside:
    """What else the statement writes: CTEs by name, which may read `entry`, and their own arguments."""

    parts: Mapping[str, str] = field(default_factory=dict)
    arguments: tuple[object, ...] = ()


NOTHING: Final = Beside()


async def append(connection: Connection, entries: Sequence[Entry], beside: Beside = NOTHING) -> None:
    """Write entries, their outbox rows and what belongs beside them, in the caller's transaction.

    It is one statement, since each costs as much as all that it writes. The caller holds the lock of every
    aggregate it writes. Each aggregate appears at most once.
    Raises asyncpg.CheckViolationError on a gap and asyncpg.UniqueViolationError on a version twice.
    """
    columns = [list(column) for column in zip(*(_values(entry) for entry in entries), strict=True)]
    parts = "".join(f", {name} AS ({statement})" for name, statement in beside.parts.items())
    values = (*(columns or [[]] * _COLUMNS), written())
    await connection.execute(f"{_APPEND}{parts} SELECT", *values, *beside.arguments)


def _values(entry: Entry) -> tuple[object, ...]:
    return (
        entry.event_id,
        entry.aggregate,
        entry.key,
        entry.version,
        entry.event_type,
        entry.at,
        entry.who,
        entry.correlation,
        entry.exercise,
        entry.payload,
    )


@dataclass(frozen=True)
class Broken:
    """A journal row whose hash does not follow from the row before it and its own bytes."""

    aggregate: str
    key: str
    version: int


async def broken_links(connection: Connection) -> list[Broken]:
    """Walk every chain from its first version and name the rows that do not fit."""
    found: list[Broken] = []
    # One chain after the other: of a million rows only the last one has to be remembered.
    chain, version, previous = ("", ""), 0, b""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        async for row in connection.cursor(_WALK, prefetch=1_000):
            if chain != (row["aggregate"], row["key"]):
                chain, version, previous = (row["aggregate"], row["key"]), 0, b""
            whole = sha256(previous + row["payload"]).digest() == row["hash"]
            if not whole or row["version"] != version + 1 or (row["previous"] or b"") != previous:
                found.append(Broken(*chain, row["version"]))
            version, previous = row["version"], row["hash"]
    return found
