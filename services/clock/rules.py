"""Which deadlines are pending, and which of them to fire now: pure."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID, uuid5

from schemas.envelope import Envelope, Event
from schemas.events.alarm import Alarm
from schemas.events.commitment import Commitment, Deadline
from schemas.values import Value

SOURCE: Final = "urn:noaber:clock"

AGAIN: Final = timedelta(seconds=30)
"""What is still pending is fired again: its owner may have missed the first, or held it as too early."""


class Pending(Value):
    """What is kept of one commitment: the version it came from, and the deadlines that hold in it."""

    commitment: UUID
    epoch: int
    version: int
    correlation: str
    exercise: bool
    deadlines: tuple[Deadline, ...] = ()


def remember(known: Pending | None, event: Event) -> Pending:
    """What to keep after this event; an older one that comes late changes nothing."""
    envelope, commitment = event.envelope, event.state
    assert isinstance(commitment, Commitment)
    if known is not None and envelope.order <= (known.epoch, known.version):
        return known
    return Pending(
        commitment=commitment.id,
        epoch=envelope.epoch,
        version=envelope.version,
        correlation=envelope.correlation,
        exercise=envelope.exercise,
        deadlines=commitment.deadlines if commitment.holds else (),
    )


def alarms(pending: Iterable[Pending], now: datetime) -> list[Event]:
    """An alarm for every deadline that is due. The same moment gives the same ids and versions.

    The version is the number of times it should have been fired by now, so it rises across restarts.
    """
    return [
        _alarm(each, deadline, 1 + (now - deadline.due) // AGAIN, now)
        for each in pending
        for deadline in each.deadlines
        if deadline.due <= now
    ]


def _alarm(pending: Pending, deadline: Deadline, time: int, now: datetime) -> Event:
    alarm = Alarm(id=deadline.id, commitment=pending.commitment, due=deadline.due)
    envelope = Envelope(
        id=uuid5(deadline.id, f"{alarm.event_type()}/{time}"),
        type=alarm.event_type(),
        source=SOURCE,
        time=now,
        key=alarm.key,
        version=time,
        epoch=pending.epoch,
        correlation=pending.correlation,
        exercise=pending.exercise,
    )
    return Event(envelope, alarm)
