"""Which devices show somebody messages: few, each added with an own key, and gone when that key is."""

import hashlib
from typing import Final
from uuid import UUID

from schemas.events.contact import PushDevice
from schemas.refused import Refused

MOST: Final = 5
"""Devices of one person: a telephone, a laptop, and what they had before."""


def device_of(person: UUID, endpoint: str) -> UUID:
    """The id of a browser for one person: the same one subscribes once, and two people share none.

    The page works it out too, to know which of the devices it is itself (frontend, screens/access/push.ts).
    """
    return UUID(bytes=hashlib.sha256(f"{person} {endpoint}".encode()).digest()[:16])


def with_device(devices: tuple[PushDevice, ...], new: PushDevice) -> tuple[PushDevice, ...]:
    """With this one, in the place of the same browser where it was there. Refused: `too_many_devices`."""
    others = tuple(each for each in devices if each.id != new.id)
    if len(others) >= MOST:
        raise Refused("too_many_devices", most=MOST)
    return (*others, new)
