"""Keeps what is pending in commitments and on ladders, and fires what is due."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final, Protocol
from uuid import UUID

from schemas.codec import encode, state_bytes
from schemas.envelope import Event
from schemas.events.commitment import Commitment
from schemas.events.delivery import Delivery
from schemas.state import State
from schemas.topics import BY_STATE
from services.clock.rules import Pending, alarms, remember
from services.runtime.now import Now
from services.runtime.ports import Publisher


class Table(Protocol):
    """A mapping from an aggregate's key to its `Pending` as JSON: Faust's table, or a dict in tests."""

    def get(self, key: bytes, /) -> bytes | None:
        """The value; None where there is none."""

    def __setitem__(self, key: bytes, value: bytes, /) -> None: ...

    def values(self) -> Iterable[bytes]:
        """Everything that is kept."""


class Clock:
    """`take` every commitment and delivery, each into its own table; `fire` twice a second."""

    def __init__(
        self, tables: Mapping[type[State], Table], publisher: Publisher, now: Now, prefix: str = ""
    ) -> None:
        self._tables = tables
        self._publisher = publisher
        self._now = now
        self._prefix = prefix
        self._fired: dict[UUID, int] = {}
        self._stood: dict[UUID, Pending] = {}

    async def take(self, event: Event) -> None:
        """Remember what is pending now. Raises KeyError for a type nobody handles here."""
        kind = type(event.state)
        HANDLERS[kind](self._tables[kind], event)

    def stood(self, events: Iterable[Event]) -> None:
        """What stood in the topics at the start counts beside the tables, whose memory may have been lost."""
        self._stood = {each.state.id: remember(None, each) for each in events}

    async def fire(self) -> int:
        """Publish what is due and was not published by this process before; how many that were."""
        due = alarms(self._pending(), self._now())
        fresh = [each for each in due if self._fired.get(_key(each)) != each.envelope.version]
        if fresh:
            await self._publisher.publish(
                [(self._topic(each), encode(each.envelope, state_bytes(each.state))) for each in fresh]
            )
        self._fired = {_key(each): each.envelope.version for each in due}
        return len(fresh)

    def _pending(self) -> Iterable[Pending]:
        """The newest of each."""
        newest = dict(self._stood)
        for table in self._tables.values():
            for value in table.values():
                kept = Pending.model_validate_json(value)
                stood = newest.get(kept.about)
                if stood is None or (stood.epoch, stood.version) < (kept.epoch, kept.version):
                    newest[kept.about] = kept
        return newest.values()

    def _topic(self, fired: Event) -> str:
        return self._prefix + BY_STATE[type(fired.state)].name


def _key(alarm: Event) -> UUID:
    return UUID(alarm.envelope.key)


def _remember(table: Table, event: Event) -> None:
    key = event.envelope.key.encode()
    value = table.get(key)
    known = None if value is None else Pending.model_validate_json(value)
    # Written on a replay too: what the table's changelog lost in a crash is then there again.
    table[key] = remember(known, event).model_dump_json().encode()


HANDLERS: Final[dict[type[State], Callable[[Table, Event], None]]] = {
    Commitment: _remember,
    Delivery: _remember,
}
