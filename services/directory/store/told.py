"""What somebody was ever called and reached by, in clear text, while their key is still there."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from schemas.events.contact import Contact
from services.runtime.seal import Unreadable, unseal

_VERSIONS = """
SELECT convert_from(payload, 'UTF8') AS state FROM journal WHERE aggregate = 'contact' AND key = $1
ORDER BY version
"""


async def words_of(connection: Any, person: UUID) -> list[str]:
    """Their names, numbers and addresses, also earlier ones; none where there is no key to open them."""
    key = await connection.fetchval("SELECT key FROM data_key WHERE person = $1", str(person))
    if key is None:
        return []
    versions = await connection.fetch(_VERSIONS, str(person))
    contacts = [Contact.model_validate_json(each["state"]) for each in versions]
    opened = (
        _opened(sealed, key, person, field) for contact in contacts for field, sealed in _sealed(contact)
    )
    return list(dict.fromkeys(word.strip() for word in opened if word.strip()))


def _opened(sealed: str, key: bytes, person: UUID, field: str) -> str:
    try:
        return unseal(sealed, key, person, field) if sealed else ""
    except Unreadable:
        # Sealed with a key that is gone: nobody can say any more what it was, and nobody is kept by it.
        return ""


def _sealed(contact: Contact) -> Iterator[tuple[str, str]]:
    yield "name", contact.name
    yield "phone", contact.phone
    yield "mail", contact.mail
    for number in (contact.waiting, contact.former):
        if number is not None:
            yield "phone", number.phone
