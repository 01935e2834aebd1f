"""A help request: asked provisionally, confirmed under a mandate, changed, withdrawn (domain, law 3)."""

from collections.abc import Collection
from uuid import UUID

from schemas.events.approach import ApproachState
from schemas.events.commitment import CommitmentState, Party
from schemas.events.help_request import Confirmation, FirstYes, HelpRequest, RequestState, Slot, SlotState
from schemas.events.incident import Incident
from schemas.events.log_entry import Entry
from schemas.events.organisation import Kind
from schemas.events.person import Person
from schemas.mandate import Act, Limit
from schemas.night import Wake, is_night
from schemas.refused import Refused
from schemas.values import IBD, Level, Right
from services.aid.rules import audience, slots
from services.aid.rules.commands import AskHelp, ChangeNumber, ConfirmRequest, WithdrawRequest
from services.aid.rules.deadlines import release
from services.aid.rules.mandate import Wanted, holds, others, takes_two, used_mandate
from services.aid.rules.story import Story


def ask(story: Story, command: AskHelp, target: UUID) -> None:
    """Draft a request; nobody is approached before it is confirmed.

    Refused: `not_found`, `exists`, `closed`, `not_your_right`, `not_affected`, `needed_by_past`,
    `ends_before_needed`, `at_least_above_number`, `label_too_strict`.
    """
    context, person = story.context, story.context.person
    incident = story.world.incident(command.incident)
    _check_can_ask(incident)
    if command.id in story.world.requests:
        raise Refused("exists")
    _check_may_draft(person, incident, command.borrower)
    if command.borrower not in incident.victims:
        raise Refused("not_affected")
    if command.needed_by <= context.now:
        raise Refused("needed_by_past")
    if command.ends is not None and command.ends <= command.needed_by:
        raise Refused("ends_before_needed")
    if command.at_least > command.number:
        raise Refused("at_least_above_number")
    organisation = story.world.picture.organisations.get(command.borrower)
    request = HelpRequest(
        **command.model_dump(exclude={"number", "wake"}),
        region=organisation.region if organisation is not None else None,
        assumed_days=context.terms.assumed_days,
        call_back=incident.call_back,
        proposed=proposed_circle(story, command.borrower, incident.victims),
        reach=incident.reach,
        wake=command.wake or (Wake.MORNING if is_night(context.now) else Wake.NOT),
        asked_at=context.now,
        asked_by=person.id,
        slots=(Slot(),) * command.number,
        exercise=incident.exercise,
        tlp=incident.tlp,
    )
    request = request.model_copy(update=audience.of_request(request, incident))
    about: dict[str, str | int] = {"function": request.function, "number": command.number}
    line = story.line(
        incident, Entry.HELP_ASKED, request=request.id, by_organisation=command.borrower, about=about
    )
    story.happened(request, line=line)


def proposed_circle(story: Story, borrower: str, victims: Collection[str]) -> tuple[str, ...]:
    """Whom to ask, unless whoever confirms chooses others: the other municipalities of the safety region."""
    known = story.world.picture.organisations
    own = known.get(borrower)
    if own is None or own.region is None:
        return ()
    return tuple(
        sorted(
            each.id
            for each in known.values()
            if each.kind is Kind.MUNICIPALITY
            and each.region == own.region
            and each.id != borrower
            and each.id not in victims
        )
    )


