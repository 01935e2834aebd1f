"""Taking slots: a person's "I help", and a lender's yes for several at once (domain, laws 1 and 2)."""

from datetime import datetime
from uuid import UUID

from schemas.events.approach import Approach, ApproachState
from schemas.events.commitment import Commitment, CommitmentState, Deadline, DeadlineName, Party, Yes
from schemas.events.help_request import HelpRequest, RequestState
from schemas.events.lending import StandingYes
from schemas.events.log_entry import Entry
from schemas.mandate import Act, Limit, UsedMandate
from schemas.refused import Refused
from schemas.values import Right
from services.aid.rules import audience, slots
from services.aid.rules.commands import Claim, Decline, Lend
from services.aid.rules.cover import can_miss, clash, holding, is_able, on_duty, spare
from services.aid.rules.deadlines import expiry, names_due
from services.aid.rules.mandate import Wanted, used_mandate
from services.aid.rules.story import Story
from services.aid.rules.world import World


def claim(story: Story, command: Claim, target: UUID) -> None:
    """A person takes one slot of a request.

    Refused: `not_found`, `withdrawn`, `terms_changed`, `claim_too_late`, `already_yours`, `taken`,
    `not_asked_any_more`, `over`, `off_duty`, `elsewhere`, `below_cover`. (An approach lapses when its lender
    is hit, so that case needs no check of its own.)
    """
    person = story.context.person
    request = story.world.request(target)
    approach = story.world.approach(command.approach)
    if approach.person != person.id or approach.request != request.id:
        raise Refused("not_found")
    _check_terms(story, request, command.terms_version, command.valid_until)
    _check_answerable(story.world, request, approach)
    if not is_able(person, approach.lender, request.function):
        raise Refused("not_asked_any_more")
    _check_person(story, request, approach.lender, person.id)
    standing = standing_yes(story.world, approach.lender, request, story.context.now)
    yeses = [Yes(party=Party.PERSON, at=story.context.now, by=person.id)]
    if standing is not None:
        given = story.world.lending(approach.lender).mandate_of(standing.id)
        yeses.append(Yes(party=Party.LENDER, at=story.context.now, standing=standing.id, mandate=given))
    commitment = _new(story, request, approach.lender, yeses, person=person.id)
    slots.take(story, commitment)
    story.happened(
        approach.model_copy(update={"state": ApproachState.CLAIMED, "answered_at": story.context.now})
    )
    _tell(story, commitment, 1)
    slots.settle(story, request.id)


def lend(story: Story, command: Lend, target: UUID) -> None:
    """A lender's yes: to reservations that wait for it, and to unnamed slots; the two add up.

    Refused: as `claim` and `used_mandate`, and `expired`, `nothing_chosen`, `not_asked`, `lender_affected`.
    """
    request = story.world.request(target)
    amounts = {
        Limit.PEOPLE: len(set(command.reservations)) + command.unnamed,
        Limit.DAYS: request.days,
    }
    mandate = used_mandate(story, Wanted(Act.LEND, command.lender, amounts))
    if not command.reservations and not command.unnamed:
        raise Refused("nothing_chosen")
    _check_terms(story, request, command.terms_version, command.valid_until)
    for key in command.reservations:
        _approve(story, request, command.lender, key, mandate)
    if command.unnamed:
        _take_unnamed(story, request, command, mandate)
    slots.settle(story, request.id)


def decline(story: Story, command: Decline, target: UUID) -> None:
    """ "I cannot": nobody asks this person or organisation again for this request.

    Refused: `not_found`, `not_your_right`, `not_asked_any_more`.
    """
    approach = story.world.approach(command.approach)
    person = story.context.person
    mine = approach.person == person.id
    if approach.request != target or not (mine or person.works_for(approach.lender)):
        raise Refused("not_found")
    if not mine and not person.may(Right.LEND, approach.lender):
        raise Refused("not_your_right", right=Right.LEND)
    if approach.state not in slots.STANDING:
        raise Refused("not_asked_any_more")
    story.happened(
        approach.model_copy(update={"state": ApproachState.DECLINED, "answered_at": story.context.now})
    )
    incident = story.world.incident(approach.incident)
    line = story.line(
        incident,
        Entry.DECLINED,
        request=target,
        by_organisation=approach.lender,
        about={"function": approach.function},
    )
    story.happened(line=line)
    if approach.person is not None:
        slots.remember_no(story, target, approach.person)
    slots.settle(story, target)


