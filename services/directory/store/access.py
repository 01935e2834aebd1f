"""How passkeys and invitations change: each in one transaction with the session that follows from it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg

from schemas.events.access import Access, Passkey
from schemas.events.card import Card, CardState
from schemas.events.session import Session, SignInWay
from schemas.refused import Refused
from schemas.state import State
from services.directory.rules.access import after_restore
from services.directory.rules.cards import back
from services.directory.store.keys import KeyFile
from services.directory.store.opening import opening
from services.directory.store.push import fewer_devices
from services.directory.store.writes import TABLES, living_sessions
from services.runtime.answered import cause_id, unit
from services.runtime.database import LOCK
from services.runtime.ports import Cause, Written

_USED: Final = """
UPDATE passkey_use SET sign_count = $2, used_at = $3
WHERE credential = $1 AND (sign_count < $2 OR (sign_count = 0 AND $2 = 0))
RETURNING credential
"""
"""Phones that count must count on; most do not and always say 0."""


@dataclass(frozen=True)
class Use:
    """A key as a phone just used it."""

    credential: str
    sign_count: int


class Accesses:
    """Changes of who gets in, on a pool of connections to the directory's own schema."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def change(
        self, person: UUID, decide: Callable[[Access], Access], who: UUID | None, at: datetime
    ) -> Access:
        """What one person gets in with, as its next version. Raises what `decide` raises."""
        return (await self.change_all([person], decide, who, at))[0]

    async def change_all(
        self, people: Collection[UUID], decide: Callable[[Access], Access], who: UUID | None, at: datetime
    ) -> list[Access]:
        """The same for several, all or none, in the order of their ids."""
        async with unit(self._pool) as connection:
            found = [await locked_access(connection, person) for person in sorted(people)]
            decided = [(version, access, decide(access)) for version, access in found]
            written = [Written(new, version + 1) for version, access, new in decided if new != access]
            await TABLES.write(connection, written, Cause(cause_id(), who, at))
        return [new for _, _, new in decided]

    async def welcome(
        self,
        person: UUID,
        decide: Callable[[Access], tuple[Access, Refused | None]],
        use: Use,
        session: Session,
        at: datetime,
    ) -> Access:
        """Let a new key in and open its session; where `decide` refuses, only what it counted is written.

        Raises the refusal, and `passkey_refused` for a key that is somebody's already.
        """
        async with unit(self._pool) as connection:
            await opening(connection, person)
            version, access = await locked_access(connection, person)
            decided, refusal = decide(access)
            written: list[Written] = [Written(decided, version + 1)] if decided != access else []
            if refusal is None:
                await _first_use(connection, person, use, at)
                written.append(Written(session, 1))
            await TABLES.write(connection, written, Cause(cause_id(), person, at))
        if refusal is not None:
            raise Refusing(refusal, decided)
        return decided

    async def enter(self, decide: Callable[[Access], Access], session: Session, at: datetime) -> Access:
        """Spend a guest's link and open its session: of two at once the second is refused by `decide`.

        Raises what `decide` raises. Refused: as `opening`; the link is not spent then.
        """
        async with unit(self._pool) as connection:
            await opening(connection, session.person)
            version, access = await locked_access(connection, session.person)
            decided = decide(access)
            written: list[Written] = [Written(decided, version + 1), Written(session, 1)]
            await TABLES.write(connection, written, Cause(cause_id(), session.person, at))
        return decided

    async def sign_in(self, passkey: Passkey, use: Use, session: Session, at: datetime) -> None:
        """Open a session with a key that is still there. Refused: `passkey_refused`."""
        async with unit(self._pool) as connection:
            await opening(connection, session.person)
            await _count(connection, session.person, passkey, use, at)
            await TABLES.write(connection, [Written(session, 1)], Cause(cause_id(), session.person, at))

    async def used(self, passkey: Passkey, use: Use, person: UUID, at: datetime) -> None:
        """Count a use that opens no session. Refused: `passkey_refused`."""
        # Apart: what it proves is counted too where the command that follows is refused.
        async with self._pool.acquire() as connection, connection.transaction():
            await _count(connection, person, passkey, use, at)

    async def remove(
        self, person: UUID, passkey: UUID, decide: Callable[[Access], Access], who: UUID, at: datetime
    ) -> list[State]:
        """Take a key away, and with it sessions and devices that it opened; all that changed."""
        async with unit(self._pool) as connection:
            await connection.execute(LOCK, f"person:{person}")
            version, access = await locked_access(connection, person)
            decided = decide(access)
            gone = [each.credential for each in access.passkeys if each not in decided.passkeys]
            await connection.execute("DELETE FROM passkey_use WHERE credential = ANY($1::text[])", gone)
            ended = await ended_sessions(connection, "state->>'passkey' = $1", str(passkey))
            ended += await fewer_devices(connection, person, lambda each: each.passkey != passkey)
            await TABLES.write(
                connection, [Written(decided, version + 1), *ended], Cause(cause_id(), who, at)
            )
        return [decided, *(each.state for each in ended)]

    async def end_all(self, person: UUID, at: datetime) -> list[State]:
        """End every session of a person, and show nothing on any device of theirs; all that changed."""
        async with unit(self._pool) as connection:
            await connection.execute(LOCK, f"person:{person}")
            ended = await ended_sessions(connection, "person = $1", str(person))
            ended += await fewer_devices(connection, person, lambda each: False)
            await TABLES.write(connection, ended, Cause(cause_id(), person, at))
        return [each.state for each in ended]

    async def end_guest(
        self, person: UUID, decide: Callable[[Access], Access], who: UUID, at: datetime
    ) -> list[State]:
        """Shut a guest's link, then end their sessions: nobody slips in between; all that changed."""
        async with unit(self._pool) as connection:
            # As everybody who takes the locks of both.
            await connection.execute(LOCK, f"person:{person}")
            return [await self.change(person, decide, who, at), *await self.end_all(person, at)]

    async def uses(self, credentials: Sequence[str]) -> dict[str, tuple[int, datetime]]:
        """Credential -> how often it was used, as far as the phone counts, and when last."""
        query = "SELECT credential, sign_count, used_at FROM passkey_use WHERE credential = ANY($1::text[])"
        rows = await self._pool.fetch(query, list(credentials))
        return {row["credential"]: (row["sign_count"], row["used_at"]) for row in rows}


