"""Asking: what a hint of `matching` leads to, after every hard limit was checked again."""

from datetime import datetime
from typing import Final
from uuid import UUID, uuid5

from schemas.events.approach import Approach, ApproachState
from schemas.events.help_request import HelpRequest, RequestState, Shortfall, ShortfallReason
from schemas.events.log_entry import Entry
from schemas.events.suggestion import Candidate, Suggestion
from schemas.night import Wake, is_night
from schemas.refused import Refused
from schemas.values import Level
from services.aid.rules import audience, slots
from services.aid.rules.claim import standing_yes
from services.aid.rules.cover import can_miss, is_able, is_free, spare
from services.aid.rules.story import Story

SMALL_CIRCLE: Final = 5
OWN_DOING: Final = frozenset({ShortfallReason.NOBODY_HAS_THE_FUNCTION, ShortfallReason.OUTSIDE_CIRCLE})
"""Reasons that say nothing about who is on duty or needed at home."""

AGAIN = (ApproachState.WITHDRAWN, ApproachState.LAPSED)
"""States from which somebody may be asked once more; who declined or gave back is left alone."""


def suggested(story: Story, hint: Suggestion) -> None:
    """Approach the best candidates, up to a number per open slot; note how many could be asked.

    Refused: `not_found`, `stale_hint` (it is about an older version of the request).
    """
    request = story.world.request(hint.id)
    if hint.request_version != story.world.request_versions[hint.id]:
        raise Refused("stale_hint")
    noted = {"could_ask": hint.could_ask, "shortfall": _coarse(request, hint.shortfall)}
    story.happened(request.model_copy(update=noted))
    incident = story.world.incident(request.incident)
    readable = incident.tlp.lowest_level.rank <= Level.ASKED.rank
    if request.state is not RequestState.OPEN or not incident.is_open or not readable:
        return
    made = sum(_approach(story, request, each) for each in _ranked(hint))
    if made:
        about: dict[str, str | int] = {"function": request.function, "number": made}
        line = story.line(incident, Entry.APPROACHED, request=request.id, about=about)
        story.happened(line=line)
        slots.settle(story, request.id)


def _coarse(request: HelpRequest, shortfall: tuple[Shortfall, ...]) -> tuple[Shortfall, ...]:
    """In a circle of a few, the counts would tell how one neighbour is staffed (domain, law 8)."""
    if not request.circle or len(request.circle) >= SMALL_CIRCLE:
        return shortfall
    return tuple(each for each in shortfall if each.reason in OWN_DOING)


def _ranked(hint: Suggestion) -> list[Candidate]:
    # The order within each group is matching's own: by cost.
    return [*(c for c in hint.candidates if c.chosen), *(c for c in hint.candidates if not c.chosen)]


def approach_id(request: UUID, candidate: Candidate) -> UUID:
    """One approach per request and who is asked, however often it opens again."""
    return uuid5(request, f"approach/{candidate.lender}/{candidate.person}")


def _approach(story: Story, request: HelpRequest, candidate: Candidate) -> int:
    """Ask one candidate; how many approaches that made, 0 or 1."""
    asked = story.world.approaches_for(request.id, ApproachState.OPEN)
    if len(asked) >= story.context.terms.approaches_per_slot * request.open_slots:
        return 0
    known = story.world.approaches.get(approach_id(request.id, candidate))
    if known is not None and known.state not in AGAIN:
        return 0
    if not _may_ask(story, request, candidate):
        return 0
    incident = story.world.incident(request.incident)
    standing = standing_yes(story.world, candidate.lender, request, story.context.now)
    approach = Approach(
        id=approach_id(request.id, candidate),
        request=request.id,
        incident=request.incident,
        lender=candidate.lender,
        person=candidate.person,
        function=request.function,
        asked_at=story.context.now,
        wake=_wake(request, story.context.now),
        standing_yes=standing is not None,
        reasons=candidate.reasons,
        exercise=request.exercise,
        tlp=incident.tlp,
    )
    readers = audience.of_approach(approach, incident, request.borrower)
    story.happened(approach.model_copy(update={"readers": readers}))
    return 1


def _wake(request: HelpRequest, now: datetime) -> Wake:
    """As the request says; but who is asked at night is called in the morning, whenever that was said.

    Confirmed at three what was asked by day, or a place that is free again at four: nobody looks then.
    """
    return Wake.MORNING if request.wake is Wake.NOT and is_night(now) else request.wake


def _may_ask(story: Story, request: HelpRequest, candidate: Candidate) -> bool:
    world, now, lender = story.world, story.context.now, candidate.lender
    if lender not in request.circle or world.is_victim(lender):
        return False
    if candidate.person is None:
        return spare(world, lender, request.function, request, now) >= 1
    person = world.picture.people.get(candidate.person)
    return (
        person is not None
        and person.id not in request.said_no
        and world.lending(lender).ask_people
        and is_able(person, lender, request.function)
        and is_free(world, person.id, request, now)
        and can_miss(world, lender, person.functions, request, now)
    )
