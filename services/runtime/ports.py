"""What handlers and machinery see of the world outside: Protocols, plain values and nothing else."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, Protocol
from uuid import UUID, uuid5

from schemas.envelope import Record
from schemas.state import State

COMMANDS: Final = UUID("6f1d7a86-7f0e-5c56-9c0e-0d2f9f3c7b11")
"""Namespace of causes: a command's cause is uuid5 of it with the person and the key."""


class Rejected(Exception):
    """A readable event that breaks the contract and can never be handled: a dead letter."""


class LeaseLost(Exception):
    """This process is no longer the active relay: it must stop publishing at once."""


@dataclass(frozen=True)
class Entry:
    """One change of one aggregate, as the journal keeps it and Kafka will carry it.

    `payload` is the exact bytes of the new state; `version` rises by one per aggregate and starts at 1.
    """

    event_id: UUID
    aggregate: str
    key: str
    version: int
    event_type: str
    at: datetime
    who: UUID | None
    correlation: str
    exercise: bool
    payload: bytes


@dataclass(frozen=True)
class Unpublished:
    """An outbox row: its position, the name of its aggregate's type, and the record it becomes."""

    position: int
    aggregate: str
    record: Record


@dataclass(frozen=True)
class Written:
    """One aggregate as it stands: its state and version."""

    state: State
    version: int


@dataclass(frozen=True)
class Answer:
    """What is remembered of a command: who sent it, its key and its body's hash (SHA-256)."""

    person: UUID
    key: str
    body_hash: bytes

    @property
    def cause(self) -> UUID:
        """What every change that comes of this command carries."""
        return cause_of(self.person, self.key)


def cause_of(person: UUID, key: str) -> UUID:
    """The cause of what a person's command with this key changed."""
    return uuid5(COMMANDS, f"{person}/{key}")


@dataclass(frozen=True)
class Cause:
    """What states came from: an id that repeats itself with the command, who asked, and when."""

    id: UUID
    who: UUID | None
    at: datetime


class Outbox(Protocol):
    """What is decided and not yet published, in an order that commits cannot overtake."""

    async def read(self, limit: int) -> Sequence[Unpublished]:
        """The oldest rows; never one that a transaction still running could come before."""

    async def remove(self, positions: Sequence[int]) -> None:
        """Forget rows that are published; a position that is gone already is no error."""


class Publisher(Protocol):
    """Where records go: Kafka, or a list in tests."""

    async def publish(self, records: Sequence[tuple[str, Record]]) -> None:
        """Send (topic, record) pairs in this order and return once all of them are stored safely."""


class Lease(Protocol):
    """The right to be the one active relay of an owner."""

    async def confirm(self) -> None:
        """Return while the right is held. Raises LeaseLost."""


class DeadLetters(Protocol):
    """Where records go that can never be handled."""

    async def bury(self, place: "Place", record: Record, why: str) -> None:
        """Keep the record, where it stood, and the reason; return once that is stored safely."""


@dataclass(frozen=True)
class Place:
    """Where a record stands."""

    topic: str
    partition: int
    offset: int
