"""Checks an owner's whole story: chains, seals, tables, outbox and topics say the same."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from typing import Any, Final

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.codec import Undecodable, envelope_of
from schemas.envelope import Record
from schemas.topics import Topic, owned_by
from services.runtime.journal import broken_links
from services.runtime.outbox import SEALS
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
SELECT DISTINCT ON (aggregate, key) aggregate, key, version, payload,
       EXISTS (SELECT FROM outbox WHERE outbox.aggregate = journal.aggregate AND outbox.key = journal.key)
           AS waits
FROM journal ORDER BY aggregate, key, version DESC
"""

Spot = tuple[str, str]


@dataclass(frozen=True)
class Last:
    """What stands last in the topics for one aggregate: version, and SHA-256 of the bytes."""

    version: int
    digest: bytes


@dataclass
class Report:
    """`problems` are sentences; an owner is whole when there are none. `counted`: what was looked at."""

    owner: str
    problems: list[str] = field(default_factory=list)
    counted: dict[str, int] = field(default_factory=dict)


async def verify(settings: OwnerSettings, owner: str) -> Report:
    """Look at everything once; commands may go on meanwhile. Raises what Postgres and Kafka raise."""
    report = Report(owner)
    topics = owned_by(owner)
    connection = await asyncpg.connect(settings.database)
    try:
        for link in await broken_links(connection):
            name = f"{link.aggregate}/{link.key}/{link.version}"
            report.problems.append(f"journal row {name} does not follow from the one before it")
        # Before the topics are read: what is decided meanwhile can only make them newer.
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            newest = await _look_at_tables(connection, topics, report)
    finally:
        await connection.close()
    _compare(newest, await _last_records(settings, topics), report)
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
    return list(await connection.fetch(_NEWEST))


def _compare(newest: Sequence[Any], last: dict[Spot, Last], report: Report) -> None:
    for row in newest:
        found = last.pop((row["aggregate"], row["key"]), None)
        name = f"{row['aggregate']}/{row['key']}"
        if row["waits"] or (found is not None and found.version > row["version"]):
            continue
        if found is None:
            report.problems.append(f"{name} is not in its topic")
        elif found.version < row["version"]:
            report.problems.append(f"{name} stands at version {found.version} instead of {row['version']}")
        elif found.digest != sha256(row["payload"]).digest():
            report.problems.append(f"{name} has other bytes in its topic than in the journal")
    report.counted["keys in topics"] = len(newest)


async def _last_records(settings: OwnerSettings, topics: Sequence[Topic]) -> dict[Spot, Last]:
    places = [
        TopicPartition(settings.topic_prefix + topic.name, number)
        for topic in topics
        for number in range(topic.partitions)
    ]
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.kafka, enable_auto_commit=False)
    await consumer.start()
    found: dict[Spot, Last] = {}
    try:
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        ends = await consumer.end_offsets(places)
        while [place for place, end in ends.items() if await consumer.position(place) < end]:
            for records in (await consumer.getmany(timeout_ms=500)).values():
                for record in records:
                    _note(found, Record(record.key or b"", record.value or b"", tuple(record.headers)))
    finally:
        await consumer.stop()
    return found


def _note(found: dict[Spot, Last], record: Record) -> None:
    try:
        kind, envelope = envelope_of(record)
    except Undecodable:
        return  # Not written by an owner; consumers bury it.
    found[kind, envelope.key] = Last(envelope.version, sha256(record.value).digest())
