"""Loads the world of a command under its locks, and writes what became of it."""

import json
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from hashlib import blake2b
from typing import Any, Final
from uuid import UUID

import asyncpg

from schemas.events.approach import Approach
from schemas.events.commitment import Commitment
from schemas.events.duty import Duty
from schemas.events.help_request import HelpRequest
from schemas.events.incident import Incident
from schemas.events.lending import Lending
from schemas.events.log_entry import LogEntry
from schemas.state import Row
from services.aid.ports import Found, Locked, ReachMoved, Seen
from services.aid.reach import Reach
from services.aid.rules.redaction import Redacted, Said
from services.aid.rules.world import Picture, World
from services.aid.store.aggregates import TABLES
from services.aid.store.redactions import all_texts, take_out, texts_of
from services.aid.store.shelf import Shelf
from services.runtime.journal import NOTHING, Beside
from services.runtime.ports import Answer, Cause, Written

_BEGIN: Final = """
BEGIN; SET LOCAL lock_timeout = '2s';
SELECT pg_advisory_xact_lock(number) FROM unnest(ARRAY[{numbers}]::bigint[]) AS number
"""
"""One lock per number, taken in the array's order. Advisory, since what is locked may not exist yet.

Numbers alone need no parameters, so that the transaction begins in the same message. Nobody waits for longer
than two seconds: whoever does keeps a connection from everybody else.
"""

_WIDEN: Final = """
SELECT request FROM commitment WHERE id = ANY($1::text[])
UNION SELECT request FROM approach WHERE standing AND (person = ANY($2::text[]) OR lender = ANY($3::text[]))
UNION SELECT request FROM commitment WHERE holds AND lender = ANY($3::text[])
UNION SELECT id FROM help_request WHERE incident = ANY($4::text[])
"""

# A statement of its own after the locks: in READ COMMITTED its snapshot is younger than every lock, while
# a locking SELECT would show the other tables as they were before it waited. Each ARRAY(...) is one index
# search; with IN (...) Postgres reads the whole table as soon as a condition is one of several.
_LOAD: Final = """
WITH asked AS (SELECT * FROM approach WHERE request = ANY($2::text[])),
     person AS (SELECT unnest($3::text[]) AS id UNION SELECT person FROM asked WHERE person IS NOT NULL),
     lender AS (SELECT unnest($4::text[]) AS id UNION SELECT lender FROM asked)
SELECT 'incident' AS kind, id, version, state FROM incident
    WHERE id = ANY($1::text[])
       OR id = ANY(ARRAY(SELECT incident FROM help_request WHERE id = ANY($2::text[])))
       OR (is_open AND victims ?| ARRAY(SELECT id FROM lender))
UNION ALL SELECT 'help_request', id, version, state FROM help_request WHERE id = ANY($2::text[])
UNION ALL SELECT 'approach', id, version, state FROM asked
UNION ALL SELECT 'commitment', id, version, state FROM commitment
    WHERE request = ANY($2::text[])
       OR (holds AND person = ANY(ARRAY(SELECT id FROM person) || $5::text[]))
       OR (holds AND lender = ANY($4::text[]))
UNION ALL SELECT 'duty', id, version, state FROM duty WHERE id = ANY(ARRAY(SELECT id FROM person))
UNION ALL SELECT 'lending', id, version, state FROM lending WHERE id = ANY(ARRAY(SELECT id FROM lender))
UNION ALL SELECT 'log_entry', id, version, state FROM log_entry WHERE id = ANY($6::text[])
UNION ALL SELECT 'answered', encode(body_hash, 'hex'), 0, outcome FROM answered
    WHERE person = $7::uuid AND key = $8::text
"""

_REMEMBER: Final = """
    INSERT INTO answered (person, key, body_hash, outcome, at)
    VALUES ($12::uuid, $13::text, $14::bytea, $15::jsonb, $16::timestamptz)
"""

_ASKED: Final = "SELECT state FROM approach WHERE standing AND person = $1 AND state->>'state' = 'open'"


