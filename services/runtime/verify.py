"""Checks an owner's whole story: chains, seals, tables, outbox and topics say the same."""

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any, Final

from schemas.codec import Undecodable, envelope_of
from schemas.envelope import Record
from schemas.topics import Topic, owned_by
from services.runtime.database import connected
from services.runtime.journal import broken_links
from services.runtime.outbox import PASSING, SEALS
from services.runtime.places import places_of, read_once, record_of
from services.runtime.redacted import Judged, Said, judge
from services.runtime.sealer import broken_seals
from services.runtime.settings import OwnerSettings

LATE_SECONDS: Final = 60
"""A row that waits for longer is not on its way any more."""

_COUNTS: Final = """
SELECT (SELECT count(*) FROM journal) AS "journal rows",
       (SELECT count(*) FROM (SELECT DISTINCT aggregate, key FROM journal) AS chain) AS chains,
       (SELECT count(*) FROM seal) AS seals,
       (SELECT count(*) FROM outbox) AS "rows on their way"
"""

# What a table holds beside what its newest journal row says; jsonb, since it does not keep the order of keys.
_TABLE: Final = """
SELECT coalesce(kept.id, said.key) AS key,
       CASE WHEN kept.id IS NULL THEN 'is in the journal and not in its table'
            WHEN said.key IS NULL THEN 'is in its table and not in the journal'
            ELSE 'differs between its table and the journal' END AS why
FROM {kind} kept
FULL JOIN (
    SELECT DISTINCT ON (key) key, version, payload FROM journal WHERE aggregate = '{kind}'
    ORDER BY key, version DESC
) said ON said.key = kept.id
WHERE said.key IS NULL OR kept.id IS NULL OR said.version <> kept.version
   OR convert_from(said.payload, 'UTF8')::jsonb <> kept.state
"""

_WAITING: Final = """
SELECT outbox.aggregate || '/' || outbox.key AS name FROM outbox JOIN journal USING (aggregate, key, version)
WHERE journal.at < now() - make_interval(secs => $1)
"""

_NEWEST: Final = """
SELECT DISTINCT ON (aggregate, key) aggregate, key, version, sha256(payload) AS digest,
       EXISTS (SELECT FROM outbox WHERE outbox.aggregate = journal.aggregate AND outbox.key = journal.key)
           AS waits,
       coalesce(at < now() - over_after, false) AS is_over
FROM journal
LEFT JOIN unnest($1::text[], $2::interval[]) AS passing (aggregate, over_after) USING (aggregate)
ORDER BY aggregate, key, version DESC
"""

# Of what stands in the topics and was not in the journal when we looked: what the journal knows of it now.
_KNOWN: Final = """
SELECT spot.aggregate, spot.key, spot.version, sha256(journal.payload) AS digest
FROM unnest($1::text[], $2::text[], $3::integer[]) AS spot (aggregate, key, version)
LEFT JOIN journal USING (aggregate, key, version)
"""

PATIENCE_SECONDS: Final = 30
"""So long the topics may give nothing before we stop asking."""

OTHER_BYTES: Final = "has other bytes in its topic than in the journal"

Spot = tuple[str, str]


@dataclass(frozen=True)
class Last:
    """What stands last in the topics for one aggregate: epoch, version, and SHA-256 of the bytes."""

    epoch: int
    version: int
    digest: bytes


@dataclass
class Report:
    """`problems` are sentences; an owner is whole when there are none. `counted`: what was looked at."""

    owner: str
    problems: list[str] = field(default_factory=list)
    counted: dict[str, int] = field(default_factory=dict)


async def verify(settings: OwnerSettings, owner: str, said: Said | None = None) -> Report:
    """Look at everything once; commands may go on meanwhile. Raises what Postgres and Kafka raise.

    `said`: what an owner whose journal can be redacted says of that.
    """
    report = Report(owner)
    topics = owned_by(owner)
    async with connected(settings.database) as connection:
        # In one snapshot: a row that is redacted meanwhile would fit neither of two.
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            judged = Judged() if said is None else await judge(connection, said)
            broken = await broken_links(connection, judged.covered)
        report.problems += judged.problems
        for link in broken:
            name = f"{link.aggregate}/{link.key}/{link.version}"
            report.problems.append(f"journal row {name} does not follow from the one before it")
        # Before the topics are read: what is decided meanwhile can only make them newer.
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            newest = await _look_at_tables(connection, topics, report)
        last = await _last_records(settings, topics)
        report.counted["keys in topics"] = len(last)
        await _look_at_rest(connection, _compare(newest, last, report), report)
        await _look_at_epochs(connection, last, report)
    return report


