"""Names and numbers are unsealed with the directory's keys, and never again once somebody is forgotten."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import pytest

from schemas.envelope import Event
from schemas.events.contact import Contact
from services.live import contacts as contacts_module
from services.live.contacts import Contacts
from services.live.rules.joins import Reach
from services.runtime.seal import new_key, seal
from tests.enveloped import event_of

NOW = datetime(2026, 1, 5, 7, 10, tzinfo=UTC)
JORIS = UUID(int=7)
KEY = new_key()


@dataclass
class Directory:
    """Hands out one key; `meanwhile` happens while it is asked, and it is away as often as `away` says."""

    meanwhile: Any = None
    away: int = 0
    key: bytes | None = KEY
    asked: list[Collection[UUID]] = field(default_factory=list)

    async def keys(self, people: Collection[UUID]) -> dict[str, bytes]:
        self.asked.append(set(people))
        if self.away:
            self.away -= 1
            raise httpx.ConnectError("away")
        if self.meanwhile is not None:
            self.meanwhile()
        return {} if self.key is None else {str(person): self.key for person in people}


def a_contact(version: int, name: str = "Joris", **more: Any) -> Event:
    contact = Contact(
        id=JORIS,
        name=seal(name, KEY, JORIS, "name"),
        phone=seal("06 00000000", KEY, JORIS, "phone"),
        **more,
    )
    return event_of(contact, version)


def reading(monkeypatch: pytest.MonkeyPatch, directory: Directory) -> Contacts:
    monkeypatch.setattr(contacts_module, "RETRY_SECONDS", 0.01)
    made = Contacts("http://127.0.0.1:1", "x" * 32)
    monkeypatch.setattr(made, "_keys", directory.keys)
    return made


async def test_a_name_and_a_number_are_unsealed(monkeypatch: pytest.MonkeyPatch) -> None:
    contacts = reading(monkeypatch, Directory())
    contacts.want(a_contact(1))
    assert await contacts.next() == {JORIS: Reach("Joris", "06 00000000", 1)}


async def test_who_is_forgotten_is_named_no_more_whatever_key_there_is(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    contacts = reading(monkeypatch, Directory())
    contacts.want(a_contact(2, forgotten=True))
    assert await contacts.next() == {JORIS: Reach("", "", 2)}


async def test_without_a_key_nobody_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    contacts = reading(monkeypatch, Directory(key=None))
    contacts.want(a_contact(1))
    assert await contacts.next() == {JORIS: Reach("", "", 1)}


async def test_a_contact_that_changes_while_its_key_is_fetched_is_read_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    directory = Directory()
    contacts = reading(monkeypatch, directory)
    contacts.want(a_contact(1))
    directory.meanwhile = lambda: contacts.want(a_contact(2, "Joris van nu"))
    assert (await contacts.next())[JORIS].version == 1
    directory.meanwhile = None
    async with asyncio.timeout(3):
        assert (await contacts.next())[JORIS] == Reach("Joris van nu", "06 00000000", 2)


async def test_while_the_directory_is_away_that_is_said_and_it_is_asked_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    directory = Directory(away=2)
    contacts = reading(monkeypatch, directory)
    contacts.want(a_contact(1))
    assert (await contacts.next())[JORIS].name == "Joris"
    assert len(directory.asked) == 3 and contacts.trouble == ""
