"""Finds out somebody's number and language for a call; the number is never kept unsealed, nor logged."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg
import httpx

from schemas.events.contact import Contact
from schemas.events.person import Person
from schemas.phone_number import NoNumber, e164
from schemas.values import DUTCH, OurLanguage
from services.notification.ports import Unreachable
from services.runtime.data_keys import fetch_keys
from services.runtime.seal import Unreadable, unseal

_STATE: Final = "SELECT state FROM replica WHERE aggregate = $1 AND key = $2"


class Numbers:
    """Sealed contacts from the own replica, and a key from the directory each time."""

    def __init__(self, pool: "asyncpg.Pool[Any]", url: str, token: str) -> None:
        self._pool = pool
        self._url = url
        self._token = token

    async def language(self, person: UUID) -> OurLanguage:
        """In which they are spoken to."""
        state = await self._pool.fetchval(_STATE, Person.TYPE, str(person))
        return DUTCH if state is None else Person.model_validate_json(state).spoken_to

    async def works_for(self, person: UUID) -> tuple[str, ...]:
        """Organisations, as `Person.organisations`; none where the person is not known."""
        state = await self._pool.fetchval(_STATE, Person.TYPE, str(person))
        return () if state is None else Person.model_validate_json(state).organisations

    async def of(self, person: UUID) -> str:
        """E.164. Raises NoNumber, and Unreachable while the directory is away."""
        return e164(await self._unsealed(person, lambda contact: contact.phone, "phone"))

    async def until(self, person: UUID, moment: datetime) -> str:
        """The one that counted until then. Raises as `of`; NoNumber too where it is not kept any more."""

        def sealed(contact: Contact) -> str:
            found = [each.phone for each in contact.before if each.until == moment]
            if not found:
                raise NoNumber
            return found[0]

        return e164(await self._unsealed(person, sealed, "phone"))

    async def name(self, person: UUID) -> str:
        """What they are called; empty where that is not known. Raises Unreachable as `of`."""
        try:
            return await self._unsealed(person, lambda contact: contact.name, "name")
        except NoNumber:
            return ""

    async def _unsealed(self, person: UUID, sealed: Callable[[Contact], str], field: str) -> str:
        contact = await self.contact(person)
        if contact is None:
            raise NoNumber
        found = sealed(contact)
        key = await self.key(person)
        if contact.forgotten or key is None:
            raise NoNumber
        try:
            return unseal(found, key, person, field)
        except Unreadable:
            raise NoNumber from None

    async def contact(self, person: UUID) -> Contact | None:
        """What was taken in of them, still sealed."""
        state = await self._pool.fetchval(_STATE, Contact.TYPE, str(person))
        return None if state is None else Contact.model_validate_json(state)

    async def key(self, person: UUID) -> bytes | None:
        """What unseals it; None for who was forgotten. Raises Unreachable while the directory is away."""
        try:
            keys = await fetch_keys(self._url, self._token, [person])
        except httpx.HTTPError as away:
            raise Unreachable(f"the keys of contacts cannot be had: {type(away).__name__}") from away
        return keys.get(str(person))
