"""Names and numbers: read from `contacts`, unsealed with keys that the directory hands out."""

import asyncio
import logging
from collections.abc import Collection, Mapping
from typing import Final
from uuid import UUID

import httpx
from pydantic import ValidationError

from schemas.envelope import Event
from schemas.events.contact import Contact
from schemas.events.incident import CallBack
from services.live.rules.joins import Reach
from services.runtime.data_keys import fetch_keys
from services.runtime.seal import Unreadable, unseal, unseal_told

log: Final = logging.getLogger(__name__)

BATCH: Final = 500
RETRY_SECONDS: Final = 2.0

CALL_BACK: Final = "call_back"


class Contacts:
    """Fetches keys for contacts that came in; while the directory is away, rows are shown without names."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token
        self._waiting: dict[UUID, Event] = {}
        self._wanted = asyncio.Event()
        self.trouble = ""

    @property
    def unjoined(self) -> Collection[str]:
        """The people whose newest contact is not joined to their rows yet."""
        return [str(person) for person in self._waiting]

    def want(self, event: Event) -> None:
        """A contact that has to be unsealed."""
        self._waiting[UUID(event.envelope.key)] = event
        self._wanted.set()

    async def next(self) -> Mapping[UUID, Reach]:
        """The next people whose contact can be read now, or (empty) never again; waits for them."""
        while True:
            await self._wanted.wait()
            batch = dict(list(self._waiting.items())[:BATCH])
            try:
                keys = await self._keys(batch)
            except httpx.HTTPError as away:
                self.trouble = f"the keys of contacts cannot be had: {type(away).__name__}"
                log.warning("%s", self.trouble)
                await asyncio.sleep(RETRY_SECONDS)
                continue
            self.trouble = ""
            self._forget(batch)
            return {person: _reach(event, keys.get(str(person))) for person, event in batch.items()}

    def _forget(self, batch: Mapping[UUID, Event]) -> None:
        for person, event in batch.items():
            if self._waiting.get(person) is event:
                del self._waiting[person]
        if not self._waiting:
            self._wanted.clear()

    async def _keys(self, people: Collection[UUID]) -> dict[str, bytes]:
        return await fetch_keys(self._url, self._token, people)


def _reach(event: Event, key: bytes | None) -> Reach:
    contact, version = event.state, event.envelope.version
    nothing = Reach("", "", version)
    if not isinstance(contact, Contact) or contact.forgotten or key is None:
        return nothing
    try:
        name = unseal(contact.name, key, contact.id, "name")
        phone = unseal(contact.phone, key, contact.id, "phone")
    except Unreadable:
        log.error("the contact of %s does not fit its key", contact.id)
        return nothing
    return Reach(name, phone, version, Opener(key, contact.id))


class Opener:
    """Opens what somebody told, with their key; what it opened goes with it when they are forgotten."""

    def __init__(self, key: bytes, person: UUID) -> None:
        self._key = key
        self._person = person
        self._opened: dict[str, str] = {}

    def __call__(self, sealed: str, field: str) -> str:
        """The text; nothing where it does not fit the key. Once for each: every row that shows it asks."""
        if sealed not in self._opened:
            try:
                self._opened[sealed] = unseal_told(sealed, self._key, self._person, field)
                if field == CALL_BACK:
                    CallBack.model_validate_json(self._opened[sealed])
            except Unreadable:
                log.error("what %s told does not fit their key", self._person)
                self._opened[sealed] = ""
            except ValidationError:
                # Nobody lifts what is sealed to a newer shape, and one row must not stop everybody's pages.
                log.error("whom to call, as %s told it, has a shape that is not known", self._person)
                self._opened[sealed] = ""
        return self._opened[sealed]
