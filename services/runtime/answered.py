"""What is remembered of a command, so that it is carried out once, in the transaction of what it changed."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final
from uuid import UUID, uuid4
from weakref import WeakKeyDictionary

from services.runtime.commits import is_committed, name_of
from services.runtime.ports import Answer
from services.runtime.problems import Problem

log: Final = logging.getLogger(__name__)

Pool = Any
"""An asyncpg pool or a connection of one; this module is imported where no driver may be."""

KEPT: Final = timedelta(days=7)
"""Until then a command that is repeated is answered, and not carried out again."""

TABLE: Final = """
CREATE TABLE answered (
    person uuid NOT NULL,
    key text NOT NULL,
    body_hash bytea NOT NULL,
    at timestamptz NOT NULL,
    PRIMARY KEY (person, key)
);
CREATE INDEX ON answered (at);
"""
"""Of an owner that answers a repeat by how things stand then: what was said is not in it, nor any secret."""

_KEEP: Final = """
INSERT INTO answered (person, key, body_hash, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING RETURNING key
"""

_SEEN: Final = "SELECT body_hash FROM answered WHERE person = $1 AND key = $2"

_FORGET: Final = "DELETE FROM answered WHERE at < $1"


def hash_of(path: str, body: bytes) -> bytes:
    """What tells two commands apart that carry the same key."""
    return sha256(path.encode() + b"\n" + body).digest()


@dataclass
class _UnderWay:
    """The command that is being carried out; `kept`: that it is remembered already."""

    answer: Answer
    at: datetime
    kept: bool = False


_now: Final[ContextVar[_UnderWay | None]] = ContextVar("command", default=None)
_open: Final[ContextVar[Any]] = ContextVar("transaction", default=None)


@contextmanager
def carrying_out(answer: Answer, at: datetime) -> Iterator[None]:
    """What is written in the block is what this command changes."""
    before = _now.set(_UnderWay(answer, at))
    try:
        yield
    finally:
        _now.reset(before)


_turns: Final[WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock]] = WeakKeyDictionary()

PATIENCE_SECONDS: Final = 20.0
"""Postgres ends a transaction that does nothing for thirty; and who asks after one needs a connection."""


@asynccontextmanager
async def _in_turn() -> AsyncIterator[None]:
    """One commit of the process after the other, until it is known whether it counts: what is remembered of
    one must not overtake what is remembered of a later one. Raises Problem 503 where that takes too long.
    """
    turn = _turns.setdefault(asyncio.get_running_loop(), asyncio.Lock())
    try:
        async with asyncio.timeout(PATIENCE_SECONDS):
            await turn.acquire()
    except TimeoutError:
        raise Problem(503, "unavailable") from None
    try:
        yield
    finally:
        turn.release()


@asynccontextmanager
async def unit(pool: Pool) -> AsyncIterator[Any]:
    """A connection in a transaction, in which the command that is being carried out is remembered as well.

    One within another is a part of it, and keeps nothing where that keeps nothing. It ends well where it was
    committed, also where the answer to that got lost: whoever remembers what was written must not miss it.
    Raises Problem 503 where another process carries the same command out: a repeat is answered then.
    """
    if (outer := _open.get()) is not None:
        yield outer
        return
    command, whole, name = _now.get(), False, None
    async with AsyncExitStack() as turn:
        try:
            async with pool.acquire() as connection, connection.transaction():
                if command is not None and not command.kept:
                    await _keep(connection, command)
                before = _open.set(connection)
                try:
                    yield connection
                finally:
                    _open.reset(before)
                name = await name_of(connection)
                await turn.enter_async_context(_in_turn())
                whole = True
        except Exception as lost:
            # What was not whole is rolled back, whatever went wrong.
            if not whole or (name is not None and not await is_committed(pool, name)):
                raise
            log.warning("transaction %s counts, though its answer got lost: %s", name, type(lost).__name__)
    if command is not None:
        command.kept = True


async def keep_what_wrote_nothing(pool: Pool) -> None:
    """Remember the command that is being carried out, where it changed nothing in any table."""
    command = _now.get()
    if command is not None and not command.kept:
        async with unit(pool):
            pass


async def _keep(connection: Any, command: _UnderWay) -> None:
    answer = command.answer
    kept = await connection.fetchval(_KEEP, answer.person, answer.key, answer.body_hash, command.at)
    if kept is None:
        raise Problem(503, "unavailable")


def cause_id() -> UUID:
    """That of the command that is being carried out; of what nobody commanded one of its own."""
    command = _now.get()
    return uuid4() if command is None else command.answer.cause


async def seen(pool: Pool, answer: Answer) -> bytes | None:
    """The hash of the body with which this person's key was answered before; None: it was not."""
    found: bytes | None = await pool.fetchval(_SEEN, answer.person, answer.key)
    return found


async def forget_older(pool: Pool, moment: datetime) -> None:
    """Delete what is remembered of commands that came before this moment."""
    await pool.execute(_FORGET, moment)
