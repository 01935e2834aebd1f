"""Finds out where a device is reached, and tells the directory of one that is gone."""

import logging
from dataclasses import dataclass
from typing import Final

import httpx
from pydantic import ValidationError

from schemas.events.contact import PushDevice
from schemas.push import PushSubscription
from schemas.values import OurLanguage
from services.notification.numbers import Numbers
from services.notification.rules.sending import TextMessage
from services.runtime.inside import tell
from services.runtime.seal import Unreadable, unseal

log: Final = logging.getLogger(__name__)


class NoDevice(Exception):
    """The person took it away, or was forgotten; the message never holds what stood there."""


@dataclass(frozen=True)
class Device:
    """Where a browser is reached, and in which language it shows."""

    subscription: PushSubscription
    language: OurLanguage


class Devices:
    """Sealed contacts from the own replica, and a key from the directory each time, as for numbers."""

    def __init__(self, numbers: Numbers, url: str, token: str) -> None:
        """`url`: the directory's door for a device that is gone."""
        self._numbers = numbers
        self._url = url
        self._token = token

    async def of(self, push: TextMessage) -> Device:
        """Where it goes. Raises NoDevice, and Unreachable while the directory is away."""
        contact = await self._numbers.contact(push.person)
        found = [each for each in contact.devices if each.id == push.device] if contact is not None else []
        key = await self._numbers.key(push.person) if found else None
        if key is None:
            raise NoDevice
        return Device(_opened(found[0], key, push), await self._numbers.language(push.person))

    async def gone(self, push: TextMessage) -> None:
        """Let the directory forget it. While that is away it is told the next time a message comes back."""
        body = {"person": str(push.person), "device": str(push.device)}
        try:
            await tell(self._url, self._token, body)
        except httpx.HTTPError as away:
            log.warning("nobody was told that device %s is gone: %s", push.device, type(away).__name__)


def _opened(device: PushDevice, key: bytes, push: TextMessage) -> PushSubscription:
    try:
        return PushSubscription.model_validate_json(
            unseal(device.sealed, key, push.person, f"push/{device.id}")
        )
    except (Unreadable, ValidationError):
        raise NoDevice from None
