"""States as their owners tell of them: with an envelope that says what a test does not care about."""

from datetime import UTC, datetime
from uuid import UUID, uuid5

from schemas.codec import encode, state_bytes
from schemas.envelope import Envelope, Event, Record
from schemas.events.duty import Duty
from schemas.state import State
from schemas.topics import BY_STATE

NOW = datetime(2026, 1, 5, 7, 10, tzinfo=UTC)


def envelope_of(state: State, version: int = 1, epoch: int = 1, kind: str = "") -> Envelope:
    """The same id for the same epoch and version of the same thing; `kind`: another type than its own."""
    return Envelope(
        id=uuid5(UUID(int=epoch), f"{state.TYPE}/{state.key}/{version}"),
        type=kind or state.event_type(),
        source=f"urn:noaber:{BY_STATE[type(state)].owner}",
        time=NOW,
        key=state.key,
        version=version,
        epoch=epoch,
        correlation="c",
        exercise=bool(getattr(state, "exercise", False)),
    )


def event_of(state: State, version: int = 1, epoch: int = 1) -> Event:
    """As a reader has it."""
    return Event(envelope_of(state, version, epoch), state)


def record_of(state: State, version: int = 1, epoch: int = 1, kind: str = "") -> Record:
    """As it stands in Kafka."""
    return encode(envelope_of(state, version, epoch, kind), state_bytes(state))


RECORD = record_of(Duty(id=UUID(int=1), on=True, changed_at=NOW, exercise=True))
"""Any one: somebody is on duty."""
