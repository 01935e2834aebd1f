"""What was taken out of texts, on its way to the key file of a backup, and out of restored tables again."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import UUID, uuid4

from schemas.events.incident import Incident
from schemas.events.log_entry import Entry, LogEntry
from schemas.values import Moment, Value
from services.aid.rules import audience, redaction
from services.aid.rules.redaction import Redacted, Said, Span
from services.aid.store.aggregates import TABLES
from services.aid.store.redactions import SPANS, take_out, texts_of
from services.runtime.journal import Connection
from services.runtime.ports import Cause


class RedactedVersion(Value):
    """One version that lost something. `hash`: of its row, in hexadecimals: it is this one and no other.

    After a restore another story begins, in which the same version may say something else.
    """

    aggregate: str
    key: str
    version: int
    hash: str
    spans: tuple[Span, ...]


class Redaction(Value):
    """What was taken out at once: the line that tells of it, the incident, when and by whom."""

    line: UUID
    incident: UUID
    at: Moment
    who: UUID | None
    versions: tuple[RedactedVersion, ...]


_KEPT: Final = """
SELECT line, about, redaction.at, redaction.who, aggregate, key, version, spans, encode(hash, 'hex') AS hash
FROM redaction JOIN redacted_row USING (line) JOIN journal USING (aggregate, key, version)
ORDER BY number, aggregate, key, version
"""


async def kept(connection: Connection) -> list[Redaction]:
    """All that was ever taken out, in the order in which it was."""
    found: dict[str, list[Any]] = {}
    for row in await connection.fetch(_KEPT):
        found.setdefault(row["line"], []).append(row)
    return [_redaction(line, rows) for line, rows in found.items()]


def _redaction(line: str, rows: Sequence[Any]) -> Redaction:
    versions = tuple(
        RedactedVersion(
            aggregate=row["aggregate"],
            key=row["key"],
            version=row["version"],
            hash=row["hash"],
            spans=SPANS.validate_json(row["spans"]),
        )
        for row in rows
    )
    first = rows[0]
    return Redaction(
        line=UUID(line), incident=UUID(first["about"]), at=first["at"], who=first["who"], versions=versions
    )


async def take_out_again(connection: Connection, redactions: Sequence[Redaction]) -> int:
    """Take out of restored tables what was taken out since their backup, in the same order; how often.

    Inside the caller's transaction, while nothing else runs.
    """
    known = {each.line for each in await kept(connection)}
    done = [await _again(connection, each) for each in redactions if each.line not in known]
    return sum(done)


async def _again(connection: Connection, redaction_: Redaction) -> bool:
    said = await texts_of(connection, redaction_.incident)
    found = _found(said, redaction_)
    incidents = await TABLES.read(connection, Incident.TYPE, [str(redaction_.incident)])
    if not found or not incidents or not isinstance(incidents[0].state, Incident):
        return False
    anew = redaction.newest_changed(said, found)
    line = _line(incidents[0].state, redaction_, found)
    # Its own cause: the same rows have other versions in the story that was lost.
    await take_out(connection, found, anew, line, Cause(uuid4(), redaction_.who, redaction_.at))
    return True


def _found(said: Sequence[Said], redaction_: Redaction) -> list[Redacted]:
    """What is there of the versions that lost something; of what came after the backup nothing is."""
    there = {(each.aggregate, each.key, each.version, each.hash.hex()): each for each in said}
    meant = (
        (there.get((each.aggregate, each.key, each.version, each.hash)), each.spans)
        for each in redaction_.versions
    )
    return [
        Redacted(each, redaction.cut(each.payload, spans), spans) for each, spans in meant if each is not None
    ]


def _line(incident: Incident, told: Redaction, found: Sequence[Redacted]) -> LogEntry:
    return LogEntry(
        id=told.line,
        incident=incident.id,
        at=told.at,
        entry=Entry.REDACTED,
        by_person=told.who,
        about=redaction.counts(found),
        exercise=incident.exercise,
        tlp=incident.tlp,
        readers=audience.of_line(incident),
    )
