"""The CloudEvents 1.0 envelope of an event, in Kafka's binary mode."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from schemas.state import State


@dataclass(frozen=True)
class Envelope:
    """What stands in a record's headers beside the state in its value.

    `version` is the aggregate's, `epoch` its owner's; consumers keep the newest (epoch, version) per key.
    `traceparent`: the W3C trace context of the command that it comes from, where that is known.
    """

    id: UUID
    type: str
    source: str
    time: datetime
    key: str
    version: int
    epoch: int
    correlation: str
    exercise: bool
    traceparent: str = ""

    @property
    def order(self) -> tuple[int, int]:
        """What is newer: first the epoch, then the version."""
        return (self.epoch, self.version)


@dataclass(frozen=True)
class Event:
    """An envelope and the decoded state."""

    envelope: Envelope
    state: State


@dataclass(frozen=True)
class Record:
    """The bytes that stand in Kafka: a key, a value and headers."""

    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]
