"""An owner's outbox in Postgres: what is decided and not yet published, or has to be published again."""

from collections.abc import Sequence
from datetime import UTC
from typing import Any, Final

import asyncpg

from schemas.codec import encode
from schemas.envelope import Envelope, Record
from schemas.events.seal import Seal
from schemas.topics import TOPICS
from services.runtime.ports import Unpublished

CHANNEL: Final = "outbox"
"""Postgres channel on which a process says, after its commit, that the outbox has rows."""

SEALS: Final = [topic.state.TYPE for topic in TOPICS if issubclass(topic.state, Seal)]
"""Types that no seal covers: they are the seals."""

_PASSING: Final = [topic for topic in TOPICS if topic.over_after is not None]
PASSING: Final = ([each.state.TYPE for each in _PASSING], [each.over_after for each in _PASSING])
"""Types whose states are over by themselves, and beside them after how long nobody misses one."""

# The gate: a row whose transaction is older than every running one cannot be overtaken by a later commit.
# Reading by `position > last` instead loses rows: a lower position can commit later.
# A row without a version asks for the newest there is when it is read. Were its version fixed when it was
# written, a command that commits meanwhile could be published before it and be covered by the older one.
_READ: Final = """
SELECT outbox.position, outbox.aggregate, epoch.number AS epoch, said.*,
       outbox.version IS NULL AS again
FROM outbox
CROSS JOIN epoch
CROSS JOIN LATERAL (
    SELECT key, version, event_id, event_type, at, correlation, exercise, payload, traceparent FROM journal
    WHERE journal.aggregate = outbox.aggregate AND journal.key = outbox.key
      AND (outbox.version IS NULL OR journal.version = outbox.version)
    ORDER BY journal.version DESC LIMIT 1
) said
WHERE outbox.written_in < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY outbox.position
LIMIT $1
"""

_REMOVE: Final = """
WITH published AS (DELETE FROM outbox WHERE position = ANY($1::bigint[]) RETURNING aggregate, key, version)
INSERT INTO unsealed SELECT aggregate, key, version FROM published
WHERE version IS NOT NULL AND aggregate <> ALL($2::text[])
"""

_AGAIN: Final = "INSERT INTO outbox (aggregate, key) VALUES ($1, $2)"

_EVERYTHING_AGAIN: Final = """
INSERT INTO outbox (aggregate, key)
SELECT DISTINCT aggregate, key FROM journal
LEFT JOIN unnest($1::text[], $2::interval[]) AS passing (aggregate, over_after) USING (aggregate)
WHERE over_after IS NULL OR at > now() - over_after
"""


class PostgresOutbox:
    """The outbox of one owner, on the pool of its relay."""

    def __init__(self, pool: "asyncpg.Pool[Any]", source: str) -> None:
        self._pool = pool
        self._source = source

    async def read(self, limit: int) -> list[Unpublished]:
        """The oldest rows that no running transaction can come before, as records of the current epoch."""
        rows = await self._pool.fetch(_READ, limit)
        return [Unpublished(row["position"], row["aggregate"], self._record(row)) for row in rows]

    async def remove(self, positions: Sequence[int]) -> None:
        """Delete rows that are published; what was said for the first time waits for its seal from now on."""
        await self._pool.execute(_REMOVE, list(positions), SEALS)

    def _record(self, row: Any) -> Record:
        envelope = Envelope(
            id=row["event_id"],
            type=row["event_type"],
            source=self._source,
            time=row["at"].astimezone(UTC),
            key=row["key"],
            version=row["version"],
            epoch=row["epoch"],
            correlation=row["correlation"],
            exercise=row["exercise"],
            # What is told again is nothing that a command does now.
            traceparent="" if row["again"] else row["traceparent"] or "",
        )
        return encode(envelope, row["payload"])


async def say_again(connection: Any, aggregate: str, key: str) -> None:
    """Have the newest state of one aggregate published once more."""
    await connection.execute(_AGAIN, aggregate, key)


async def begin_epoch(connection: Any) -> int:
    """Raise the owner's epoch and have the newest state of every aggregate published under it; its number.

    What is over by itself is left out. Inside the caller's transaction. Whoever reads a record of a higher
    epoch starts over.
    """
    await connection.execute(_EVERYTHING_AGAIN, *PASSING)
    return int(await connection.fetchval("UPDATE epoch SET number = number + 1 RETURNING number"))
