"""Entries for an owner's journal: somebody's duty, version by version."""

from datetime import UTC, datetime
from uuid import UUID

from schemas.codec import state_bytes
from schemas.events.duty import Duty
from services.runtime.ports import Entry

NOW = datetime(2026, 1, 5, 7, 10, tzinfo=UTC)


def an_entry(version: int = 1, person: int = 1) -> Entry:
    """What journals that version of the duty of the person with that number as id."""
    duty = Duty(id=UUID(int=person), on=version % 2 == 0, changed_at=NOW, exercise=False)
    return Entry(
        event_id=UUID(int=person * 100 + version),
        aggregate=Duty.TYPE,
        key=duty.key,
        version=version,
        event_type=Duty.event_type(),
        at=NOW,
        who=duty.id,
        correlation="c",
        exercise=False,
        payload=state_bytes(duty),
    )