def standing_yes(world: World, lender: str, request: HelpRequest, now: datetime) -> StandingYes | None:
    """The lender's yes given beforehand that fits this request and is not used up."""
    for standing in world.lending(lender).standing:
        used = sum(
            each.ends > now and any(yes.standing == standing.id for yes in each.yeses)
            for each in holding(world, now, request.exercise)
        )
        if _fits(standing, request) and used < standing.at_most:
            return standing
    return None


def taken(world: World, request: HelpRequest) -> Refused:
    """Who comes too late hears which commitments hold the slots, and of which organisations."""
    held = sorted(world.commitments_for(request.id), key=lambda each: (each.claimed_at, each.id))
    return Refused("taken", commitments=[{"id": str(each.id), "lender": each.lender} for each in held])


def _fits(standing: StandingYes, request: HelpRequest) -> bool:
    days = (request.until - request.needed_by).total_seconds() / 86_400
    return (
        (not standing.functions or request.function in standing.functions)
        and (not standing.where or request.where in standing.where)
        and (not standing.circle or request.borrower in standing.circle)
        and days <= standing.max_days
    )


def _check_terms(story: Story, request: HelpRequest, version: int, valid_until: datetime | None) -> None:
    if not story.world.incident(request.incident).is_open:
        raise Refused("closed")
    if request.state is not RequestState.OPEN:
        raise Refused("withdrawn" if request.state is RequestState.WITHDRAWN else "not_asked_any_more")
    if version != request.terms_version:
        raise Refused("terms_changed", terms_version=request.terms_version)
    if valid_until is not None and story.context.now > valid_until:
        raise Refused("claim_too_late")
    if story.context.now >= request.until:
        raise Refused("over")


def _check_answerable(world: World, request: HelpRequest, approach: Approach) -> None:
    if approach.state is ApproachState.CLAIMED:
        raise Refused("already_yours")
    if approach.state not in slots.STANDING:
        raise Refused("not_asked_any_more")
    if request.open_slots == 0:
        raise taken(world, request)


def _check_person(story: Story, request: HelpRequest, lender: str, person: UUID) -> None:
    world, now = story.world, story.context.now
    if not on_duty(world, person, now):
        raise Refused("off_duty")
    other = clash(world, person, request, now)
    if other is not None:
        raise Refused("elsewhere", commitment=str(other.id))
    functions = world.picture.people[person].functions
    if not can_miss(world, lender, functions, request, now):
        raise Refused("below_cover", lender=lender)


def _new(
    story: Story,
    request: HelpRequest,
    lender: str,
    yeses: list[Yes],
    *,
    person: UUID | None,
    ordinal: int = 0,
) -> Commitment:
    context = story.context
    if not request.choose_self and request.confirmed is not None:
        mandate = request.confirmed.mandate
        yeses = [*yeses, Yes(party=Party.BORROWER, at=context.now, standing=request.id, mandate=mandate)]
    given = {yes.party for yes in yeses}
    waits_for = tuple(party for party in Party if party not in given)
    key = context.new_id("commitment", ordinal)
    incident = story.world.incident(request.incident)
    commitment = Commitment(
        id=key,
        request=request.id,
        incident=request.incident,
        function=request.function,
        where=request.where,
        lender=lender,
        borrower=request.borrower,
        person=person,
        state=CommitmentState.RESERVED if waits_for else CommitmentState.FINAL,
        waits_for=waits_for,
        yeses=tuple(yeses),
        starts=request.needed_by,
        ends=request.until,
        claimed_at=context.now,
        deadlines=_armed(key, request, waits_for, expiry(key, incident, request, context), story),
        exercise=request.exercise,
        tlp=request.tlp,
    )
    return commitment.model_copy(update={"readers": audience.of_commitment(commitment, incident)})


