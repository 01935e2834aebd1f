"""What an owner's database keeps of the topics that it takes in: the newest states, and how far it read."""

from collections.abc import Sequence
from typing import Any, Final

import asyncpg

from schemas.codec import state_bytes
from schemas.envelope import Event
from services.runtime.consume import Partition

TABLES: Final = """
CREATE TABLE replica (
    aggregate text NOT NULL,
    key text NOT NULL,
    epoch integer NOT NULL,
    version bigint NOT NULL,
    state bytea NOT NULL,
    PRIMARY KEY (aggregate, key)
);
CREATE TABLE intake (
    topic text NOT NULL,
    partition integer NOT NULL,
    next_offset bigint NOT NULL,
    PRIMARY KEY (topic, partition)
);
"""
"""What an owner's migration creates to remember what it read and how far."""

EPOCHS: Final = "ALTER TABLE intake ADD COLUMN epoch integer NOT NULL DEFAULT 1;"
"""What a later migration adds: under which epoch of the writer the offset counts."""

_KEEP: Final = """
INSERT INTO replica (aggregate, key, epoch, version, state)
SELECT * FROM unnest($1::text[], $2::text[], $3::integer[], $4::bigint[], $5::bytea[])
ON CONFLICT (aggregate, key) DO UPDATE
SET epoch = excluded.epoch, version = excluded.version, state = excluded.state
WHERE (replica.epoch, replica.version) < (excluded.epoch, excluded.version)
"""

_MOVE: Final = """
INSERT INTO intake (topic, partition, next_offset, epoch) VALUES ($1, $2, $3, $4)
ON CONFLICT (topic, partition) DO UPDATE SET next_offset = excluded.next_offset, epoch = excluded.epoch
"""


async def places_kept(pool: "asyncpg.Pool[Any]") -> dict[Partition, tuple[int, int]]:
    """Per partition the next offset to read, and the epoch under which it counts."""
    rows = await pool.fetch("SELECT * FROM intake")
    return {(row["topic"], row["partition"]): (row["next_offset"], row["epoch"]) for row in rows}


async def keep(connection: Any, events: Sequence[Event]) -> None:
    """Keep what is newer than what was kept."""
    await connection.execute(_KEEP, *_columns(events))


async def move(connection: Any, partition: Partition, next_offset: int, epoch: int) -> None:
    """Note how far a partition was read."""
    await connection.execute(_MOVE, *partition, next_offset, epoch)


async def forget_places(connection: Any) -> None:
    """Read every topic from its beginning at the next start; inside the caller's transaction."""
    await connection.execute("DELETE FROM intake")


def _columns(events: Sequence[Event]) -> tuple[list[object], ...]:
    # ON CONFLICT cannot meet a row twice in one statement: the newest of each key stands for all.
    newest: dict[tuple[str, str], Event] = {}
    for event in events:
        place = (event.state.TYPE, event.envelope.key)
        if place not in newest or newest[place].envelope.order < event.envelope.order:
            newest[place] = event
    rows = [
        (kind, key, event.envelope.epoch, event.envelope.version, state_bytes(event.state))
        for (kind, key), event in newest.items()
    ]
    return tuple(list(column) for column in zip(*rows, strict=True))
