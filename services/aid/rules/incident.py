"""Reporting an incident: who may, for whom, and what the first row looks like."""

from dataclasses import dataclass
from datetime import datetime
from schemas.events.incident import (
    Affected,
    CallBack,
    Incident,
    OnBehalfOf,
    ServiceStatus,
)
from schemas.events.organisation import Organisation
from schemas.events.person import Person
from schemas.refused import Refused
from schemas.values import IBD, Right
from schemas.visibility import incident_readers
from services.aid.rules.commands import ReportIncident, ServiceDown


@dataclass(frozen=True)
class IncidentReported:
    """An incident is known from now on."""

    incident: Incident


def report(
    command: ReportIncident, reporter: Person, source: Organisation | None, now: datetime
) -> IncidentReported:
    """Decide on a report. `source` is a partnership that reports for a member, where there is one.

    Refused: `since_in_future`, `service_twice`, `source_delivers_nothing_there`, `not_your_right`,
    `caller_missing` (rights are per organisation; an IBD duty officer reports on behalf of a caller).
    """
    if command.since > now:
        raise Refused("since_in_future")
    services = tuple(_status(down, command.since, now) for down in command.services)
    if source is not None and command.affected not in source.delivers_ict_to:
        # The source reads the incident as its own, so nobody may name one that has nothing to do with it.
        raise Refused("source_delivers_nothing_there", source=source.id)
    if len({status.service for status in services}) < len(services):
        raise Refused("service_twice")
    incident = Incident(
        id=command.id,
        source=source.id if source is not None else command.affected,
        affected=(Affected(organisation=command.affected, services=services),),
        since=command.since,
        reported_at=now,
        reported_by=reporter.id,
        on_behalf_of=_on_behalf_of(command, reporter, source),
        call_back=command.call_back,
        description=command.description,
        pattern=command.pattern,
        severity=command.severity,
        exercise=command.exercise,
    )
    return IncidentReported(incident.model_copy(update=incident.read_by(incident_readers(incident))))


def _status(down: ServiceDown, since: datetime, now: datetime) -> ServiceStatus:
    begun = down.since or since
    if begun > now:
        raise Refused("since_in_future")
    return ServiceStatus(service=down.service, state=down.state, since=begun)


def _on_behalf_of(
    command: ReportIncident, reporter: Person, source: Organisation | None
) -> OnBehalfOf | None:
    if reporter.may(Right.REPORT, command.affected):
        return None
    if source is not None and reporter.may(Right.REPORT, source.id):
        return None
    if not reporter.may(Right.IBD, IBD):
        raise Refused("not_your_right", right=Right.REPORT, organisation=command.affected)
    if command.caller is None:
        raise Refused("caller_missing")
    return OnBehalfOf(entered_by=IBD, caller=command.caller)
