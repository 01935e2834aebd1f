"""An incident: who may report it for whom, what becomes known later, who coordinates, and its end."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from uuid import UUID

from schemas.catalogue import ResidentService
from schemas.events.approach import ApproachState
from schemas.events.commitment import CommitmentState, Party
from schemas.events.help_request import RequestState
from schemas.events.incident import Affected, Guest, Incident, OnBehalfOf, ServiceStatus
from schemas.events.log_entry import Entry
from schemas.events.organisation import Kind, Organisation
from schemas.events.person import Person
from schemas.mandate import Act, UsedMandate
from schemas.refused import Refused
from schemas.values import IBD, Level, Right, organisation_key
from services.aid.rules import audience, slots, told
from services.aid.rules.commands import (
    ChangeCoordinators,
    ChangeFacts,
    ChangeServices,
    CloseIncident,
    ReportIncident,
    ServiceDown,
    WriteLog,
)
from services.aid.rules.deadlines import release
from services.aid.rules.mandate import Wanted, holds, list_of, own_key, used_by_any, used_mandate
from services.aid.rules.story import Story


def report(story: Story, command: ReportIncident, target: object) -> None:
    """Report an incident for one's own organisation, as a partnership for a member, or namens a caller.

    Refused: `exists`, `since_in_future`, `service_twice`, `unknown_organisation`, `not_your_right`,
    `caller_missing` (an IBD duty officer reports on behalf of a caller).
    """
    reporter, now = story.context.person, story.context.now
    if command.id in story.world.incidents:
        raise Refused("exists")
    if command.since > now:
        raise Refused("since_in_future")
    services = _statuses(command.services, command.since, now)
    if command.affected not in story.world.picture.organisations:
        raise Refused("unknown_organisation", organisations=[command.affected])
    source = _reporting_partnership(story, command.affected)
    incident = Incident(
        id=command.id,
        source=source.id if source is not None else command.affected,
        affected=(Affected(organisation=command.affected, services=services),),
        since=command.since,
        reported_at=now,
        reported_by=reporter.id,
        **told.caller(_on_behalf_of(command, reporter, source), story.context),
        **told.call_back(command.call_back, story.context),
        description=command.description,
        pattern=command.pattern,
        severity=command.severity,
        exercise=command.exercise,
    )
    members = source.delivers_ict_to if source is not None else ()
    incident = incident.model_copy(update=audience.of_incident(incident, members))
    line = story.line(
        incident,
        Entry.REPORTED,
        by_organisation=IBD if incident.on_behalf_of else incident.source,
        about={"affected": command.affected, "services": len(services)},
    )
    story.happened(incident, line=line)
    if not command.exercise:
        _lender_became_victim(story, command.affected)


def change_services(story: Story, command: ChangeServices, target: UUID) -> None:
    """A service works, goes by an emergency route, or does not; what is not named stays as it was.

    Refused: `not_found`, `closed`, `not_your_right`, `not_affected`, `since_in_future`, `service_twice`.
    """
    incident = _own(story, target)
    if command.affected not in incident.victims:
        raise Refused("not_affected")
    news = {s.service: s for s in _statuses(command.services, story.context.now, story.context.now)}
    affected = tuple(
        victim.model_copy(update={"services": _merged(victim.services, news)})
        if victim.organisation == command.affected
        else victim
        for victim in incident.affected
    )
    changed = incident.model_copy(update={"affected": affected})
    for status in news.values():
        about: dict[str, str | int] = {"service": status.service, "state": status.state}
        line = story.line(
            changed, Entry.SERVICE_CHANGED, by_organisation=command.affected, about=about, text=status.note
        )
        story.happened(changed, line=line)


def change_facts(story: Story, command: ChangeFacts, target: UUID) -> None:
    """What became known: phase, pattern, severity, label, description, whom to call.

    A looser label lets others read along: it takes a key of one's own, and where the source
    keeps a list a mandate to share. So does a key what else `_takes_a_key` says.
    Refused: as `used_mandate`, `own_key`, and `not_found`, `closed`.
    """
    incident = _own(story, target)
    if _takes_a_key(incident, command):
        own_key(story)
    mandate = _sharing(story, incident, command)
    news = {
        name: value for name in type(command).model_fields if (value := getattr(command, name)) is not None
    }
    if command.call_back is not None:
        kept = told.call_back(command.call_back, story.context)
        changed = incident.model_copy(update={**news, **kept})
    else:
        kept, changed = {}, incident.model_copy(update=news)
    if changed.tlp is not incident.tlp:
        changed = changed.model_copy(update={"audience_version": incident.audience_version + 1})
    about: dict[str, str | int] = {"changed": ",".join(sorted(news))}
    line = story.line(
        changed, Entry.INCIDENT_CHANGED, by_organisation=incident.source, about=about, mandate=mandate
    )
    story.happened(changed, line=line)
    if kept:
        # Whoever helps sees the request and not the incident: the number must be right there too.
        for request in story.world.requests_of(target):
            story.happened(request.model_copy(update=kept))
    if changed.tlp.lowest_level.rank > Level.ASKED.rank:
        _stop_asking(story, target)
    else:
        _let_ask_again(story, target)


def change_coordinators(story: Story, command: ChangeCoordinators, target: UUID) -> None:
    """The affected organisation gives and takes the role of coordinator.

    Taking it back needs no more than the right.
    Refused: as `used_mandate`, and `not_found`, `closed`, `unknown_organisation`.
    """
    incident = still_open(story, target)
    holds(story, Right.MANDATE, hit(incident))
    gives = {organisation_key(each) for each in command.coordinators} - set(incident.coordinators)
    mandate = used_by_any(story, Act.COORDINATE, hit(incident)) if gives else None
    unknown = sorted(set(command.coordinators) - set(story.world.picture.organisations))
    if unknown:
        raise Refused("unknown_organisation", organisations=unknown)
    changed = incident.model_copy(
        update={
            "coordinators": tuple(organisation_key(each) for each in sorted(set(command.coordinators))),
            "audience_version": incident.audience_version + 1,
        }
    )
    about: dict[str, str | int] = {"coordinators": ",".join(sorted(set(command.coordinators)))}
    line = story.line(
        changed, Entry.COORDINATOR_NAMED, by_organisation=incident.source, about=about, mandate=mandate
    )
    story.happened(changed, line=line)


def write_log(story: Story, command: WriteLog, target: UUID) -> None:
    """A line in the log, by the affected organisation, the IBD or a coordinator.

    Refused: `not_found`, `closed`, `not_your_right`, `exists`.
    """
    incident = still_open(story, target)
    person = story.context.person
    if not may_tell(person, incident):
        raise Refused("not_your_right", right=Right.REPORT)
    if command.id in story.world.log:
        raise Refused("exists")
    own = next((m.organisation for m in person.memberships), None)
    line = story.line(incident, Entry.NOTE, by_organisation=own, text=command.text, key=command.id)
    story.happened(line=line)


def close(story: Story, command: CloseIncident, target: UUID) -> None:
    """The incident is over.

    Refused: as `holds`, and `not_found`, `closed`.
    """
    incident = still_open(story, target)
    holds(story, Right.MANDATE, hit(incident))
    now = story.context.now
    ended = audience.with_guests(incident, tuple(over(each, now) for each in incident.guests))
    closed = incident.model_copy(update={"closed_at": now, **ended})
    line = story.line(
        closed, Entry.INCIDENT_CHANGED, by_organisation=incident.source, about={"changed": "closed"}
    )
    story.happened(closed, line=line)
    _stop_asking(story, target)


def _takes_a_key(incident: Incident, command: ChangeFacts) -> bool:
    """Whether it lets others read along, sends away everybody who is asked, or says whom helpers call."""
    before, after = (each.lowest_level.rank for each in (incident.tlp, command.tlp or incident.tlp))
    return command.call_back is not None or after < before or before <= Level.ASKED.rank < after


def _sharing(story: Story, incident: Incident, command: ChangeFacts) -> UsedMandate | None:
    if command.tlp is None or command.tlp.lowest_level.rank >= incident.tlp.lowest_level.rank:
        return None
    if list_of(story, incident.source) is None:
        return None
    return used_mandate(story, Wanted(Act.SHARE, incident.source))


def _stop_asking(story: Story, incident: UUID) -> None:
    """Nobody may read what is asked any more, or nobody needs it: open approaches are withdrawn."""
    for request in story.world.requests_of(incident):
        if request.waits_for_yes:
            story.happened(request.model_copy(update={"is_over": True}))
        slots.move_approaches(story, request, *slots.STANDING, ApproachState.WITHDRAWN)
        slots.settle(story, request.id)


def _let_ask_again(story: Story, incident: UUID) -> None:
    """A looser label: what waits for a yes may be confirmed, and who may say it is called."""
    for request in story.world.requests_of(incident):
        if request.state is RequestState.PROVISIONAL and request.is_over:
            story.happened(request.model_copy(update={"is_over": False}))


def _statuses(services: Iterable[ServiceDown], since: datetime, now: datetime) -> tuple[ServiceStatus, ...]:
    found = tuple(
        ServiceStatus(
            service=each.service,
            state=each.state,
            since=each.since or since,
            hurts_on=each.hurts_on,
            note=each.note,
        )
        for each in services
    )
    if any(status.since > now for status in found):
        raise Refused("since_in_future")
    if len({status.service for status in found}) < len(found):
        raise Refused("service_twice")
    return found


def _merged(
    known: tuple[ServiceStatus, ...], news: Mapping[ResidentService, ServiceStatus]
) -> tuple[ServiceStatus, ...]:
    kept = tuple(news.get(status.service, status) for status in known)
    added = tuple(status for service, status in news.items() if service not in {k.service for k in known})
    return (*kept, *added)


def _reporting_partnership(story: Story, affected: str) -> Organisation | None:
    """The partnership for which the reporter reports, where it delivers to the victim."""
    reporter, organisations = story.context.person, story.world.picture.organisations
    if reporter.may(Right.REPORT, affected):
        return None
    for member in reporter.memberships:
        mine = organisations.get(member.organisation)
        if mine is None or mine.kind is not Kind.PARTNERSHIP or Right.REPORT not in member.rights:
            continue
        if affected in mine.delivers_ict_to:
            return mine
    return None


def _on_behalf_of(
    command: ReportIncident, reporter: Person, source: Organisation | None
) -> OnBehalfOf | None:
    if source is not None or reporter.may(Right.REPORT, command.affected):
        return None
    if not reporter.may(Right.IBD, IBD):
        raise Refused("not_your_right", right=Right.REPORT, organisation=command.affected)
    if command.caller is None:
        raise Refused("caller_missing")
    return OnBehalfOf(entered_by=IBD, caller=command.caller)


def _lender_became_victim(story: Story, organisation: str) -> None:
    """Nobody asks a fellow victim: what it was asked lapses, and so does what waits for its yes."""
    touched: set[UUID] = set()
    for approach in list(story.world.approaches.values()):
        if approach.lender == organisation and approach.state in slots.STANDING:
            story.happened(approach.model_copy(update={"state": ApproachState.LAPSED}))
            touched.add(approach.request)
    for commitment in list(story.world.commitments.values()):
        if commitment.lender == organisation and Party.LENDER in commitment.waits_for and commitment.holds:
            release(story, commitment, CommitmentState.LAPSED, Party.LENDER, Entry.LAPSED)
            touched.add(commitment.request)
    for request in sorted(touched):
        slots.settle(story, request)


def over(guest: Guest, now: datetime) -> Guest:
    """The guest reads nothing any more."""
    return guest if guest.ended_at else guest.model_copy(update={"ended_at": now})


def hit(incident: Incident) -> list[str]:
    """Where the cause sits and who is hit."""
    return sorted({incident.source, *incident.victims})


def may_change(person: Person, incident: Incident) -> bool:
    """Whether the person reports for who is hit, or acts for the IBD."""
    rights = (Right.REPORT, Right.MANDATE)
    own = any(person.may(right, each) for each in hit(incident) for right in rights)
    return own or person.may(Right.IBD, IBD)


def may_tell(person: Person, incident: Incident) -> bool:
    """Whether the person keeps the log: whoever changes the incident, and whoever coordinates."""
    return may_change(person, incident) or any(person.works_for(each) for each in incident.coordinating)


def still_open(story: Story, target: UUID) -> Incident:
    """The incident. Refused: `not_found`, `closed`."""
    incident = story.world.incident(target)
    if not incident.is_open:
        raise Refused("closed")
    return incident


def _own(story: Story, target: UUID) -> Incident:
    incident = still_open(story, target)
    if not may_change(story.context.person, incident):
        raise Refused("not_your_right", right=Right.REPORT)
    return incident
