"""Who reads what `aid` publishes, and how much of it (domain, law 4)."""

from collections.abc import Collection
from typing import Any

from schemas.events.approach import Approach
from schemas.events.commitment import Commitment
from schemas.events.help_request import HelpRequest
from schemas.events.incident import Guest, Incident
from schemas.state import Readers
from schemas.values import Level, desk_key, organisation_key, person_key
from schemas.visibility import case_readers, incident_readers


def of_incident(incident: Incident, members: Collection[str] = ()) -> dict[str, Any]:
    """Own organisations, the IBD and the coordinators; everybody else sees nothing."""
    return incident.read_by(incident_readers(incident, members))


def of_request(
    request: HelpRequest,
    incident: Incident,
    approaches: Collection[Approach] = (),
    commitments: Collection[Commitment] = (),
) -> dict[str, Any]:
    """The case, plus who was asked (asked) and who holds a slot (partner)."""
    readers: Readers = {}
    for approach in approaches:
        for key in asked_keys(approach):
            readers[key] = Level.ASKED
    for commitment in commitments:
        readers |= dict.fromkeys(held_keys(commitment), Level.PARTNER)
    readers |= _case(incident)
    readers[organisation_key(request.borrower)] = Level.OWN
    return request.read_by(readers)


def of_approach(approach: Approach, incident: Incident, borrower: str) -> Readers:
    """Those who are asked own it; the borrower and the case see whom was asked, not who.

    A person sees approaches to themselves; the desk sees those to its organisation and its people.
    """
    readers: Readers = {organisation_key(borrower): Level.COORDINATOR, **_case(incident)}
    readers[desk_key(approach.lender)] = Level.OWN
    if approach.person is not None:
        readers[person_key(approach.person)] = Level.OWN
    return readers


def of_commitment(commitment: Commitment, incident: Incident) -> Readers:
    """The borrower, the lender's desk and the person own it; the case sees it."""
    readers: Readers = dict(_case(incident))
    readers |= dict.fromkeys(held_keys(commitment), Level.OWN)
    readers[organisation_key(commitment.borrower)] = Level.OWN
    return readers


def _case(incident: Incident) -> Readers:
    """Who coordinates, and the source: a partnership follows what it drafted for its member."""
    return {**case_readers(incident.id), organisation_key(incident.source): Level.COORDINATOR}


def of_line(incident: Incident) -> Readers:
    """A line of the log is read by whoever reads the incident, but for its guests."""
    return _without_guests(incident)


def with_guests(incident: Incident, guests: tuple[Guest, ...]) -> dict[str, Any]:
    """The incident with these guests, who read it as a partner does while nobody has ended them."""
    readers = _without_guests(incident)
    readers |= {person_key(each.person): Level.PARTNER for each in guests if each.ended_at is None}
    return {"guests": guests, **incident.read_by(readers)}


def _without_guests(incident: Incident) -> Readers:
    guests = {person_key(each.person) for each in incident.guests}
    return {key: level for key, level in incident.readers.items() if key not in guests}


def asked_keys(approach: Approach) -> tuple[str, ...]:
    """The keys of those who are asked: the lender's desk, and the person where one is meant."""
    keys = [desk_key(approach.lender)]
    return tuple(keys if approach.person is None else [*keys, person_key(approach.person)])


def held_keys(commitment: Commitment) -> tuple[str, ...]:
    """The keys of those who promised: the lender's desk and the person."""
    keys = [desk_key(commitment.lender)]
    return tuple(keys if commitment.person is None else [*keys, person_key(commitment.person)])
