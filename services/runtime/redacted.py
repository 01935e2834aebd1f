"""Rewrites rows of an owner's journal from which words were taken out, and judges whether all of it was told.

A row that was rewritten keeps its hash: what follows from it, the seals and what was published as seals still
fit. What it has to fit from then on is a digest of its own, and the digests of all rows of one redaction make
the one that its line in the owner's story says: a row that is changed quietly later, back to its old words or
into others, fits nothing.
"""

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID

from services.runtime.journal import Connection, Cover

Spot = tuple[str, str, int]
"""Aggregate, key and version."""

Said = Callable[[Connection], Awaitable[Mapping[str, str]]]
"""Line -> the digest it says, in hexadecimals, of every line of the owner that tells of a redaction."""

_BEFORE: Final = """
SELECT journal.aggregate, journal.key, journal.version, coalesce(last.digest, journal.hash) AS digest
FROM unnest($1::text[], $2::text[], $3::integer[]) AS spot (aggregate, key, version)
JOIN journal USING (aggregate, key, version)
LEFT JOIN LATERAL (
    SELECT digest FROM redacted_row JOIN redaction USING (line)
    WHERE (redacted_row.aggregate, redacted_row.key, redacted_row.version)
        = (journal.aggregate, journal.key, journal.version)
    ORDER BY number DESC LIMIT 1
) last ON true
"""

_REWRITE: Final = """
UPDATE journal SET payload = left_over.payload, redacted = true
FROM unnest($1::text[], $2::text[], $3::integer[], $4::bytea[])
     AS left_over (aggregate, key, version, payload)
WHERE (journal.aggregate, journal.key, journal.version)
    = (left_over.aggregate, left_over.key, left_over.version)
"""

_KEEP: Final = "INSERT INTO redaction (line, about, at, who) VALUES ($1, $2, $3, $4)"

_KEEP_ROWS: Final = """
INSERT INTO redacted_row (aggregate, key, version, spans, digest, line)
SELECT *, $6::text FROM unnest($1::text[], $2::text[], $3::integer[], $4::jsonb[], $5::bytea[])
"""

_ALL: Final = """
SELECT line, aggregate, key, version, digest, journal.hash, journal.redacted
FROM redaction LEFT JOIN redacted_row USING (line) LEFT JOIN journal USING (aggregate, key, version)
ORDER BY number, aggregate, key, version
"""

_UNTOLD: Final = """
SELECT aggregate || '/' || key || '/' || version AS name FROM journal
WHERE redacted AND NOT EXISTS (
    SELECT FROM redacted_row
    WHERE (redacted_row.aggregate, redacted_row.key, redacted_row.version)
        = (journal.aggregate, journal.key, journal.version)
)
ORDER BY name
"""


@dataclass(frozen=True)
class LeftOver:
    """What is left of one row, and what was taken out of it, as JSON that says where and never what."""

    spot: Spot
    payload: bytes
    spans: str


@dataclass(frozen=True)
class Rewritten:
    """Rows that were rewritten: what each has to fit now, and what a line says of all of them together."""

    rows: Sequence[LeftOver]
    digests: Sequence[bytes]

    @property
    def digest(self) -> str:
        """What the line says, in hexadecimals."""
        return digest_of(zip([each.spot for each in self.rows], self.digests, strict=True))


@dataclass(frozen=True)
class Told:
    """The line that tells of it: its id, what it hangs on, when, and who took words out."""

    line: str
    about: str
    at: datetime
    who: UUID | None


def digest_of(rows: Iterable[tuple[Spot, bytes]]) -> str:
    """One digest over the names of rows and theirs, in the order of their names."""
    whole = sha256()
    for (aggregate, key, version), digest in sorted(rows):
        whole.update(f"{aggregate}/{key}/{version}\n".encode() + digest)
    return whole.hexdigest()


async def rewrite(connection: Connection, rows: Sequence[LeftOver]) -> Rewritten:
    """Give rows the bytes that are left. Under the locks of their aggregates, in the caller's transaction."""
    columns = _columns(each.spot for each in rows)
    found = await connection.fetch(_BEFORE, *columns)
    before = {(row["aggregate"], row["key"], row["version"]): row["digest"] for row in found}
    await connection.execute(_REWRITE, *columns, [each.payload for each in rows])
    return Rewritten(rows, [sha256(before[each.spot] + each.payload).digest() for each in rows])


async def keep(connection: Connection, done: Rewritten, told: Told) -> None:
    """Remember what was redacted, and which line tells of it."""
    await connection.execute(_KEEP, told.line, told.about, told.at, told.who)
    spans = [each.spans for each in done.rows]
    columns = _columns(each.spot for each in done.rows)
    await connection.execute(_KEEP_ROWS, *columns, spans, list(done.digests), told.line)


def _columns(spots: Iterable[Spot]) -> tuple[list[str], list[str], list[int]]:
    listed = list(spots)
    return [each[0] for each in listed], [each[1] for each in listed], [each[2] for each in listed]


@dataclass
class Judged:
    """`covered`: the redacted rows, with what they have to fit. `problems`: sentences about the rest."""

    covered: dict[Spot, Cover] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)


async def judge(connection: Connection, said: Said) -> Judged:
    """Which rows were redacted as their lines say; inside the caller's snapshot."""
    judged, told = Judged(), await said(connection)
    kept: dict[str, dict[Spot, tuple[bytes, bytes]]] = {}
    for row in await connection.fetch(_ALL):
        rows = kept.setdefault(row["line"], {})
        if row["aggregate"] is not None:
            spot = (row["aggregate"], row["key"], row["version"])
            rows[spot] = (row["digest"], row["hash"])
            if not row["redacted"]:
                name = "/".join(map(str, spot))
                judged.problems.append(f"{name} is not marked as redacted, and a line says that it was")
    for line, rows in kept.items():
        if told.get(line) != digest_of((spot, digest) for spot, (digest, _) in rows.items()):
            judged.problems.append(f"redaction {line} is not the one that a line of the story tells of")
            continue
        for spot, (digest, hash_) in rows.items():
            earlier = judged.covered.get(spot)
            judged.covered[spot] = Cover(hash_ if earlier is None else earlier.digest, digest)
    judged.problems += [f"redaction {line} is told of and kept nowhere" for line in told if line not in kept]
    judged.problems += [
        f"{row['name']} is marked as redacted, and no line says so" for row in await connection.fetch(_UNTOLD)
    ]
    return judged
