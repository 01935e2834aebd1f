"""Numbers that wait for a second yes: read for those they concern, and decided under one lock."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg

from schemas.events.access import Access
from schemas.events.contact import Contact
from schemas.events.person import Person
from schemas.refused import Refused
from schemas.state import State
from schemas.values import Right
from services.directory.rules.numbers import may_say_no, may_say_yes, replaced
from services.directory.rules.people import membership
from services.directory.store.contacts import known_contact
from services.directory.store.people import able_of, known_person, staff_of
from services.directory.store.writes import TABLES, sealed
from services.runtime.answered import cause_id, unit
from services.runtime.database import LOCK
from services.runtime.ports import Cause, Written

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


class Numbers:
    """On a pool of connections to the directory's own schema."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def decide(self, decision: Decision) -> list[State]:
        """It counts from now on, or is taken away.

        Refused: `no_number_waits` where this one does not wait (any more), `not_found`, and as the rules say.
        """
        person, organisation = decision.person, decision.organisation
        async with unit(self._pool) as connection:
            staff = await staff_of(connection, organisation)
            await connection.execute(LOCK, f"person:{person}")
            membership((await known_person(connection, person))[1], organisation)
            able = await able_of(connection, organisation, staff.values())
            known = await known_contact(connection, person)
            if known is None or known.contact.waiting is None:
                raise Refused("no_number_waits")
            contact, key, waiting = known.contact, known.key, known.contact.waiting
            # What somebody says yes to is what they saw.
            if known.number(waiting.phone) != decision.phone:
                raise Refused("no_number_waits")
            # Who plays in a demonstration has no key.
            able |= await _playing(
                connection,
                organisation,
                [staff.get(each) for each in (decision.asker, waiting.asked_by)],
            )
            if decision.yes:
                accesses = await _accesses(connection, able)
                may_say_yes(waiting, person, decision.asker, accesses, decision.at)
            else:
                may_say_no(person, decision.asker, able)
            new = dict[str, Any]()
            if decision.yes:
                # Who asked for it, and not who agreed: that may be the person themselves.
                new = replaced(contact, waiting.asked_by, decision.at, known.number)
                new["phone"] = sealed("phone", decision.phone, person, key)
            decided = contact.model_copy(update={"waiting": None, **new})
            cause = Cause(cause_id(), decision.asker, decision.at)
            await TABLES.write(connection, [Written(decided, known.version + 1)], cause)
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
