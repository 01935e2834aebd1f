"""How the people of an organisation come, change and go: one change at a time, with their sealed contacts."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg

from schemas.events.contact import WaitingNumber
from schemas.events.person import Person
from schemas.refused import Refused
from schemas.state import State
from schemas.values import OurLanguage, Right
from services.directory.rules.numbers import replaced
from services.directory.rules.people import MOST_PEOPLE
from services.directory.store.accounts import keep_accounts
from services.directory.store.contacts import known_contact
from services.directory.store.writes import TABLES, TakeOut, forget, sealed, sealed_contact, with_half
from services.runtime.acts import Act, acts_of
from services.runtime.answered import cause_id, unit
from services.runtime.database import LOCK
from services.runtime.ports import Cause, Written
from services.runtime.seal import new_key, unseal


@dataclass(frozen=True)
class Keeping:
    """Who changes something of their organisation's people, and when."""

    organisation: str
    who: UUID
    at: datetime


Decide = Callable[[Person, Collection[UUID]], Person]
"""What becomes of somebody, given who else administers the organisation now and can get in."""

_STAFF = "SELECT id FROM person WHERE employers @> jsonb_build_array($1::text) ORDER BY id"

_PLAYED = "SELECT EXISTS (SELECT FROM persona WHERE person = $1)"

_WITH_KEY = """
SELECT id FROM access WHERE id = ANY($1::text[]) AND jsonb_array_length(state->'passkeys') > 0
"""


@dataclass(frozen=True)
class Called:
    """What somebody is called and where, in clear text; `waits`: a new number waits for a second yes."""

    name: str
    phone: str
    waits: bool = False


class People:
    """Changes on a pool of connections to the directory's own schema."""

    def __init__(self, pool: "asyncpg.Pool[Any]", take_out: TakeOut) -> None:
        self._pool = pool
        self._take_out = take_out

    async def add(self, keeping: Keeping, new: Sequence[tuple[Person, Called]]) -> list[State]:
        """Write those who are not there yet; the others were written by the same command before.

        Refused: `exists` for somebody who is there and works elsewhere, `too_many_people`, and
        `not_your_right` for whoever does not administer it any more.
        """
        async with unit(self._pool) as connection:
            staff = await _administered(connection, keeping)
            for key in sorted(str(person.id) for person, _ in new):
                await connection.execute(LOCK, f"person:{key}")
            known = await TABLES.read(connection, Person.TYPE, [str(each.id) for each, _ in new])
            there = {each.state.key for each in known}
            if any(isinstance(each.state, Person) and each.state.id not in staff for each in known):
                raise Refused("exists")
            coming = [each for each in new if str(each[0].id) not in there]
            if len(staff) + len(coming) > MOST_PEOPLE:
                raise Refused("too_many_people", most=MOST_PEOPLE)
            keys = {person.id: new_key() for person, _ in coming}
            await connection.executemany(
                "INSERT INTO data_key (person, key) VALUES ($1, $2)",
                [(str(person), key) for person, key in keys.items()],
            )
            states: list[State] = [with_half(person, keys[person.id]) for person, _ in coming]
            states += [
                sealed_contact(person.id, called.name, called.phone, keys[person.id])
                for person, called in coming
            ]
            cause = Cause(cause_id(), keeping.who, keeping.at)
            await TABLES.write(connection, [Written(each, 1) for each in states], cause)
        return states

    async def change(
        self, keeping: Keeping, people: Sequence[UUID], decide: Decide, called: Called | None = None
    ) -> list[State]:
        """These as their next versions, and where `called` says so with another name or number.

        Whoever has no employer left is forgotten. Raises what `decide` raises; refused: `not_found`,
        `persona_stays`, `texts_away`, and as `add`.
        """
        async with unit(self._pool) as connection:
            staff = await _administered(connection, keeping)
            able = await able_of(connection, keeping.organisation, staff.values())
            cause, changed = Cause(cause_id(), keeping.who, keeping.at), list[State]()
            for person in sorted(people):
                await connection.execute(LOCK, f"person:{person}")
                version, known = await known_person(connection, person)
                decided = decide(known, able - {person})
                if not decided.memberships:
                    if await connection.fetchval(_PLAYED, str(person)):
                        raise Refused("persona_stays")
                    changed += await forget(connection, person, keeping.at, self._take_out, keeping.who) or []
                    continue
                employers = [each.organisation for each in decided.memberships]
                written = await keep_accounts(connection, person, employers)
                written += [Written(decided, version + 1)] if decided != known else []
                if called is not None:
                    written += await _recalled(connection, person, called, keeping)
                await TABLES.write(connection, written, cause)
                changed += [each.state for each in written]
        return changed

    async def speak(self, person: UUID, language: OurLanguage, at: datetime) -> list[State]:
        """In this language they are called from now on, as they said themselves; nothing where they are."""
        async with unit(self._pool) as connection:
            await connection.execute(LOCK, f"person:{person}")
            version, known = await known_person(connection, person)
            if known.called_in == language or known.forgotten:
                return []
            chosen = known.model_copy(update={"called_in": language})
            await TABLES.write(connection, [Written(chosen, version + 1)], Cause(cause_id(), person, at))
        return [chosen]

    async def acts(self, person: UUID) -> list[Act]:
        """What somebody did here."""
        async with self._pool.acquire() as connection:
            return await acts_of(connection, person)


