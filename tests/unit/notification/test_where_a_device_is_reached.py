"""A message goes to the device that it was written for, as its owner has it now, and to no other."""

import json
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from schemas.events.contact import Contact, PushDevice
from services.notification.devices import Devices, NoDevice
from services.notification.rules.sending import TextMessage, TextState
from services.runtime.seal import new_key, seal
from tests.push_browser import PushBrowser

NOW = datetime(2026, 11, 26, tzinfo=UTC)
ILSE, BAS = UUID(int=1), UUID(int=2)
PHONE, LAPTOP = UUID(int=11), UUID(int=12)
KEY = new_key()
BROWSER = PushBrowser()


class Numbers:
    """One contact and its key; None where the person was forgotten."""

    def __init__(self, devices: tuple[PushDevice, ...], key: bytes | None) -> None:
        self._contact = Contact(id=ILSE, devices=devices)
        self._key = key

    async def contact(self, _: UUID) -> Contact:
        """What was taken in."""
        return self._contact

    async def key(self, _: UUID) -> bytes | None:
        """What unseals it."""
        return self._key

    async def language(self, _: UUID) -> str:
        """How they are spoken to."""
        return "en"


def device(which: UUID, owner: UUID = ILSE) -> PushDevice:
    text = seal(json.dumps(BROWSER.subscription), KEY, owner, f"push/{which}")
    return PushDevice(id=which, sealed=text, added_at=NOW)


async def reached(*devices: PushDevice, key: bytes | None = KEY) -> Any:
    push = TextMessage(UUID(int=6), ILSE, "x", TextState.WAITING, 0, NOW, device=PHONE)
    numbers: Any = Numbers(devices, key)
    return await Devices(numbers, "http://127.0.0.1:1/", "").of(push)


async def test_the_device_is_found_among_others() -> None:
    found = await reached(device(LAPTOP), device(PHONE))
    assert (found.subscription.endpoint, found.language) == (BROWSER.endpoint, "en")


async def test_one_that_was_taken_away_forgotten_or_moved_from_somebody_else_is_not_there() -> None:
    for devices, key in (
        ((device(LAPTOP),), KEY),
        ((device(PHONE),), None),
        ((device(PHONE, BAS),), KEY),
        ((device(PHONE),), new_key()),
    ):
        with pytest.raises(NoDevice):
            await reached(*devices, key=key)