def confirm(story: Story, command: ConfirmRequest, target: UUID) -> None:
    """A mandated person lets this circle be asked; confirming again chooses another circle.

    Where the organisation wants two, the first yes waits until a second person says the same.
    Refused: as `used_mandate`, and `not_found`, `withdrawn`, `closed`, `needed_by_past`, `label_too_strict`,
    `unknown_organisation`, `circle_empty`, `second_person_missing`.
    """
    request = story.world.request(target)
    incident = story.world.incident(request.incident)
    mandate = used_mandate(story, _asking(request, command.euros))
    _check_can_ask(incident)
    context = story.context
    if request.state is RequestState.WITHDRAWN:
        raise Refused("withdrawn")
    if request.needed_by <= context.now:
        raise Refused("needed_by_past")
    unknown = sorted(set(command.circle) - set(story.world.picture.organisations))
    if unknown:
        raise Refused("unknown_organisation", organisations=unknown)
    circle = tuple(sorted(set(command.circle) - incident.victims))
    if not circle:
        raise Refused("circle_empty")
    yes = FirstYes(
        confirmation=Confirmation(
            by=context.person.id,
            organisation=request.borrower,
            at=context.now,
            mandate=mandate,
            euros=command.euros,
            by_telephone=context.call is not None,
        ),
        circle=circle,
        choose_self=command.choose_self,
        wake=command.wake,
    )
    if _waits_for_second(story, request, yes):
        _wait(story, request, yes)
    else:
        _open_for(story, request, yes)


def _waits_for_second(story: Story, request: HelpRequest, yes: FirstYes) -> bool:
    """Whether one more has to say the same; a first yes counts while who gave it could still give it."""
    if not takes_two(story, Act.CONFIRM, request.borrower):
        return False
    first = request.first_yes
    if first is None or not _says_the_same(first, yes):
        return True
    if first.confirmation.by == yes.confirmation.by:
        wanted = _asking(request, yes.confirmation.euros)
        facts = {"act": Act.CONFIRM, "organisation": request.borrower}
        raise Refused("second_person_missing", **facts, others=others(story, wanted))
    return str(first.confirmation.by) not in others(story, _asking(request, first.confirmation.euros))


def _says_the_same(first: FirstYes, yes: FirstYes) -> bool:
    told, tells = ((each.circle, each.choose_self, each.confirmation.euros) for each in (first, yes))
    return told == tells


def _wait(story: Story, request: HelpRequest, yes: FirstYes) -> None:
    """The first yes stands where everybody of the case sees it; what was open before stays as it was."""
    about: dict[str, str | int] = {
        "function": request.function,
        "organisations": len(yes.circle),
        **_how(yes),
    }
    line = story.line(
        story.world.incident(request.incident),
        Entry.HELP_AGREED,
        request=request.id,
        by_organisation=request.borrower,
        about=about,
        mandate=yes.confirmation.mandate,
    )
    story.happened(request.model_copy(update={"first_yes": yes}), line=line)


def _open_for(story: Story, request: HelpRequest, yes: FirstYes) -> None:
    incident, target, circle = story.world.incident(request.incident), request.id, yes.circle
    again = request.state is RequestState.OPEN
    first = request.first_yes if takes_two(story, Act.CONFIRM, request.borrower) else None
    confirmation = yes.confirmation
    if first is not None:
        said = {"first_by": first.confirmation.by, "first_mandate": first.confirmation.mandate}
        confirmation = confirmation.model_copy(update=said)
    confirmed = request.model_copy(
        update={
            "state": RequestState.OPEN,
            "circle": circle,
            "choose_self": yes.choose_self,
            # No part of what two must agree on: it binds nobody, and who speaks last knows the hour.
            "wake": yes.wake or (first.wake if first is not None else None) or request.wake,
            "first_yes": None,
            "confirmed": confirmation,
            "terms_version": request.terms_version + (1 if again and circle != request.circle else 0),
        }
    )
    about: dict[str, str | int] = {"function": request.function, "organisations": len(circle), **_how(yes)}
    line = story.line(
        incident,
        Entry.HELP_CONFIRMED,
        request=target,
        by_organisation=request.borrower,
        about=about,
        mandate=yes.confirmation.mandate,
    )
    story.happened(confirmed, line=line)
    for approach in story.world.approaches_for(target, *slots.STANDING):
        if approach.lender not in circle:
            story.happened(approach.model_copy(update={"state": ApproachState.WITHDRAWN}))
    slots.settle(story, target)


