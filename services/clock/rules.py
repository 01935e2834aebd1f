"""Which deadlines and turns are pending, and which of them to fire now: pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from pydantic import AliasChoices, Field

from schemas.envelope import Envelope, Event
from schemas.events.alarm import Alarm
from schemas.events.bell import Bell
from schemas.events.commitment import Commitment
from schemas.events.delivery import Delivery
from schemas.values import Moment, Value

SOURCE: Final = "urn:noaber:clock"

AGAIN: Final = timedelta(seconds=30)
"""What is still pending is fired again: its owner may have missed the first, or held it as too early."""


class Due(Value):
    """A moment at which something is to be fired, under the id that its owner gave it."""

    id: UUID
    due: Moment


class Pending(Value):
    """What is kept of one aggregate: its kind, the version it came from, and what is due in it."""

    # It was called by the only kind there was; what the table's changelog kept under that name still counts.
    about: UUID = Field(validation_alias=AliasChoices("about", "commitment"))
    kind: str = Commitment.TYPE
    epoch: int
    version: int
    correlation: str
    exercise: bool
    deadlines: tuple[Due, ...] = ()


def remember(known: Pending | None, event: Event) -> Pending:
    """What to keep after this event; an older one that comes late changes nothing."""
    envelope, state = event.envelope, event.state
    if known is not None and envelope.order <= (known.epoch, known.version):
        return known
    return Pending(
        about=state.id,
        kind=state.TYPE,
        epoch=envelope.epoch,
        version=envelope.version,
        correlation=envelope.correlation,
        exercise=envelope.exercise,
        deadlines=_due_in(event),
    )


def _due_in(event: Event) -> tuple[Due, ...]:
    state = event.state
    if isinstance(state, Delivery):
        return () if state.turn is None else (Due(id=state.turn.id, due=state.turn.due),)
    assert isinstance(state, Commitment)
    return tuple(Due(id=each.id, due=each.due) for each in state.deadlines) if state.holds else ()


def alarms(pending: Iterable[Pending], now: datetime) -> list[Event]:
    """An alarm or bell for everything that is due. The same moment gives the same ids and versions.

    The version is the number of times it should have been fired by now, so it rises across restarts.
    """
    return [
        _fired(each, deadline, 1 + (now - deadline.due) // AGAIN, now)
        for each in pending
        for deadline in each.deadlines
        if deadline.due <= now
    ]


def _fired(pending: Pending, deadline: Due, time: int, now: datetime) -> Event:
    state: Alarm | Bell
    if pending.kind == Delivery.TYPE:
        state = Bell(id=deadline.id, delivery=pending.about, due=deadline.due)
    else:
        state = Alarm(id=deadline.id, commitment=pending.about, due=deadline.due)
    envelope = Envelope(
        id=uuid5(deadline.id, f"{state.event_type()}/{time}"),
        type=state.event_type(),
        source=SOURCE,
        time=now,
        key=state.key,
        version=time,
        epoch=pending.epoch,
        correlation=pending.correlation,
        exercise=pending.exercise,
    )
    return Event(envelope, state)
