"""Seals an owner's journal: each second's new rows become one link of a chain that is published.

A journal's own chains show a row that was changed, and a gap. They do not show an aggregate that is gone from
its first version to its last: the seals do, since they name it.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Final
from uuid import NAMESPACE_OID, uuid5

import asyncpg

from schemas.codec import state_bytes
from schemas.events.seal import Seal
from services.runtime import metrics
from services.runtime.journal import append
from services.runtime.now import Now
from services.runtime.outbox import SEALS
from services.runtime.ports import Entry

SEAL_SECONDS: Final = 1.0
MOST: Final = 5_000
"""Rows in one seal; a backlog takes several."""

_TAKE: Final = """
WITH taken AS (
    DELETE FROM unsealed WHERE (aggregate, key, version) IN (
        SELECT aggregate, key, version FROM unsealed ORDER BY aggregate, key, version LIMIT $1 FOR UPDATE
    ) RETURNING aggregate, key, version
)
SELECT aggregate || '/' || key || '/' || version AS name, journal.at, journal.who, journal.hash
FROM taken JOIN journal USING (aggregate, key, version)
ORDER BY aggregate, key, version
"""

_LAST: Final = "SELECT number, hash FROM seal ORDER BY number DESC LIMIT 1"

_KEEP: Final = "INSERT INTO seal (number, at, members, previous, hash) VALUES ($1, $2, $3, $4, $5)"


class Sealer:
    """Makes the seals of one owner; the active relay runs it, so there is one."""

    def __init__(self, pool: "asyncpg.Pool[Any]", kind: type[Seal], now: Now) -> None:
        self._pool = pool
        self._kind = kind
        self._now = now
        metrics.counter(metrics.SEALS)

    async def run(self) -> None:
        """Seal once a second, for ever."""
        while True:
            if not await self.seal():
                await asyncio.sleep(SEAL_SECONDS)

    async def seal(self) -> int:
        """One link over what is published and not sealed yet; how many rows it covers (0: no link)."""
        async with self._pool.acquire() as connection, connection.transaction():
            rows = await connection.fetch(_TAKE, MOST)
            if rows:
                await self._write(connection, rows)
        return len(rows)

    async def _write(self, connection: Any, rows: Sequence[Any]) -> None:
        last = await connection.fetchrow(_LAST)
        number, previous = (1, None) if last is None else (last["number"] + 1, last["hash"])
        found = link(previous, rows)
        at = self._now()
        metrics.counter(metrics.SEALS).inc()
        await connection.execute(_KEEP, number, at, [row["name"] for row in rows], previous, found)
        seal = self._kind(id=str(number), at=at, rows=len(rows), hash=found.hex())
        await append(connection, [_entry(seal, at)])


def link(previous: bytes | None, rows: Iterable[Any]) -> bytes:
    """The hash of a seal: over the link before it and each row's name, moment, author and hash."""
    digest = sha256(previous or b"")
    for row in rows:
        who = "" if row["who"] is None else str(row["who"])
        digest.update(f"{row['name']}\n{row['at'].astimezone(UTC).isoformat()}\n{who}\n".encode())
        digest.update(row["hash"])
    return digest.digest()


def _entry(seal: Seal, at: datetime) -> Entry:
    cause = uuid5(NAMESPACE_OID, f"{seal.TYPE}/{seal.id}")
    return Entry(
        event_id=cause,
        aggregate=seal.TYPE,
        key=seal.key,
        version=1,
        event_type=seal.event_type(),
        at=at,
        who=None,
        correlation=str(cause),
        exercise=False,
        payload=state_bytes(seal),
    )


@dataclass(frozen=True)
class BrokenSeal:
    """Something that the seals show to be missing, changed or slipped in; one sentence."""

    why: str


_SEALS: Final = "SELECT number, members, previous, hash FROM seal ORDER BY number"

_NAMED: Final = """
SELECT name, journal.at, journal.who, journal.hash
FROM unnest($1::text[], $2::text[], $3::text[], $4::integer[]) WITH ORDINALITY
     AS member (name, aggregate, key, version, place)
LEFT JOIN journal USING (aggregate, key, version)
ORDER BY place
"""

_UNCOVERED: Final = """
SELECT aggregate || '/' || key || '/' || version AS name FROM journal
WHERE aggregate <> ALL($1::text[])
EXCEPT SELECT unnest(members) FROM seal
EXCEPT SELECT aggregate || '/' || key || '/' || version FROM unsealed
EXCEPT SELECT aggregate || '/' || key || '/' || version FROM outbox WHERE version IS NOT NULL
"""


async def broken_seals(connection: Any) -> list[BrokenSeal]:
    """Walk the chain of seals and every row it names; inside the caller's snapshot, where it has one."""
    found: list[BrokenSeal] = []
    expected, previous = 1, None
    for seal in await connection.fetch(_SEALS):
        found += [BrokenSeal(f"seal {number} is missing") for number in range(expected, seal["number"])]
        rows = await connection.fetch(_NAMED, seal["members"], *_parts(seal["members"]))
        gone = [row["name"] for row in rows if row["hash"] is None]
        found += [BrokenSeal(f"a sealed row is gone: {name}") for name in gone]
        if not gone and (link(seal["previous"], rows) != seal["hash"] or seal["previous"] != previous):
            found.append(BrokenSeal(f"seal {seal['number']} does not fit what it covers"))
        expected, previous = seal["number"] + 1, seal["hash"]
    uncovered = await connection.fetch(_UNCOVERED, SEALS)
    found += [BrokenSeal(f"a row is neither sealed nor on its way: {row['name']}") for row in uncovered]
    return found


def _parts(members: Sequence[str]) -> tuple[list[str], list[str], list[int]]:
    split = [name.split("/") for name in members]
    return [each[0] for each in split], [each[1] for each in split], [int(each[2]) for each in split]