class Refusing(Exception):
    """A refusal after which something has changed: `access` as it is now."""

    def __init__(self, refusal: Refused, access: Access) -> None:
        super().__init__(refusal.code)
        self.refusal = refusal
        self.access = access


async def restore_accesses(connection: Any, file: KeyFile, at: datetime) -> int:
    """Shut what a backup left open: invitations, sessions, keys and cards that are over; how many get in.

    Who ended a session after the backup would find it alive again, and a touch opens another: so all end.
    Inside the caller's transaction.
    """
    keys = [row["id"] for row in await connection.fetch("SELECT id FROM access ORDER BY id")]
    known = await TABLES.read(connection, Access.TYPE, keys)
    gone = frozenset(file.removed)
    written = [
        Written(after_restore(each.state, gone, at), each.version + 1)
        for each in known
        if isinstance(each.state, Access)
    ]
    written += await ended_sessions(connection, "state->>'way' <> $1", SignInWay.DEMO)
    written += await _cards_after_restore(connection, frozenset(file.void), at)
    await TABLES.write(connection, written, Cause(uuid4(), None, at))
    await connection.execute("DELETE FROM passkey_use WHERE credential = ANY($1::text[])", file.removed)
    # One that was loosened since the backup would be bound again; whoever has a key binds anew.
    await connection.execute("DELETE FROM provider_account")
    return len(known)


async def _cards_after_restore(connection: Any, void: frozenset[str], at: datetime) -> list[Written]:
    """The cards that the backup says are ready, as they are from now on."""
    keys = [row["id"] for row in await connection.fetch("SELECT id FROM card ORDER BY id")]
    return [
        Written(back(each.state, void, at), each.version + 1)
        for each in await TABLES.read(connection, Card.TYPE, keys)
        if isinstance(each.state, Card) and each.state.state is CardState.READY
    ]


async def locked_access(connection: Any, person: UUID) -> tuple[int, Access]:
    """Version and state under the lock; version 0 for whoever has none yet."""
    await connection.execute(LOCK, f"access:{person}")
    known = await TABLES.read(connection, Access.TYPE, [str(person)])
    if not known or not isinstance(known[0].state, Access):
        return 0, Access(id=person)
    return known[0].version, known[0].state


async def _first_use(connection: Any, person: UUID, use: Use, at: datetime) -> None:
    made = await connection.fetchval(
        "INSERT INTO passkey_use (credential, person, sign_count, used_at) VALUES ($1, $2, $3, $4)"
        " ON CONFLICT DO NOTHING RETURNING credential",
        *(use.credential, str(person), use.sign_count, at),
    )
    if made is None:
        raise Refused("passkey_refused")


async def _count(connection: Any, person: UUID, passkey: Passkey, use: Use, at: datetime) -> None:
    """Count the use of a key that is still there, under the lock. Refused: `passkey_refused`."""
    _, access = await locked_access(connection, person)
    if (
        passkey not in access.passkeys
        or await connection.fetchval(_USED, use.credential, use.sign_count, at) is None
    ):
        raise Refused("passkey_refused")


async def ended_sessions(connection: Any, where: str, *meant: str) -> list[Written]:
    """The living sessions that are meant, over."""
    return [
        Written(each.state.model_copy(update={"revoked": True}), each.version + 1)
        for each in await living_sessions(connection, where, *meant)
    ]