def tell(report: Report) -> int:
    """Print the report as one line of JSON; the exit code: 0 when it is whole."""
    json.dump(asdict(report), sys.stdout)
    print()
    return 1 if report.problems else 0


async def _look_at_tables(connection: Any, topics: Sequence[Topic], report: Report) -> list[Any]:
    report.counted = dict(await connection.fetchrow(_COUNTS))
    report.problems += [broken.why for broken in await broken_seals(connection)]
    for kind in [topic.state.TYPE for topic in topics if topic.state.TYPE not in SEALS]:
        for row in await connection.fetch(_TABLE.format(kind=kind)):
            report.problems.append(f"{kind}/{row['key']} {row['why']}")
    for row in await connection.fetch(_WAITING, LATE_SECONDS):
        report.problems.append(f"{row['name']} has waited for longer than {LATE_SECONDS} s to be published")
    return list(await connection.fetch(_NEWEST, *PASSING))


def _compare(newest: Sequence[Any], last: Mapping[Spot, Last], report: Report) -> dict[Spot, Last]:
    """Note what is missing, covered or changed in the topics; what stands there beyond the rows."""
    rest = dict(last)
    for row in newest:
        found = rest.get((row["aggregate"], row["key"]))
        if found is not None and found.version > row["version"]:
            continue
        rest.pop((row["aggregate"], row["key"]), None)
        why = "" if row["waits"] else _differs(found, row)
        if why:
            report.problems.append(f"{row['aggregate']}/{row['key']} {why}")
    return rest


def _differs(found: Last | None, row: Any) -> str:
    if found is None:
        return "" if row["is_over"] else "is not in its topic"
    if found.version < row["version"]:
        return f"stands at version {found.version} instead of {row['version']}"
    return "" if found.digest == row["digest"] else OTHER_BYTES


async def _look_at_rest(connection: Any, rest: Mapping[Spot, Last], report: Report) -> None:
    # It was decided after we looked at the tables, so the journal knows it by now; or nobody ever decided it.
    columns = [(kind, key, found.version) for (kind, key), found in rest.items()]
    asked = [list(column) for column in zip(*columns, strict=True)] or [[], [], []]
    for row in await connection.fetch(_KNOWN, *asked):
        name = f"{row['aggregate']}/{row['key']}"
        if row["digest"] is None:
            report.problems.append(
                f"{name} stands at version {row['version']}, of which the journal knows nothing"
            )
        elif row["digest"] != rest[row["aggregate"], row["key"]].digest:
            report.problems.append(f"{name} {OTHER_BYTES}")


async def _look_at_epochs(connection: Any, last: Mapping[Spot, Last], report: Report) -> None:
    # Under a later epoch it would cover whatever the owner says from now on.
    epoch = await connection.fetchval("SELECT number FROM epoch")
    for (kind, key), found in last.items():
        if found.epoch > epoch:
            report.problems.append(f"{kind}/{key} stands under epoch {found.epoch}; the owner's is {epoch}")


async def _last_records(settings: OwnerSettings, topics: Sequence[Topic]) -> dict[Spot, Last]:
    found: dict[Spot, Last] = {}
    places = places_of(settings.topic_prefix, topics)
    await read_once(settings.kafka, places, lambda each: _note(found, record_of(each)), PATIENCE_SECONDS)
    return found


def _note(found: dict[Spot, Last], record: Record) -> None:
    try:
        kind, envelope = envelope_of(record)
    except Undecodable:
        return  # Not written by an owner; consumers bury it.
    found[kind, envelope.key] = Last(envelope.epoch, envelope.version, sha256(record.value).digest())
