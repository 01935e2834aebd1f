"""What is kept sealed of one person, with the key that unseals it."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from schemas.events.contact import Contact
from services.directory.store.writes import TABLES
from services.runtime.seal import unseal


@dataclass(frozen=True)
class Sealed:
    """A contact at its version, and the key that unseals it."""

    version: int
    contact: Contact
    key: bytes

    def number(self, phone: str) -> str:
        """One of their numbers in clear text."""
        return unseal(phone, self.key, self.contact.id, "phone")


async def known_contact(connection: Any, person: UUID) -> Sealed | None:
    """What is kept sealed of somebody; None for whoever was forgotten."""
    key = await connection.fetchval("SELECT key FROM data_key WHERE person = $1", str(person))
    found = await TABLES.read(connection, Contact.TYPE, [str(person)])
    if key is None or not found or not isinstance(found[0].state, Contact):
        return None
    return Sealed(found[0].version, found[0].state, key)
