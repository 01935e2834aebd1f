"""Guests of an incident: who lets somebody from outside read it, and who ends that."""

from typing import Final
from uuid import UUID

from schemas.events.incident import Guest, Incident
from schemas.events.log_entry import Entry
from schemas.events.person import Guesthood
from schemas.mandate import Act
from schemas.refused import Refused
from schemas.values import Right
from services.aid.rules import audience
from services.aid.rules.commands import AdmitGuest, EndGuest
from services.aid.rules.incident import hit, may_change, over, still_open
from services.aid.rules.mandate import used_by_any
from services.aid.rules.story import Story

MOST_GUESTS: Final = 50
"""Those that ended count: they stay in the incident, so that nobody lets them in again by an old link."""


def admit(story: Story, command: AdmitGuest, target: UUID) -> None:
    """The sponsor's guest reads the incident; it takes the mandate to share outside.

    Refused: as `used_mandate`, and `not_found`, `closed`, `no_such_guest`, `guest_over`, `too_many_guests`.
    """
    incident = still_open(story, target)
    mandate = used_by_any(story, Act.SHARE, hit(incident))
    invited = _invited(story, command.guest, incident)
    if any(each.person == command.guest for each in incident.guests) or invited.until <= story.context.now:
        raise Refused("guest_over")
    if len(incident.guests) >= MOST_GUESTS:
        raise Refused("too_many_guests")
    guest = Guest(
        person=command.guest,
        **invited.model_dump(include={"firm", "organisation", "sponsor", "until"}),
    )
    changed = incident.model_copy(update=audience.with_guests(incident, (*incident.guests, guest)))
    line = story.line(
        changed,
        Entry.INCIDENT_CHANGED,
        by_organisation=guest.organisation,
        about={"changed": "guest_admitted"},
        mandate=mandate,
    )
    story.happened(changed, line=line)


def end(story: Story, command: EndGuest, target: UUID) -> None:
    """The guest is out: by whoever acts for who is hit, the IBD, a coordinator or the sponsor.

    Refused: `not_found`, `closed`, `not_your_right`, `no_such_guest`.
    """
    incident, asker = still_open(story, target), story.context.person
    sponsors = {each.sponsor for each in incident.guests if each.person == command.guest}
    coordinates = any(asker.works_for(each) for each in incident.coordinating)
    if not may_change(asker, incident) and not coordinates and asker.id not in sponsors:
        raise Refused("not_your_right", right=Right.REPORT)
    if command.guest not in incident.let_in:
        raise Refused("no_such_guest")
    guests = tuple(
        over(each, story.context.now) if each.person == command.guest else each for each in incident.guests
    )
    changed = incident.model_copy(update=audience.with_guests(incident, guests))
    line = story.line(
        changed,
        Entry.INCIDENT_CHANGED,
        by_organisation=incident.source,
        about={"changed": "guest_ended"},
    )
    story.happened(changed, line=line)


def _invited(story: Story, guest: UUID, incident: Incident) -> Guesthood:
    person = story.world.picture.people.get(guest)
    found = None if person is None or person.forgotten else person.guest
    asker = story.context.person
    if found is None or found.incident != incident.id or found.sponsor != asker.id:
        raise Refused("no_such_guest")
    if found.organisation not in hit(incident) or not asker.works_for(found.organisation):
        raise Refused("no_such_guest")
    return found
