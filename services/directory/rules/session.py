"""A session: opened for a person, ended by that person, over after half a day."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from schemas.events.person import Person
from schemas.events.session import Session, SignInWay
from schemas.refused import Refused

LASTS: Final = timedelta(hours=12)
"""A shift; whoever works on signs in again."""


def open_session(session: UUID, person: UUID, now: datetime) -> Session:
    """A session of a demonstration."""
    return Session(id=session, person=person, started_at=now, expires_at=now + LASTS, demonstration=True)


def open_with_passkey(session: UUID, person: Person, passkey: UUID, now: datetime) -> Session:
    """A session of somebody whose phone knew them; made-up people stay in their demonstration."""
    return Session(
        id=session,
        person=person.id,
        demonstration=person.fictitious,
        started_at=now,
        expires_at=now + LASTS,
        way=SignInWay.PASSKEY,
        passkey=passkey,
    )


def end(session: Session, asker: UUID) -> Session:
    """The session is over on every service. Refused: `not_found` for anybody else's."""
    if session.person != asker:
        raise Refused("not_found")
    return session.model_copy(update={"revoked": True})
