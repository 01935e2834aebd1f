"""Whose time as a guest an incident ended, read from its topic: their session and their link end here too."""

import asyncio
import logging
from collections.abc import Sequence
from functools import partial
from typing import Final

from aiokafka.errors import KafkaError

from schemas.envelope import Event
from schemas.events.incident import Guest, Incident
from schemas.topics import INCIDENTS
from services.directory.directory import Directory
from services.directory.rules.guests import shut
from services.runtime.replica import Newest, StartOver

log: Final = logging.getLogger(__name__)

ANEW_SECONDS: Final = 2.0


async def follow_incidents(directory: Directory) -> None:
    """Read for ever, from the beginning at each start: so who was ended is out again after a restore too.

    While Kafka is away, or began anew, everybody else signs in as always: that is waited out here.
    """
    settings, news = directory.settings, partial(take, directory)
    while True:
        try:
            await Newest(settings.kafka, settings.topic_prefix, (INCIDENTS,), news).run()
        except (KafkaError, StartOver) as away:
            log.warning("incidents are read from their beginning: %s", away)
        await asyncio.sleep(ANEW_SECONDS)


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
