"""What the directory's pages read."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import DateTime, cast
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from schemas.events.access import Access
from schemas.events.card import Card
from schemas.events.contact import Contact, FormerNumber, PushDevice, WaitingNumber
from schemas.events.organisation import Organisation
from schemas.events.person import Person
from schemas.events.session import FORGOTTEN_AFTER, Session
from schemas.events.trust import Trust
from schemas.events.wake_list import WakeList
from schemas.push import PushSubscription
from services.directory.store.tables import (
    AccessRow,
    CardRow,
    ContactRow,
    DataKeyRow,
    OrganisationRow,
    PersonaRow,
    PersonRow,
    SessionRow,
    TrustRow,
    WakeListRow,
)
from services.runtime.seal import unseal


@dataclass(frozen=True)
class Named:
    """A person and the name that the directory unsealed for somebody who may see it."""

    person: Person
    name: str


@dataclass(frozen=True)
class Waits:
    """A number in clear text, who asked for it, for which organisation, and when."""

    phone: str
    waiting: WaitingNumber


@dataclass(frozen=True)
class Reached:
    """A person with name and number, for who administers where they work, and for themselves."""

    person: Person
    name: str
    phone: str


class Reads:
    """Questions to the directory's own tables."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def organisations(self) -> list[Organisation]:
        """All of them, by id."""
        async with AsyncSession(self._engine) as session:
            rows = await session.exec(select(OrganisationRow).order_by(col(OrganisationRow.id)))
            return [Organisation.model_validate(row.state) for row in rows]

    async def people(self) -> list[Person]:
        """Everybody; only the process itself asks this."""
        async with AsyncSession(self._engine) as session:
            return [Person.model_validate(row.state) for row in await session.exec(select(PersonRow))]

    async def sessions(self, now: datetime) -> list[Session]:
        """Every session but those that are long over."""
        state: Any = col(SessionRow.state)
        expires_at = cast(state["expires_at"].as_string(), DateTime(timezone=True))
        async with AsyncSession(self._engine) as session:
            rows = await session.exec(select(SessionRow).where(expires_at > now - FORGOTTEN_AFTER))
            return [Session.model_validate(row.state) for row in rows]

    async def sessions_of(self, person: UUID) -> list[Session]:
        """Every session of somebody that is kept, the newest first."""
        async with AsyncSession(self._engine) as session:
            rows = await session.exec(select(SessionRow).where(col(SessionRow.person) == str(person)))
            found = [Session.model_validate(row.state) for row in rows]
        return sorted(found, key=lambda each: each.started_at, reverse=True)

    async def accesses(self) -> list[Access]:
        """What everybody gets in with; only the process itself asks this."""
        async with AsyncSession(self._engine) as session:
            return [Access.model_validate(row.state) for row in await session.exec(select(AccessRow))]

    async def cards(self) -> list[Card]:
        """Every card that was ever printed."""
        async with AsyncSession(self._engine) as session:
            return [Card.model_validate(row.state) for row in await session.exec(select(CardRow))]

    async def cards_used_by(self, person: UUID) -> list[Card]:
        """The cards that let somebody in, the newest first."""
        state: Any = col(CardRow.state)
        used = state["used_by"].as_string() == str(person)
        async with AsyncSession(self._engine) as session:
            rows = await session.exec(select(CardRow).where(used).order_by(col(CardRow.id).desc()))
            return [Card.model_validate(row.state) for row in rows]

    async def trusts(self) -> list[Trust]:
        """What was decided about the own IT of organisations."""
        async with AsyncSession(self._engine) as session:
            return [Trust.model_validate(row.state) for row in await session.exec(select(TrustRow))]

    async def wake_lists(self, organisations: Collection[str]) -> list[WakeList]:
        """The lists of these."""
        async with AsyncSession(self._engine) as session:
            rows = await session.exec(select(WakeListRow).where(col(WakeListRow.id).in_(organisations)))
            return [WakeList.model_validate(row.state) for row in rows]

    async def colleagues(self, organisation: str) -> list[Named]:
        """Who works for an organisation, by name."""
        return sorted(await self.named(await self._working_for(organisation)), key=lambda each: each.name)

    async def staff(self, organisation: str) -> list[Reached]:
        """The same with their numbers."""
        return sorted(await self.reached(await self._working_for(organisation)), key=lambda each: each.name)

    async def _working_for(self, organisation: str) -> list[Person]:
        employers: Any = col(PersonRow.employers)
        async with AsyncSession(self._engine) as session:
            rows = await session.exec(select(PersonRow).where(employers.contains([organisation])))
            return [Person.model_validate(row.state) for row in rows]

    async def personas(self) -> list[tuple[PersonaRow, Named]]:
        """Whom a visitor may play, in the order of the story."""
        async with AsyncSession(self._engine) as session:
            rows = list(await session.exec(select(PersonaRow).order_by(col(PersonaRow.position))))
            people = [await session.get(PersonRow, row.person) for row in rows]
        named = await self.named([Person.model_validate(each.state) for each in people if each is not None])
        return list(zip(rows, named, strict=True))

    async def named(self, people: Sequence[Person]) -> list[Named]:
        """The same people in the same order with their names."""
        return [Named(person, name) for person, (name,) in await self._unsealed(people, "name")]

    async def reached(self, people: Sequence[Person]) -> list[Reached]:
        """The same people in the same order with their names and numbers; who was forgotten is left out."""
        found = await self._unsealed(people, "name", "phone")
        return [Reached(person, name, phone) for person, (name, phone) in found]

    async def _unsealed(self, people: Sequence[Person], *fields: str) -> list[tuple[Person, list[str]]]:
        """These fields of their contacts in clear text, and no others."""
        known = await self._sealed([str(person.id) for person in people])
        return [
            (person, [unseal(getattr(contact, each), key, person.id, each) for each in fields])
            for person in people
            if str(person.id) in known
            for contact, key in [known[str(person.id)]]
        ]

    async def waiting(self, people: Collection[UUID]) -> dict[UUID, Waits]:
        """Person -> the number that waits for them; whoever nothing waits for is not in it."""
        known = await self._sealed([str(each) for each in people])
        return {
            each.id: Waits(unseal(each.waiting.phone, key, each.id, "phone"), each.waiting)
            for each, key in known.values()
            if each.waiting is not None
        }

    async def before(self, person: UUID) -> list[tuple[str, FormerNumber]]:
        """The numbers that counted before, in clear text and as they are kept."""
        return [
            (unseal(each.phone, key, person, "phone"), each)
            for contact, key in (await self._sealed([str(person)])).values()
            for each in contact.before
        ]

    async def devices(self, person: UUID) -> list[tuple[PushDevice, PushSubscription]]:
        """What shows them messages, and where that is reached."""
        return [
            (each, PushSubscription.model_validate_json(unseal(each.sealed, key, person, f"push/{each.id}")))
            for contact, key in (await self._sealed([str(person)])).values()
            for each in contact.devices
        ]

    async def _sealed(self, people: Sequence[str]) -> dict[str, tuple[Contact, bytes]]:
        """Person -> contact and what unseals it; a forgotten person has none."""
        async with AsyncSession(self._engine) as session:
            rows = await session.exec(select(ContactRow).where(col(ContactRow.id).in_(people)))
            contacts = {row.id: Contact.model_validate(row.state) for row in rows}
            keys = await self._data_keys(session, people)
        return {key: (contact, keys[key]) for key, contact in contacts.items() if key in keys}

    async def data_keys(self, people: Collection[UUID]) -> dict[str, bytes]:
        """Person -> data key, for services that may read contacts; a forgotten person has none."""
        async with AsyncSession(self._engine) as session:
            return await self._data_keys(session, [str(person) for person in people])

    async def _data_keys(self, session: AsyncSession, keys: Sequence[str]) -> dict[str, bytes]:
        rows = await session.exec(select(DataKeyRow).where(col(DataKeyRow.person).in_(keys)))
        return {row.person: row.key for row in rows}
