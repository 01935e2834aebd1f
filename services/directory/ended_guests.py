"""Whose time as a guest an incident ended, read from its topic: their session and their link end here too."""

from collections.abc import Sequence
from functools import partial

from schemas.envelope import Event
from schemas.events.incident import Guest, Incident
from schemas.topics import INCIDENTS
from services.directory.directory import Directory
from services.directory.rules.guests import shut
from services.runtime.anew import read_anew
from services.runtime.replica import Newest


async def follow_incidents(directory: Directory) -> None:
    """Read for ever, from the beginning at each start: so who was ended is out again after a restore too.

    While Kafka is away everybody else signs in as always, so that is waited out here.
    """
    settings = directory.settings
    news = partial(take, directory)
    await read_anew(lambda: Newest(settings.kafka, settings.topic_prefix, (INCIDENTS,), news))


async def take(directory: Directory, events: Sequence[Event]) -> None:
    """End what is left open to guests whom these incidents ended; nothing is written where all is shut."""
    for event in events:
        if isinstance(event.state, Incident):
            for guest in event.state.guests:
                if guest.ended_at is not None:
                    await _end(directory, event.state, guest)


async def _end(directory: Directory, incident: Incident, guest: Guest) -> None:
    person, now = directory.own.person(guest.person), directory.now()
    if person is None or person.guest is None or person.guest.incident != incident.id:
        return
    # Memory may be a moment behind who just came in, so what an open link led to is asked of the tables.
    open_link = directory.own.access(person.id).invitation is not None
    if open_link:
        directory.heard([await directory.accesses.change(person.id, shut, guest.sponsor, now)])
    if open_link or any(not each.revoked for each in directory.own.sessions_of(person.id)):
        directory.heard(await directory.accesses.end_all(person.id, now))
