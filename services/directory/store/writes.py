"""How the directory changes what it owns: journalled, and published by its relay."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4, uuid5

import asyncpg

from schemas.events.access import Access
from schemas.events.card import Card
from schemas.events.contact import Contact
from schemas.events.organisation import Organisation
from schemas.events.person import Person
from schemas.events.session import Session
from schemas.events.trust import Trust
from schemas.events.wake_list import WakeList
from schemas.refused import Refused
from schemas.state import State
from services.directory.rules.fictitious import NAMESPACE, MadeUp
from services.directory.rules.forgetting import forgotten
from services.directory.store.opening import opening
from services.directory.store.told import words_of
from services.runtime.aggregates import Tables
from services.runtime.answered import cause_id, unit
from services.runtime.database import LOCK
from services.runtime.ports import Cause, Written
from services.runtime.seal import new_key, public_half, seal

TakeOut = Callable[[Sequence[str]], Awaitable[int]]
"""Takes words out of texts that people wrote elsewhere; from how many. What it raises stops forgetting."""

_WAITS: Final = "SET LOCAL idle_in_transaction_session_timeout = '90s'"
"""Every text that there is may be looked through meanwhile (`services.directory.texts.SECONDS`)."""

TABLES: Final = Tables((Organisation, Person, Contact, Session, Access, Card, WakeList, Trust))

ORGANISATIONS: Final = "seed"
"""The lock of whoever writes organisations: few do, and seldom."""


class Writes:
    """Changes on a pool of connections to the directory's own schema."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def keep_session(self, session: Session, who: UUID, at: datetime) -> None:
        """A session as it is now, as its next version."""
        async with unit(self._pool) as connection:
            await opening(connection, session.person)
            await connection.execute(LOCK, f"session:{session.id}")
            known = await TABLES.read(connection, Session.TYPE, [session.key])
            version = known[0].version + 1 if known else 1
            await TABLES.write(connection, [Written(session, version)], Cause(cause_id(), who, at))

    async def forget(self, person: UUID, at: datetime, take_out: TakeOut) -> list[State] | None:
        """Forget a person; the states that are left, or None when there is nobody to forget."""
        async with unit(self._pool) as connection:
            return await forget(connection, person, at, take_out)

    async def seed_organisations(self, organisations: Sequence[Organisation], at: datetime) -> int:
        """Write organisations that are new or changed; how many those were."""
        async with unit(self._pool) as connection:
            await connection.execute(LOCK, ORGANISATIONS)
            keys = [each.key for each in organisations]
            known = {each.state.key: each for each in await TABLES.read(connection, Organisation.TYPE, keys)}
            new = [
                Written(state, known[state.key].version + 1 if state.key in known else 1)
                for state in (_with_own_list(each, known.get(each.key)) for each in organisations)
                if state.key not in known or known[state.key].state != state
            ]
            await TABLES.write(connection, new, _seeding([each.state for each in new], at))
        return len(new)

    async def are_real(self) -> bool:
        """Whether there are people here, and none of them is made up."""
        async with self._pool.acquire() as connection:
            found = await connection.fetch("SELECT DISTINCT state->>'fictitious' AS made_up FROM person")
        return [row["made_up"] for row in found] == ["false"]

    async def seed_people(self, made_up: Sequence[MadeUp], at: datetime) -> int:
        """Write made-up people that are new, with a sealed contact each; how many those were."""
        async with unit(self._pool) as connection:
            # Not by their keys: who was forgotten has none, and is not made again.
            known = {row["id"] for row in await connection.fetch("SELECT id FROM person")}
            new = [each for each in made_up if str(each.person.id) not in known]
            keys = {each.person.id: new_key() for each in new}
            await connection.executemany(
                "INSERT INTO data_key (person, key) VALUES ($1, $2)",
                [(str(person), key) for person, key in keys.items()],
            )
            await connection.executemany(
                "INSERT INTO persona (person, host, position, blurb_nl, blurb_en)"
                " VALUES ($1, $2, $3, $4, $5)",
                [
                    (str(each.person.id), each.host, position, each.blurb_nl, each.blurb_en)
                    for position, each in enumerate(new)
                    if each.host is not None
                ],
            )
            states = [with_half(each.person, keys[each.person.id]) for each in new] + [
                sealed_contact(each.person.id, each.name, each.phone, keys[each.person.id]) for each in new
            ]
            await TABLES.write(connection, [Written(state, 1) for state in states], _seeding(states, at))
        return len(new)

    async def add_person(self, person: Person, name: str, phone: str, at: datetime) -> None:
        """Somebody real, with a contact that is sealed with a key of their own."""
        key = new_key()
        async with unit(self._pool) as connection:
            await connection.execute(
                "INSERT INTO data_key (person, key) VALUES ($1, $2)", str(person.id), key
            )
            contact = sealed_contact(person.id, name, phone, key)
            await TABLES.write(
                connection,
                [Written(with_half(person, key), 1), Written(contact, 1)],
                Cause(uuid4(), None, at),
            )

    async def seed_wake_lists(self, lists: Sequence[WakeList], at: datetime) -> int:
        """Write the lists of those who have none; how many those were."""
        async with unit(self._pool) as connection:
            await connection.execute(LOCK, ORGANISATIONS)
            known = await TABLES.read(connection, WakeList.TYPE, [each.key for each in lists])
            there = {each.state.key for each in known}
            new = [each for each in lists if each.key not in there]
            await TABLES.write(connection, [Written(each, 1) for each in new], _seeding(new, at))
        return len(new)

    async def wake_list(self, organisation: str) -> tuple[int, WakeList | None]:
        """A list and its version; 0 and None where none was kept."""
        async with self._pool.acquire() as connection:
            return await _wake_list(connection, organisation)

    async def keep_wake_list(self, made: WakeList, who: UUID, at: datetime, after: int | None) -> int:
        """The list as it is from now on, and its version; the same one again is no new one.

        Refused: `wake_list_changed`, where it is not `after` any more that stands there.
        """
        async with unit(self._pool) as connection:
            await connection.execute(LOCK, f"wake_list:{made.id}")
            version, known = await _wake_list(connection, made.id)
            if known == made:
                return version
            if after is not None and after != version:
                raise Refused("wake_list_changed")
            await TABLES.write(connection, [Written(made, version + 1)], Cause(cause_id(), who, at))
        return version + 1


