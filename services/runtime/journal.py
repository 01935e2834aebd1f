"""An owner's journal in Postgres: written in the transaction of the change, together with the outbox."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from types import MappingProxyType
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

REDACTING: Final = """
ALTER TABLE journal ADD COLUMN redacted boolean NOT NULL DEFAULT false;

-- `line`: the row of the owner's own that tells of it. Later ones go over what earlier ones left.
CREATE TABLE redaction (
    line text PRIMARY KEY,
    number bigserial UNIQUE,
    about text NOT NULL,
    at timestamptz NOT NULL,
    who uuid,
    told_again boolean NOT NULL DEFAULT false
);

-- `spans`: what was taken out, by place and length. `digest`: over the one before it and the bytes left.
CREATE TABLE redacted_row (
    line text NOT NULL REFERENCES redaction,
    aggregate text NOT NULL,
    key text NOT NULL,
    version integer NOT NULL,
    spans jsonb NOT NULL,
    digest bytea NOT NULL,
    PRIMARY KEY (line, aggregate, key, version),
    FOREIGN KEY (aggregate, key, version) REFERENCES journal
);
CREATE INDEX ON redacted_row (aggregate, key, version);
"""
"""What an owner adds whose rows hold texts of people: rows that were redacted after they were hashed."""

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


@dataclass(frozen=True)
class Cover:
    """What the bytes of a redacted row have to fit instead of its hash: `before` and they make `digest`."""

    before: bytes
    digest: bytes


Covered = Mapping[tuple[str, str, int], Cover]
"""Aggregate, key and version of each redacted row, and what it has to fit."""


async def broken_links(connection: Connection, covered: Covered = MappingProxyType({})) -> list[Broken]:
    """Walk every chain from its first version and name the rows that do not fit.

    A redacted row keeps its hash, which the rows after it follow from.
    """
    found: list[Broken] = []
    # One chain after the other: of a million rows only the last one has to be remembered.
    chain, version, previous = ("", ""), 0, b""
    async with connection.transaction(isolation="repeatable_read", readonly=True):
        async for row in connection.cursor(_WALK, prefetch=1_000):
            if chain != (row["aggregate"], row["key"]):
                chain, version, previous = (row["aggregate"], row["key"]), 0, b""
            cover = covered.get((*chain, row["version"])) or Cover(previous, row["hash"])
            whole = sha256(cover.before + row["payload"]).digest() == cover.digest
            if not whole or row["version"] != version + 1 or (row["previous"] or b"") != previous:
                found.append(Broken(*chain, row["version"]))
            version, previous = row["version"], row["hash"]
    return found
