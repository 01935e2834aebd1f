"""Deadlines: when a reservation lapses or names are due, and what happens then."""

from datetime import datetime
from uuid import UUID, uuid5

from schemas.events.approach import ApproachState
from schemas.events.commitment import Commitment, CommitmentState, Deadline, DeadlineName, Party
from schemas.events.help_request import HelpRequest
from schemas.events.incident import Incident
from schemas.events.log_entry import Entry
from schemas.values import Phase
from services.aid.rules import slots
from services.aid.rules.story import Story
from services.aid.rules.world import Context


def expiry(commitment: UUID, incident: Incident, request: HelpRequest, context: Context) -> Deadline:
    """30 min in the acute phase, 4 h otherwise, never past need-by while that still lies ahead."""
    terms = context.terms
    due = context.now + (terms.expiry_acute if incident.phase is Phase.ACUTE else terms.expiry)
    if request.needed_by > context.now:
        due = min(due, request.needed_by)
    return deadline(commitment, DeadlineName.EXPIRY, due, context)


def names_due(commitment: UUID, request: HelpRequest, context: Context) -> Deadline:
    """12 h before the start or half the time left, the later of both; once begun, the acute expiry."""
    now, starts = context.now, request.needed_by
    if starts <= now:
        return deadline(commitment, DeadlineName.NAMES_DUE, now + context.terms.expiry_acute, context)
    due = max(starts - context.terms.names_due, now + (starts - now) / 2)
    return deadline(commitment, DeadlineName.NAMES_DUE, due, context)


def deadline(commitment: UUID, name: DeadlineName, due: datetime, context: Context) -> Deadline:
    """Its id names the arming: armed anew, it is another deadline, and an old fire does not count."""
    return Deadline(id=uuid5(commitment, f"{name}/{context.cause}"), name=name, due=due)


def apply_due(story: Story) -> None:
    """Let go of everything in the locked requests whose deadline has passed, even if the clock is late."""
    now = story.context.now
    for request in list(story.world.requests):
        due = [
            commitment
            for commitment in story.world.commitments_for(request)
            if any(each.due <= now for each in commitment.deadlines)
        ]
        for commitment in due:
            release(story, commitment, CommitmentState.LAPSED, None, Entry.LAPSED)
        if due:
            slots.settle(story, request)


def release(
    story: Story, commitment: Commitment, state: CommitmentState, by: Party | None, entry: Entry
) -> None:
    """A commitment is over: its slot frees and the approach it came from is closed accordingly.

    The caller settles the request afterwards.
    """
    over = commitment.model_copy(
        update={
            "state": state,
            "over_at": story.context.now,
            "over_by": by,
            "waits_for": (),
            "deadlines": (),
        }
    )
    slots.change(story, over)
    _close_approach(story, commitment, _CLOSED[state])
    incident = story.world.incident(commitment.incident)
    line = story.line(
        incident,
        entry,
        request=commitment.request,
        by_organisation=commitment.lender,
        about={"function": commitment.function},
    )
    story.happened(line=line)


_CLOSED = {
    CommitmentState.LAPSED: ApproachState.LAPSED,
    CommitmentState.REFUSED: ApproachState.DECLINED,
    CommitmentState.GIVEN_BACK: ApproachState.GIVEN_BACK,
    CommitmentState.RELEASED: ApproachState.WITHDRAWN,
}


def _close_approach(story: Story, commitment: Commitment, state: ApproachState) -> None:
    still_holds = any(
        each.lender == commitment.lender and each.person == commitment.person
        for each in story.world.commitments_for(commitment.request)
    )
    for approach in story.world.approaches_for(commitment.request, ApproachState.CLAIMED):
        same = approach.lender == commitment.lender and approach.person == commitment.person
        if same and not still_holds:
            story.happened(approach.model_copy(update={"state": state}))
