"""Keeps the pending deadlines of all commitments, and fires those that are due."""

from collections.abc import Callable, Iterable
from typing import Final, Protocol
from uuid import UUID

from schemas.codec import encode, state_bytes
from schemas.envelope import Event
from schemas.events.commitment import Commitment
from schemas.state import State
from schemas.topics import ALARMS
from services.clock.rules import Pending, alarms, remember
from services.runtime.now import Now
from services.runtime.ports import Publisher


class Table(Protocol):
    """A mapping from a commitment's key to its `Pending` as JSON: Faust's table, or a dict in tests."""

    def get(self, key: bytes, /) -> bytes | None:
        """The value; None where there is none."""

    def __setitem__(self, key: bytes, value: bytes, /) -> None: ...

    def values(self) -> Iterable[bytes]:
        """Everything that is kept."""


class Clock:
    """`take` every commitment; `fire` twice a second."""

    def __init__(self, table: Table, publisher: Publisher, now: Now, prefix: str = "") -> None:
        self._table = table
        self._publisher = publisher
        self._now = now
        self._topic = prefix + ALARMS.name
        self._fired: dict[UUID, int] = {}

    async def take(self, event: Event) -> None:
        """Remember what is pending now. Raises KeyError for a type nobody handles here."""
        HANDLERS[type(event.state)](self._table, event)

    async def fire(self) -> int:
        """Publish what is due and was not published by this process before; how many that were."""
        kept = [Pending.model_validate_json(value) for value in self._table.values()]
        due = alarms(kept, self._now())
        fresh = [each for each in due if self._fired.get(_key(each)) != each.envelope.version]
        if fresh:
            await self._publisher.publish(
                [(self._topic, encode(each.envelope, state_bytes(each.state))) for each in fresh]
            )
        self._fired = {_key(each): each.envelope.version for each in due}
        return len(fresh)


def _key(alarm: Event) -> UUID:
    return UUID(alarm.envelope.key)


def _commitment(table: Table, event: Event) -> None:
    key = event.envelope.key.encode()
    value = table.get(key)
    known = None if value is None else Pending.model_validate_json(value)
    # Written on a replay too: what the table's changelog lost in a crash is then there again.
    table[key] = remember(known, event).model_dump_json().encode()


HANDLERS: Final[dict[type[State], Callable[[Table, Event], None]]] = {Commitment: _commitment}