async def _administered(connection: Any, keeping: Keeping) -> dict[UUID, Person]:
    """As `staff_of`, for who administers it; the asker may be taken off by now. Refused: `not_your_right`."""
    staff = await staff_of(connection, keeping.organisation)
    if keeping.who not in staff or not staff[keeping.who].may(Right.ADMINISTER, keeping.organisation):
        raise Refused("not_your_right")
    return staff


async def staff_of(connection: Any, organisation: str) -> dict[UUID, Person]:
    """Who works there, under the lock of whoever changes that."""
    await connection.execute(LOCK, f"people:{organisation}")
    keys = [row["id"] for row in await connection.fetch(_STAFF, organisation)]
    known = await TABLES.read(connection, Person.TYPE, keys)
    return {each.state.id: each.state for each in known if isinstance(each.state, Person)}


async def able_of(connection: Any, organisation: str, staff: Collection[Person]) -> frozenset[UUID]:
    """Who administers it and has a key: one who was never let in could let in nobody."""
    may = [str(each.id) for each in staff if each.may(Right.ADMINISTER, organisation)]
    return frozenset(UUID(row["id"]) for row in await connection.fetch(_WITH_KEY, may))


async def known_person(connection: Any, person: UUID) -> tuple[int, Person]:
    """Version and state. Refused: `not_found`."""
    found = await TABLES.read(connection, Person.TYPE, [str(person)])
    if not found or not isinstance(found[0].state, Person):
        raise Refused("not_found")
    return found[0].version, found[0].state


async def _recalled(connection: Any, person: UUID, called: Called, keeping: Keeping) -> list[Written]:
    """The contact anew under the same key, where anything of it changed; a number may have to wait."""
    found = await known_contact(connection, person)
    if found is None:
        raise Refused("not_found")
    known, key, new = found.contact, found.key, dict[str, Any]()
    # The same words sealed twice are different bytes.
    if called.name != unseal(known.name, key, person, "name"):
        new["name"] = sealed("name", called.name, person, key)
    if called.phone != found.number(known.phone):
        phone = sealed("phone", called.phone, person, key)
        if not called.waits:
            before = replaced(known, keeping.who, keeping.at, found.number)
            new |= {**before, "phone": phone, "waiting": None}
        elif known.waiting is None or called.phone != found.number(known.waiting.phone):
            new["waiting"] = WaitingNumber(
                phone=phone,
                organisation=keeping.organisation,
                asked_by=keeping.who,
                asked_at=keeping.at,
            )
    return [Written(known.model_copy(update=new), found.version + 1)] if new else []
