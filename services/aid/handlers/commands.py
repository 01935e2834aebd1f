"""Which rule answers which command, what it may touch, and which row its sender must be able to see."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from schemas.events.approach import Approach
from schemas.events.commitment import Commitment
from schemas.events.duty import Duty
from schemas.events.help_request import HelpRequest
from schemas.events.incident import Incident
from schemas.events.lending import Lending
from schemas.events.log_entry import LogEntry
from schemas.events.person import Person
from schemas.state import Row
from schemas.values import Command
from services.aid.reach import Reach
from services.aid.rules import claim, commands, commitment, duty, guests, incident, request
from services.aid.rules.story import Story
from services.aid.rules.world import World

Target = UUID | str | None
"""What the path names: an aggregate's id, an organisation, or nothing."""


@dataclass(frozen=True)
class Handler:
    """`reach`: what to lock. `shows`: the row without which the sender may not know that the target exists.

    `answers`: the kind of row that the answer puts first.
    """

    rule: Callable[[Story, Any, Any], None]
    reach: Callable[[Any, Any, Person], Reach]
    shows: Callable[[World, Any, Any], Row | None]
    answers: type[Row]


def _nothing(world: World, command: Command, target: Target) -> None:
    return None


def _report_reach(command: commands.ReportIncident, target: Target, asker: Person) -> Reach:
    hit = frozenset({command.affected})
    return Reach(incidents=frozenset({command.id}), organisations=hit, asked_organisations=hit)


def _incident_reach(command: Command, target: UUID, asker: Person) -> Reach:
    return Reach(incidents=frozenset({target}))


def _line_reach(command: commands.WriteLog, target: UUID, asker: Person) -> Reach:
    return Reach(incidents=frozenset({target}), lines=frozenset({command.id}))


def _whole_incident_reach(command: Command, target: UUID, asker: Person) -> Reach:
    return Reach(whole_incidents=frozenset({target}))


def _ask_reach(command: commands.AskHelp, target: Target, asker: Person) -> Reach:
    return Reach(incidents=frozenset({command.incident}), requests=frozenset({command.id}))


def _request_reach(command: Command, target: UUID, asker: Person) -> Reach:
    return Reach(requests=frozenset({target}))


def _claim_reach(command: commands.Claim, target: UUID, asker: Person) -> Reach:
    employers = frozenset(member.organisation for member in asker.memberships)
    return Reach(requests=frozenset({target}), persons=frozenset({asker.id}), organisations=employers)


def _lend_reach(command: commands.Lend, target: UUID, asker: Person) -> Reach:
    return Reach(requests=frozenset({target}), organisations=frozenset({command.lender}))


def _commitment_reach(command: Command, target: UUID, asker: Person) -> Reach:
    return Reach(commitments=frozenset({target}), persons=frozenset({asker.id}))


def _name_reach(command: commands.NamePerson, target: UUID, asker: Person) -> Reach:
    employers = frozenset(member.organisation for member in asker.memberships)
    persons = frozenset({command.person})
    return Reach(commitments=frozenset({target}), persons=persons, organisations=employers)


def _duty_reach(command: commands.ChangeDuty, target: Target, asker: Person) -> Reach:
    return Reach(persons=frozenset({asker.id}), asked_persons=frozenset({asker.id}))


def _lending_reach(command: commands.ChangeLending, target: str, asker: Person) -> Reach:
    return Reach(organisations=frozenset({target}))


def _incident(world: World, command: Command, target: UUID) -> Row:
    return world.incident(target)


def _incident_of_ask(world: World, command: commands.AskHelp, target: Target) -> Row:
    return world.incident(command.incident)


def _request(world: World, command: Command, target: UUID) -> Row:
    return world.request(target)


def _approach(world: World, command: commands.Claim | commands.Decline, target: UUID) -> Row:
    return world.approach(command.approach)


def _approach_to_lender(world: World, command: commands.Lend, target: UUID) -> Row:
    # Once a request is full a lender no longer reads it, but it must hear who came first.
    asked = (each for each in world.approaches_for(target) if each.lender == command.lender)
    return next(asked, None) or world.request(target)


def _commitment(world: World, command: Command, target: UUID) -> Row:
    return world.commitment(target)


HANDLERS: Final[Mapping[type[Command], Handler]] = {
    commands.ReportIncident: Handler(incident.report, _report_reach, _nothing, Incident),
    commands.ChangeServices: Handler(incident.change_services, _incident_reach, _incident, Incident),
    commands.ChangeFacts: Handler(incident.change_facts, _whole_incident_reach, _incident, Incident),
    commands.ChangeCoordinators: Handler(incident.change_coordinators, _incident_reach, _incident, Incident),
    commands.AdmitGuest: Handler(guests.admit, _incident_reach, _incident, Incident),
    commands.EndGuest: Handler(guests.end, _incident_reach, _incident, Incident),
    commands.WriteLog: Handler(incident.write_log, _line_reach, _incident, LogEntry),
    commands.CloseIncident: Handler(incident.close, _whole_incident_reach, _incident, Incident),
    commands.AskHelp: Handler(request.ask, _ask_reach, _incident_of_ask, HelpRequest),
    commands.ConfirmRequest: Handler(request.confirm, _request_reach, _request, HelpRequest),
    commands.WithdrawRequest: Handler(request.withdraw, _request_reach, _request, HelpRequest),
    commands.ChangeNumber: Handler(request.change_number, _request_reach, _request, HelpRequest),
    commands.Claim: Handler(claim.claim, _claim_reach, _approach, Commitment),
    commands.Decline: Handler(claim.decline, _request_reach, _approach, Approach),
    commands.Lend: Handler(claim.lend, _lend_reach, _approach_to_lender, Commitment),
    commands.AcceptCommitment: Handler(commitment.accept, _commitment_reach, _commitment, Commitment),
    commands.ApproveCommitment: Handler(commitment.approve, _commitment_reach, _commitment, Commitment),
    commands.RefuseCommitment: Handler(commitment.refuse, _commitment_reach, _commitment, Commitment),
    commands.GiveBack: Handler(commitment.give_back, _commitment_reach, _commitment, Commitment),
    commands.NamePerson: Handler(commitment.name, _name_reach, _commitment, Commitment),
    commands.ChangeDuty: Handler(duty.change_duty, _duty_reach, _nothing, Duty),
    commands.ChangeLending: Handler(duty.change_lending, _lending_reach, _nothing, Lending),
}
"""Command -> what carries it out: the answer to "where is this handled?"."""