def withdraw(story: Story, command: WithdrawRequest, target: UUID) -> None:
    """The help is not needed: reservations lapse, commitments are released, nobody is asked any more.

    Refused: as `holds`, and `not_found`, `withdrawn`.
    """
    request, incident = _mandated(story, target)
    if request.state is RequestState.WITHDRAWN:
        raise Refused("withdrawn")
    for commitment in story.world.commitments_for(target):
        final = commitment.state is CommitmentState.FINAL
        over = CommitmentState.RELEASED if final else CommitmentState.LAPSED
        entry = Entry.RELEASED if final else Entry.LAPSED
        release(story, commitment, over, Party.BORROWER, entry)
    slots.move_approaches(story, request, *slots.STANDING, ApproachState.WITHDRAWN)
    gone = story.world.request(target).model_copy(update={"state": RequestState.WITHDRAWN, "first_yes": None})
    line = story.line(
        incident,
        Entry.HELP_WITHDRAWN,
        request=target,
        by_organisation=request.borrower,
        about={"function": request.function},
    )
    story.happened(gone, line=line)
    slots.settle(story, target)


def change_number(story: Story, command: ChangeNumber, target: UUID) -> None:
    """More or fewer slots, never fewer than are held.

    More than before is asked under a mandate that allows that many; fewer needs no more than the right.
    Refused: as `used_mandate`, and `not_found`, `withdrawn`, `two_for_more`, `below_held`.
    """
    request, incident = _mandated(story, target)
    if request.state is RequestState.WITHDRAWN:
        raise Refused("withdrawn")
    mandate = None
    if command.number > len(request.slots) and request.confirmed is not None:
        if takes_two(story, Act.CONFIRM, request.borrower):
            # The two agreed to fewer; a request of its own asks them both again.
            raise Refused("two_for_more")
        mandate = used_mandate(story, _asking(request, request.confirmed.euros, command.number))
    held = [slot for slot in request.slots if slot.state is not SlotState.OPEN]
    if command.number < len(held):
        raise Refused("below_held", held=len(held))
    update: dict[str, object] = {
        "slots": (*held, *(Slot(),) * (command.number - len(held))),
        "at_least": min(request.at_least, command.number),
    }
    if request.confirmed is None:
        # Who said the first yes said it to another number.
        update["first_yes"] = None
    about: dict[str, str | int] = {"function": request.function, "number": command.number}
    line = story.line(
        incident,
        Entry.HELP_CHANGED,
        request=target,
        by_organisation=request.borrower,
        about=about,
        mandate=mandate,
    )
    story.happened(request.model_copy(update=update), line=line)
    slots.settle(story, target)


def _how(yes: FirstYes) -> dict[str, str | int]:
    return {"by": "telephone"} if yes.confirmation.by_telephone else {}


def _check_can_ask(incident: Incident) -> None:
    if not incident.is_open:
        raise Refused("closed")
    if incident.tlp.lowest_level.rank > Level.ASKED.rank:
        # Nobody could see what is asked of them under this label: say so instead of asking in vain.
        raise Refused("label_too_strict", label=incident.tlp)


def _check_may_draft(person: Person, incident: Incident, borrower: str) -> None:
    own = {borrower, incident.source}
    may = any(person.may(right, each) for each in own for right in (Right.REPORT, Right.MANDATE))
    if not may and not person.may(Right.IBD, IBD):
        raise Refused("not_your_right", right=Right.REPORT)


def _mandated(story: Story, target: UUID) -> tuple[HelpRequest, Incident]:
    request = story.world.request(target)
    incident = story.world.incident(request.incident)
    holds(story, Right.MANDATE, [request.borrower])
    return request, incident


def _asking(request: HelpRequest, euros: int | None, number: int | None = None) -> Wanted:
    """What a request asks of a mandate; days count as they begin."""
    people = len(request.slots) if number is None else number
    amounts = {Limit.EUROS: euros, Limit.DAYS: request.days, Limit.PEOPLE: people}
    return Wanted(Act.CONFIRM, request.borrower, amounts)