class PostgresStore:
    """The store of `aid` on a pool of connections to its own schema."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    @asynccontextmanager
    async def unit(self) -> AsyncIterator["PostgresUnit"]:
        """A transaction that begins with its locks and ends with the block."""
        async with self._pool.acquire() as connection:
            try:
                yield PostgresUnit(connection)
            except BaseException:
                if not connection.is_closed() and connection.is_in_transaction():
                    await connection.execute("ROLLBACK")
                raise
            await connection.execute("COMMIT")

    async def asked(self, person: UUID) -> list[Approach]:
        """The open approaches to a person."""
        rows = await self._pool.fetch(_ASKED, str(person))
        return [Approach.model_validate_json(row["state"]) for row in rows]

    async def everything(self) -> AsyncIterator[list[Said]]:
        """Every version of everything that holds texts of people, in one snapshot, a batch at a time."""
        async with self._pool.acquire() as connection:
            async for each in all_texts(connection):
                yield each

    async def epoch(self) -> int:
        """The number that a restore of this database raises."""
        return int(await self._pool.fetchval("SELECT number FROM epoch"))


class PostgresUnit:
    """One transaction. Locks first, in one order for everybody; then one statement that loads."""

    def __init__(self, connection: Any) -> None:
        self._connection: asyncpg.Connection[Any] = connection
        self._versions: dict[tuple[str, str], int] = {}

    async def lock(self, reach: Reach, answer: Answer | None) -> Reach:
        """Take every lock in order. Raises ReachMoved and Locked."""
        if reach.is_open_ended:
            reach = reach.with_requests(await self._widen(reach))
        own = [] if answer is None else [f"answer:{answer.person}/{answer.key}"]
        numbers = ",".join(str(_number(name)) for name in own + reach.locks())
        try:
            await self._connection.execute(_BEGIN.format(numbers=numbers))
        except asyncpg.LockNotAvailableError as error:
            raise Locked from error
        if reach.is_open_ended and not await self._widen(reach) <= reach.requests:
            raise ReachMoved
        return reach

    async def _widen(self, reach: Reach) -> frozenset[UUID]:
        ends = (
            reach.commitments,
            reach.asked_persons,
            reach.asked_organisations,
            reach.whole_incidents,
        )
        rows = await self._connection.fetch(_WIDEN, *map(_texts, ends))
        return frozenset(UUID(row["request"]) for row in rows)

    async def load(self, reach: Reach, picture: Picture, answer: Answer | None) -> Found:
        """Everything within reach, as committed before this statement."""
        lenders = reach.organisations | reach.asked_organisations
        # Whoever of the staff is held is not at home, also where another employer lends them.
        staff = {person.id for lender in lenders for person in picture.staff(lender)}
        rows = await self._connection.fetch(
            _LOAD,
            _texts(reach.incidents | reach.whole_incidents),
            _texts(reach.requests),
            _texts(reach.persons | reach.asked_persons),
            _texts(lenders),
            _texts(staff),
            _texts(reach.lines),
            None if answer is None else answer.person,
            None if answer is None else answer.key,
        )
        seen: Seen | None = None
        shelves = {name: Shelf(kind) for name, kind in TABLES.by_type.items()}
        for kind, key, version, state in rows:
            if kind == "answered":
                seen = Seen(bytes.fromhex(key), tuple((name, row) for name, row in json.loads(state)))
                continue
            shelves[kind].put(key if kind == Lending.TYPE else UUID(key), state)
            self._versions[kind, key] = version
        return Found(_world(picture, shelves, self._versions), seen)

    async def read(self, rows: Collection[tuple[str, str]]) -> list[Written]:
        """These rows as they are now."""
        kinds = sorted({kind for kind, _ in rows})
        return [
            found
            for kind in kinds
            for found in await TABLES.read(
                self._connection, kind, [key for each, key in rows if each == kind]
            )
        ]

    async def texts(self, incident: UUID) -> list[Said]:
        """Every version of the incident and what hangs on it, as far as people write there; oldest first."""
        return await texts_of(self._connection, incident)

    async def take_out(
        self, found: Sequence[Redacted], anew: Sequence[Redacted], line: LogEntry, cause: Cause
    ) -> list[Written]:
        """Rewrite these versions, say `anew` and the line, and remember what was taken out and where."""
        return await take_out(self._connection, found, anew, line, cause)

    async def write(self, states: Sequence[Row], cause: Cause, answer: Answer | None) -> list[Written]:
        """Rows, journal and outbox with the next versions, and the answered key."""
        written = [Written(each, self._versions.get((each.TYPE, each.key), 0) + 1) for each in states]
        await TABLES.write(self._connection, written, cause, _remembered(written, cause, answer))
        return written


def _remembered(written: Sequence[Written], cause: Cause, answer: Answer | None) -> Beside:
    if answer is None:
        return NOTHING
    outcome = json.dumps([[each.state.TYPE, each.state.key] for each in written])
    arguments = (answer.person, answer.key, answer.body_hash, outcome, cause.at)
    return Beside({"remembered": _REMEMBER}, arguments)


def _number(name: str) -> int:
    """The lock of a name: a number of eight bytes, since that is what Postgres locks."""
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), signed=True)


def _world(
    picture: Picture, shelves: Mapping[str, Mapping[Any, Any]], versions: Mapping[tuple[str, str], int]
) -> World:
    requests = shelves[HelpRequest.TYPE]
    return World(
        picture=picture,
        incidents=shelves[Incident.TYPE],
        requests=requests,
        approaches=shelves[Approach.TYPE],
        commitments=shelves[Commitment.TYPE],
        duties=shelves[Duty.TYPE],
        lendings=shelves[Lending.TYPE],
        log=shelves[LogEntry.TYPE],
        request_versions={key: versions[HelpRequest.TYPE, str(key)] for key in requests},
    )


def _texts(ids: Iterable[object]) -> list[str]:
    return sorted(str(each) for each in ids)
