"""A session: opened for a person, ended by that person, over after half a day; of a card, sooner."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from schemas.events.access import SystemKey
from schemas.events.person import Guesthood, Person
from schemas.events.session import Session, SignInWay
from schemas.refused import Refused

LASTS: Final = timedelta(hours=12)
"""A shift; whoever works on signs in again."""


CARD_LASTS: Final = timedelta(hours=2)
"""The phone is unknown: long enough to ask for help and to be given a key, too short to be forgotten."""


SYSTEM_LASTS: Final = timedelta(minutes=15)
"""A program asks for another one by itself, and a token that was left in a log is soon worth nothing."""


def open_in_demonstration(session: UUID, person: UUID, now: datetime) -> Session:
    """A session of a visitor who is somebody made up, without any key."""
    return Session(id=session, person=person, started_at=now, expires_at=now + LASTS, demonstration=True)


def open_with_passkey(session: UUID, person: Person, passkey: UUID, now: datetime) -> Session:
    """A session of somebody whose phone knew them."""
    opened = _opened(session, person, SignInWay.PASSKEY, now, now + LASTS)
    return opened.model_copy(update={"passkey": passkey})


def open_with_card(session: UUID, person: Person, card: str, now: datetime) -> Session:
    """A session of somebody whom a sealed card and a second person let in."""
    opened = _opened(session, person, SignInWay.CARD, now, now + CARD_LASTS)
    return opened.model_copy(update={"card": card})


def open_for_guest(session: UUID, person: Person, guest: Guesthood, now: datetime) -> Session:
    """A session of a guest: it lasts as long as they were let in for, since the link opens once."""
    return _opened(session, person, SignInWay.GUEST, now, guest.until)


def open_with_provider(session: UUID, person: Person, now: datetime) -> Session:
    """A session of somebody whose organisation says who they are: enough for quiet times, not for what only a
    key of one's own opens."""
    return _opened(session, person, SignInWay.OIDC, now, now + LASTS)


def open_for_system(session: UUID, person: Person, key: SystemKey, now: datetime) -> Session:
    """A session of a program, that never outlasts the key which opened it."""
    until = min(now + SYSTEM_LASTS, key.expires_at)
    return _opened(session, person, SignInWay.SYSTEM, now, until)


def _opened(session: UUID, person: Person, way: SignInWay, now: datetime, until: datetime) -> Session:
    """Made-up people stay in their demonstration, however they came in."""
    return Session(
        id=session,
        person=person.id,
        demonstration=person.fictitious,
        started_at=now,
        expires_at=until,
        way=way,
    )


def end(session: Session, asker: UUID) -> Session:
    """The session is over on every service. Refused: `not_found` for anybody else's."""
    if session.person != asker:
        raise Refused("not_found")
    return session.model_copy(update={"revoked": True})
