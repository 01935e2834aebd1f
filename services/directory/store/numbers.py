"""Numbers that wait for a second yes: read for those they concern, and decided under one lock."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg

from schemas.events.access import Access
from schemas.events.contact import Contact, WaitingNumber
from schemas.events.person import Person
from schemas.refused import Refused
from schemas.state import State
from schemas.values import Right
from services.directory.rules.numbers import may_say_no, may_say_yes
from services.directory.rules.people import membership
from services.directory.store.people import able_of, known_person, staff_of
from services.directory.store.writes import LOCK, TABLES, sealed
from services.runtime.ports import Cause, Written
from services.runtime.seal import unseal

_WAITING: Final = "SELECT id FROM contact WHERE jsonb_typeof(state->'waiting') = 'object' ORDER BY id"
_PLAYING: Final = "SELECT person::text AS person FROM persona WHERE person::text = ANY($1::text[])"


@dataclass(frozen=True)
class Decision:
    """What somebody says of the number that waits for a colleague or themselves; `phone`: as they saw it."""

    organisation: str
    person: UUID
    asker: UUID
    phone: str
    yes: bool
    at: datetime


@dataclass(frozen=True)
class Waits:
    """A number in clear text, who asked for it, for which organisation, and when."""

    phone: str
    waiting: WaitingNumber


class Numbers:
    """On a pool of connections to the directory's own schema."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def waiting(self, people: list[UUID]) -> dict[UUID, Waits]:
        """Person -> what waits for them; whoever nothing waits for is not in it."""
        async with self._pool.acquire() as connection:
            known = await TABLES.read(connection, Contact.TYPE, [str(each) for each in people])
            found = [each.state for each in known if isinstance(each.state, Contact) and each.state.waiting]
            rows = await connection.fetch(
                "SELECT person, key FROM data_key WHERE person = ANY($1::text[])",
                [str(each.id) for each in found],
            )
        keys = {row["person"]: row["key"] for row in rows}
        return {
            each.id: Waits(unseal(each.waiting.phone, keys[str(each.id)], each.id, "phone"), each.waiting)
            for each in found
            if each.waiting is not None and str(each.id) in keys
        }

    async def decide(self, decision: Decision) -> list[State]:
        """It counts from now on, or is taken away.

        Refused: `no_number_waits` where this one does not wait (any more), `not_found`, and as the rules say.
        """
        person, organisation = decision.person, decision.organisation
        async with self._pool.acquire() as connection, connection.transaction():
            staff = await staff_of(connection, organisation)
            await connection.execute(LOCK, f"person:{person}")
            membership((await known_person(connection, person))[1], organisation)
            able = await able_of(connection, organisation, staff.values())
            known = await TABLES.read(connection, Contact.TYPE, [str(person)])
            key = await connection.fetchval("SELECT key FROM data_key WHERE person = $1", str(person))
            contact = known[0].state if known else None
            if not isinstance(contact, Contact) or contact.waiting is None or key is None:
                raise Refused("no_number_waits")
            # What somebody says yes to is what they saw.
            if unseal(contact.waiting.phone, key, person, "phone") != decision.phone:
                raise Refused("no_number_waits")
            # Who plays in a demonstration has no key.
            able |= await _playing(
                connection,
                organisation,
                [staff.get(each) for each in (decision.asker, contact.waiting.asked_by)],
            )
            if decision.yes:
                accesses = await _accesses(connection, able)
                may_say_yes(contact.waiting, person, decision.asker, accesses, decision.at)
            else:
                may_say_no(person, decision.asker, able)
            new = {"phone": sealed("phone", decision.phone, person, key)} if decision.yes else {}
            decided = contact.model_copy(update={"waiting": None, **new})
            cause = Cause(uuid4(), decision.asker, decision.at)
            await TABLES.write(connection, [Written(decided, known[0].version + 1)], cause)
        return [decided]


async def restore_numbers(connection: Any, at: datetime) -> int:
    """Take away every number that waits, and how many.

    One that was refused since the backup may be among them. Inside the caller's transaction.
    """
    keys = [row["id"] for row in await connection.fetch(_WAITING)]
    written = [
        Written(each.state.model_copy(update={"waiting": None}), each.version + 1)
        for each in await TABLES.read(connection, Contact.TYPE, keys)
        if isinstance(each.state, Contact)
    ]
    await TABLES.write(connection, written, Cause(uuid4(), None, at))
    return len(written)


async def _playing(connection: Any, organisation: str, people: Sequence[Person | None]) -> frozenset[UUID]:
    """Who of them administers it in a demonstration."""
    may = [str(each.id) for each in people if each is not None and each.may(Right.ADMINISTER, organisation)]
    return frozenset(UUID(row["person"]) for row in await connection.fetch(_PLAYING, may))


async def _accesses(connection: Any, people: Collection[UUID]) -> dict[UUID, Access]:
    """What each gets in with; nothing for whoever plays without a key."""
    known = await TABLES.read(connection, Access.TYPE, [str(each) for each in people])
    found = {each.state.id: each.state for each in known if isinstance(each.state, Access)}
    return {each: found.get(each, Access(id=each)) for each in people}
