"""Loads the world of a command under its locks, and writes what became of it."""

import json
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
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
from services.aid.ports import Answer, Locked, ReachMoved, Seen
from services.aid.reach import Reach
from services.aid.rules.world import Picture, World
from services.runtime.aggregates import Tables
from services.runtime.ports import Cause, Written

AGGREGATES: Final[tuple[type[Row], ...]] = (
    Incident,
    HelpRequest,
    Approach,
    Commitment,
    Duty,
    Lending,
    LogEntry,
)
TABLES: Final = Tables(AGGREGATES)

_LOCK: Final = """
SELECT set_config('lock_timeout', '2s', true), pg_advisory_xact_lock(hashtextextended(name, 0))
FROM unnest($1::text[]) AS name
"""
"""One lock per name, taken in the array's order. Advisory, since what is locked may not exist yet.

Nobody waits for longer than two seconds: whoever does keeps a connection from everybody else.
"""

_WIDEN: Final = """
SELECT request FROM commitment WHERE id = ANY($1::text[])
UNION SELECT request FROM approach WHERE standing AND (person = ANY($2::text[]) OR lender = ANY($3::text[]))
UNION SELECT request FROM commitment WHERE holds AND lender = ANY($3::text[])
UNION SELECT id FROM help_request WHERE incident = ANY($4::text[])
"""

# A statement of its own after the locks: in READ COMMITTED its snapshot is younger than every lock, while
# a locking SELECT would show the other tables as they were before it waited.
_LOAD: Final = """
WITH asked AS (SELECT * FROM approach WHERE request = ANY($2::text[])),
     person AS (SELECT unnest($3::text[]) AS id UNION SELECT person FROM asked WHERE person IS NOT NULL),
     lender AS (SELECT unnest($4::text[]) AS id UNION SELECT lender FROM asked)
SELECT 'incident' AS kind, id, version, state FROM incident
    WHERE id = ANY($1::text[]) OR id IN (SELECT incident FROM help_request WHERE id = ANY($2::text[]))
       OR (is_open AND victims ?| (SELECT array_agg(id) FROM lender))
UNION ALL SELECT 'help_request', id, version, state FROM help_request WHERE id = ANY($2::text[])
UNION ALL SELECT 'approach', id, version, state FROM asked
UNION ALL SELECT 'commitment', id, version, state FROM commitment
    WHERE request = ANY($2::text[])
       OR (holds AND (person IN (SELECT id FROM person) OR person = ANY($5::text[])
                      OR lender IN (SELECT id FROM lender)))
UNION ALL SELECT 'duty', id, version, state FROM duty WHERE id IN (SELECT id FROM person)
UNION ALL SELECT 'lending', id, version, state FROM lending WHERE id IN (SELECT id FROM lender)
UNION ALL SELECT 'log_entry', id, version, state FROM log_entry WHERE id = ANY($6::text[])
"""

_REMEMBER: Final = "INSERT INTO answered (person, key, body_hash, outcome, at) VALUES ($1, $2, $3, $4, $5)"

_ASKED: Final = "SELECT state FROM approach WHERE standing AND person = $1 AND state->>'state' = 'open'"

_ANSWERED: Final = "SELECT body_hash, outcome FROM answered WHERE person = $1 AND key = $2"


class PostgresStore:
    """The store of `aid` on a pool of connections to its own schema."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    @asynccontextmanager
    async def unit(self) -> AsyncIterator["PostgresUnit"]:
        """A transaction that ends with the block."""
        async with self._pool.acquire() as connection, connection.transaction():
            yield PostgresUnit(connection)

    async def asked(self, person: UUID) -> list[Approach]:
        """The open approaches to a person."""
        rows = await self._pool.fetch(_ASKED, str(person))
        return [Approach.model_validate_json(row["state"]) for row in rows]

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
        try:
            await self._connection.execute(_LOCK, own + reach.locks())
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

    async def seen(self, answer: Answer) -> Seen | None:
        """What became of a command with this key before."""
        row = await self._connection.fetchrow(_ANSWERED, answer.person, answer.key)
        if row is None:
            return None
        return Seen(row["body_hash"], tuple((kind, key) for kind, key in json.loads(row["outcome"])))

    async def load(self, reach: Reach, picture: Picture) -> World:
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
        )
        shelves: dict[str, dict[Any, Any]] = {kind: {} for kind in TABLES.by_type}
        for row in rows:
            key = row["id"] if row["kind"] == Lending.TYPE else UUID(row["id"])
            shelves[row["kind"]][key] = TABLES.by_type[row["kind"]].model_validate_json(row["state"])
            self._versions[row["kind"], row["id"]] = row["version"]
        return _world(picture, shelves, self._versions)

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

    async def write(self, states: Sequence[Row], cause: Cause, answer: Answer | None) -> list[Written]:
        """Rows, journal and outbox with the next versions, and the answered key."""
        written = [Written(each, self._versions.get((each.TYPE, each.key), 0) + 1) for each in states]
        await TABLES.write(self._connection, written, cause)
        if answer is not None:
            outcome = json.dumps([[each.state.TYPE, each.state.key] for each in written])
            await self._connection.execute(
                _REMEMBER, answer.person, answer.key, answer.body_hash, outcome, cause.at
            )
        return written


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
