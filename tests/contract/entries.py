"""Entries for an owner's journal: somebody's duty, version by version, and a sign-in of a while ago."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from schemas.codec import state_bytes
from schemas.events.duty import Duty
from schemas.events.session import Session
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


def a_sign_in(days_ago: int) -> Entry:
    """What journals a session of twelve hours that began so many days before now."""
    began = datetime.now(UTC) - timedelta(days=days_ago)
    session = Session(
        id=UUID(int=days_ago), person=UUID(int=1), started_at=began, expires_at=began + timedelta(hours=12)
    )
    return Entry(
        event_id=UUID(int=10_000 + days_ago),
        aggregate=Session.TYPE,
        key=session.key,
        version=1,
        event_type=Session.event_type(),
        at=began,
        who=session.person,
        correlation="c",
        exercise=False,
        payload=state_bytes(session),
    )