async def _wake_list(connection: Any, organisation: str) -> tuple[int, WakeList | None]:
    found = await TABLES.read(connection, WakeList.TYPE, [organisation])
    if not found or not isinstance(found[0].state, WakeList):
        return 0, None
    return found[0].version, found[0].state


async def forget(
    connection: Any, person: UUID, at: datetime, take_out: TakeOut, who: UUID | None = None
) -> list[State] | None:
    """As `Writes.forget`, inside the caller's transaction; `who` asked for it, None on the machine itself.

    What they were called and reached by is taken out of others' texts first, under the lock: whatever becomes
    of this transaction, who is forgotten is in no text, and who is not can be forgotten again.
    """
    await connection.execute(LOCK, f"person:{person}")
    known = await TABLES.read(connection, Person.TYPE, [str(person)])
    if not known or not isinstance(known[0].state, Person) or known[0].state.forgotten:
        return None
    await connection.execute(LOCK, f"access:{person}")
    access = await TABLES.read(connection, Access.TYPE, [str(person)])
    sessions = await living_sessions(connection, "person = $1", str(person))
    contact = await TABLES.read(connection, Contact.TYPE, [str(person)])
    versions = {
        (each.state.TYPE, each.state.key): each.version for each in (*known, *contact, *access, *sessions)
    }
    if words := await words_of(connection, person):
        await connection.execute(_WAITS)
        await take_out(words)
    left = forgotten(known[0].state, [each.state for each in sessions if isinstance(each.state, Session)])
    left += [Access(id=person)] if access else []
    written = [Written(each, versions.get((each.TYPE, each.key), 0) + 1) for each in left]
    await TABLES.write(connection, written, Cause(cause_id(), who, at))
    await connection.execute("DELETE FROM data_key WHERE person = $1", str(person))
    await connection.execute("DELETE FROM persona WHERE person = $1", str(person))
    await connection.execute("DELETE FROM passkey_use WHERE person = $1", str(person))
    await connection.execute("DELETE FROM provider_account WHERE person = $1", str(person))
    return left


async def living_sessions(connection: Any, where: str, *meant: str) -> list[Written]:
    """The sessions that are meant and not ended yet, each under its lock. `where`: our own words, as SQL."""
    query = f"SELECT id FROM session WHERE {where} AND state->>'revoked' = 'false' ORDER BY id"  # noqa: S608 our own words
    keys = [row["id"] for row in await connection.fetch(query, *meant)]
    for key in keys:
        await connection.execute(LOCK, f"session:{key}")
    # Read anew under the locks: one may have been ended since.
    known = await TABLES.read(connection, Session.TYPE, keys)
    return [each for each in known if isinstance(each.state, Session) and not each.state.revoked]


def _with_own_list(facts: Organisation, known: Written | None) -> Organisation:
    """The facts anew; what the organisation itself keeps stays."""
    if known is None or not isinstance(known.state, Organisation):
        return facts
    return facts.model_copy(update={"mandates": known.state.mandates})


def with_half(person: Person, key: bytes | None) -> Person:
    """The person with the half of their data key that others seal with; with none where there is no key."""
    return person.model_copy(update={"sealing": "" if key is None else public_half(key)})


def sealed_contact(person: UUID, name: str, phone: str, key: bytes) -> Contact:
    """Name and number under this person's own key."""
    return Contact(
        id=person, name=sealed("name", name, person, key), phone=sealed("phone", phone, person, key)
    )


def sealed(field: str, text: str, person: UUID, key: bytes) -> str:
    """A field of a contact, which only that person's key opens."""
    return seal(text, key, person, field)


def _seeding(states: Sequence[State], at: datetime) -> Cause:
    return Cause(uuid5(NAMESPACE, ",".join(state.key for state in states)), None, at)