def _armed(
    key: UUID, request: HelpRequest, waits_for: tuple[Party, ...], lapses: Deadline, story: Story
) -> tuple[Deadline, ...]:
    """Names due while the person's yes is missing, the expiry while an organisation's is; none when final."""
    due = [names_due(key, request, story.context)] if Party.PERSON in waits_for else []
    if set(waits_for) - {Party.PERSON}:
        due.append(lapses)
    return tuple(due)


def _approve(story: Story, request: HelpRequest, lender: str, key: UUID, mandate: UsedMandate | None) -> None:
    commitment = story.world.commitment(key)
    if commitment.request != request.id or commitment.lender != lender:
        raise Refused("not_found")
    if commitment.state is CommitmentState.LAPSED:
        raise Refused("expired")
    if Party.LENDER not in commitment.waits_for:
        raise Refused("not_waiting")
    context = story.context
    agree(story, commitment, Yes(party=Party.LENDER, at=context.now, by=context.person.id, mandate=mandate))


def agree(story: Story, commitment: Commitment, yes: Yes) -> None:
    """Add a yes; with the last one the commitment is final and no deadline is left."""
    waits_for = tuple(party for party in commitment.waits_for if party is not yes.party)
    kept = _still_due(commitment, waits_for)
    agreed = commitment.model_copy(
        update={
            "yeses": (*commitment.yeses, yes),
            "waits_for": waits_for,
            "state": CommitmentState.RESERVED if waits_for else CommitmentState.FINAL,
            "deadlines": kept,
        }
    )
    slots.change(story, agreed)
    _tell(story, agreed, 1)


def _still_due(commitment: Commitment, waits_for: tuple[Party, ...]) -> tuple[Deadline, ...]:
    over = set[DeadlineName]()
    if Party.PERSON not in waits_for:
        over.add(DeadlineName.NAMES_DUE)
    if not set(waits_for) - {Party.PERSON}:
        over.add(DeadlineName.EXPIRY)
    return tuple(each for each in commitment.deadlines if each.name not in over)


def _take_unnamed(story: Story, request: HelpRequest, command: Lend, mandate: UsedMandate | None) -> None:
    world, now = story.world, story.context.now
    asked = [
        each
        for each in world.approaches_for(request.id, *slots.STANDING, ApproachState.CLAIMED)
        if each.lender == command.lender
    ]
    if not asked or command.lender not in request.circle:
        raise Refused("not_asked")
    lead = world.picture.people.get(command.team_lead) if command.team_lead is not None else None
    if command.team_lead is not None and (lead is None or not lead.works_for(command.lender)):
        raise Refused("not_yours_to_name")
    if world.is_victim(command.lender):
        raise Refused("lender_affected")
    wanted = min(command.unnamed, request.open_slots)
    if wanted < min(request.at_least, command.unnamed) or wanted == 0:
        raise taken(world, request)
    free = min(wanted, spare(world, command.lender, request.function, request, now))
    if free < min(request.at_least, command.unnamed) or free <= 0:
        raise Refused("below_cover", lender=command.lender)
    by = story.context.person.id
    for ordinal in range(free):
        yeses = [Yes(party=Party.LENDER, at=now, by=by, mandate=mandate)]
        made = _new(story, request, command.lender, yeses, person=None, ordinal=ordinal)
        slots.take(story, made.model_copy(update={"team_lead": command.team_lead}))
    for approach in asked:
        if approach.person is None:
            story.happened(approach.model_copy(update={"state": ApproachState.CLAIMED, "answered_at": now}))
    _tell(story, made, free)


def _tell(story: Story, commitment: Commitment, number: int) -> None:
    final = commitment.state is CommitmentState.FINAL
    incident = story.world.incident(commitment.incident)
    about: dict[str, str | int] = {"function": commitment.function, "number": number}
    if commitment.person is None:
        about["names"] = "follow"
    line = story.line(
        incident,
        Entry.COMMITTED if final else Entry.RESERVED,
        request=commitment.request,
        by_organisation=commitment.lender,
        about=about,
    )
    story.happened(line=line)
