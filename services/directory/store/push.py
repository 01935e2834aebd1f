"""The devices that show somebody messages: in their contact, sealed like their number, and gone with it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid4

import asyncpg

from schemas.events.contact import Contact, PushDevice
from schemas.push import PushSubscription
from schemas.refused import Refused
from schemas.state import State
from services.directory.rules.push import device_of, with_device
from services.directory.store.contacts import known_contact
from services.directory.store.writes import TABLES, sealed
from services.runtime.answered import cause_id, unit
from services.runtime.database import LOCK
from services.runtime.ports import Cause, Written

_WITH_DEVICES: Final = """
SELECT id FROM contact WHERE jsonb_array_length(coalesce(state->'devices', '[]')) > 0 ORDER BY id
"""

Keeps = Callable[[PushDevice], bool]


class PushDevices:
    """On a pool of connections to the directory's own schema."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def add(
        self, person: UUID, subscription: PushSubscription, passkey: UUID | None, at: datetime
    ) -> list[State]:
        """This one shows messages from now on.

        Refused: `too_many_devices`, and `not_found` for who was forgotten.
        """
        async with unit(self._pool) as connection:
            await connection.execute(LOCK, f"person:{person}")
            known = await known_contact(connection, person)
            if known is None:
                raise Refused("not_found")
            made = device_of(person, subscription.endpoint)
            text = sealed(f"push/{made}", subscription.model_dump_json(), person, known.key)
            device = PushDevice(id=made, sealed=text, added_at=at, passkey=passkey)
            devices = with_device(known.contact.devices, device)
            written = Written(known.contact.model_copy(update={"devices": devices}), known.version + 1)
            await TABLES.write(connection, [written], Cause(cause_id(), person, at))
        return [written.state]

    async def remove(self, person: UUID, device: UUID, who: UUID | None, at: datetime) -> list[State]:
        """It shows nothing any more, if it did. `who`: None where it is gone by itself."""
        async with unit(self._pool) as connection:
            await connection.execute(LOCK, f"person:{person}")
            written = await fewer_devices(connection, person, lambda each: each.id != device)
            await TABLES.write(connection, written, Cause(cause_id(), who, at))
        return [each.state for each in written]


async def fewer_devices(connection: Any, person: UUID, keeps: Keeps) -> list[Written]:
    """The contact with those devices alone, under the caller's lock of the person; nothing where all stay."""
    found = await TABLES.read(connection, Contact.TYPE, [str(person)])
    return [
        Written(each.state.model_copy(update={"devices": kept}), each.version + 1)
        for each in found
        if isinstance(each.state, Contact)
        for kept in [tuple(filter(keeps, each.state.devices))]
        if kept != each.state.devices
    ]


async def restore_devices(connection: Any, at: datetime) -> int:
    """Take every device away, and how many people had one: who said no since the backup stays left alone.

    Inside the caller's transaction.
    """
    keys = [row["id"] for row in await connection.fetch(_WITH_DEVICES)]
    written = [
        each for key in keys for each in await fewer_devices(connection, UUID(key), lambda device: False)
    ]
    await TABLES.write(connection, written, Cause(uuid4(), None, at))
    return len(written)
