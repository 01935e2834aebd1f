"""A commitment after the claim: the missing yes, a no, a name, and giving back."""

from uuid import UUID

from schemas.events.commitment import Commitment, CommitmentState, Party, Yes
from schemas.events.log_entry import Entry
from schemas.mandate import Act
from schemas.refused import Refused
from schemas.values import Right
from services.aid.rules import audience, slots
from services.aid.rules.claim import agree
from services.aid.rules.commands import (
    AcceptCommitment,
    ApproveCommitment,
    GiveBack,
    NamePerson,
    RefuseCommitment,
)
from services.aid.rules.cover import can_miss, clash, is_able, on_duty
from services.aid.rules.deadlines import release
from services.aid.rules.mandate import Wanted, own_key, used_mandate
from services.aid.rules.story import Story


def accept(story: Story, command: AcceptCommitment, target: UUID) -> None:
    """The person who was named says yes.

    Refused: `not_found`, `expired`, `not_waiting`, `not_asked_any_more`, `off_duty`, `elsewhere`.
    """
    commitment = _waiting(story, target, Party.PERSON)
    person = story.context.person
    if commitment.person != person.id:
        raise Refused("not_found")
    if not is_able(person, commitment.lender, commitment.function):
        raise Refused("not_asked_any_more")
    _check_named(story, commitment, person.id)
    agree(story, commitment, Yes(party=Party.PERSON, at=story.context.now, by=person.id))
    slots.settle(story, commitment.request)


def approve(story: Story, command: ApproveCommitment, target: UUID) -> None:
    """The borrower's yes, where it picks each helper itself.

    How many and how long was judged when the request was confirmed.
    Refused: as `used_mandate`, and `not_found`, `expired`, `not_waiting`.
    """
    commitment = _waiting(story, target, Party.BORROWER)
    mandate = used_mandate(story, Wanted(Act.CONFIRM, commitment.borrower))
    context = story.context
    agree(story, commitment, Yes(party=Party.BORROWER, at=context.now, by=context.person.id, mandate=mandate))
    slots.settle(story, commitment.request)


def refuse(story: Story, command: RefuseCommitment, target: UUID) -> None:
    """A no while a yes is missing: of the person named, of the lender's desk or of the borrower.

    The person's no leaves the slot held and unnamed; a no of either organisation frees it.
    Refused: `not_found`, `not_your_right`, `expired`, `not_waiting`, and of the borrower as `own_key`.
    """
    commitment = _reserved(story, target)
    person = story.context.person
    waits = commitment.waits_for
    if commitment.person == person.id and Party.PERSON in waits:
        _unname(story, commitment)
        slots.remember_no(story, commitment.request, person.id)
    elif person.may(Right.LEND, commitment.lender) and Party.LENDER in waits:
        release(story, commitment, CommitmentState.REFUSED, Party.LENDER, Entry.DECLINED)
    elif person.may(Right.MANDATE, commitment.borrower) and Party.BORROWER in waits:
        own_key(story)
        release(story, commitment, CommitmentState.REFUSED, Party.BORROWER, Entry.DECLINED)
    else:
        raise Refused("not_your_right", right=Right.LEND)
    slots.settle(story, commitment.request)


def give_back(story: Story, command: GiveBack, target: UUID) -> None:
    """The person or the lender's desk frees the slot; the next one gets the chance.

    Refused: `not_found`, `not_your_right`, `expired`, `over`.
    """
    commitment = story.world.commitment(target)
    person = story.context.person
    mine = commitment.person == person.id
    if not mine and not person.may(Right.LEND, commitment.lender):
        raise Refused("not_your_right", right=Right.LEND)
    if not commitment.holds:
        raise Refused("expired" if commitment.state is CommitmentState.LAPSED else "over")
    by = Party.PERSON if mine else Party.LENDER
    release(story, commitment, CommitmentState.GIVEN_BACK, by, Entry.GIVEN_BACK)
    if commitment.person is not None:
        slots.remember_no(story, commitment.request, commitment.person)
    slots.settle(story, commitment.request)


def name(story: Story, command: NamePerson, target: UUID) -> None:
    """Say who takes an unnamed slot; that person is asked and must say yes before the names are due.

    Refused: `not_found`, `not_your_right`, `expired`, `not_waiting`, `already_named`, `not_yours_to_name`,
    `wrong_function`, `said_no`, `off_duty`, `elsewhere`, `below_cover`.
    """
    commitment = _waiting(story, target, Party.PERSON)
    asker = story.context.person
    if not asker.may(Right.LEND, commitment.lender):
        raise Refused("not_your_right", right=Right.LEND)
    if commitment.person is not None:
        raise Refused("already_named")
    person = story.world.picture.people.get(command.person)
    if person is None or not person.works_for(commitment.lender):
        raise Refused("not_yours_to_name")
    if commitment.function not in person.functions:
        raise Refused("wrong_function")
    request = story.world.request(commitment.request)
    if person.id in request.said_no:
        raise Refused("said_no")
    _check_named(story, commitment, person.id)
    # The slot already holds one unit of its own function; the person's other functions go with them.
    others = set(person.functions) - {commitment.function}
    if not can_miss(story.world, commitment.lender, others, request, story.context.now):
        raise Refused("below_cover", lender=commitment.lender)
    named = commitment.model_copy(update={"person": person.id})
    incident = story.world.incident(commitment.incident)
    named = named.model_copy(update=named.read_by(audience.of_commitment(named, incident)))
    line = story.line(
        incident,
        Entry.NAMED,
        request=commitment.request,
        by_organisation=commitment.lender,
        about={"function": commitment.function},
    )
    story.happened(named, line=line)
    slots.settle(story, commitment.request)


def _unname(story: Story, commitment: Commitment) -> None:
    empty = commitment.model_copy(update={"person": None})
    readers = audience.of_commitment(empty, story.world.incident(empty.incident))
    story.happened(empty.model_copy(update=empty.read_by(readers)))


def _check_named(story: Story, commitment: Commitment, person: UUID) -> None:
    if not on_duty(story.world, person, story.context.now):
        raise Refused("off_duty")
    request = story.world.request(commitment.request)
    other = clash(story.world, person, request, story.context.now)
    if other is not None and other.id != commitment.id:
        raise Refused("elsewhere", commitment=str(other.id))


def _reserved(story: Story, target: UUID) -> Commitment:
    commitment = story.world.commitment(target)
    if commitment.state is CommitmentState.LAPSED:
        raise Refused("expired")
    if commitment.state is not CommitmentState.RESERVED:
        raise Refused("not_waiting")
    return commitment


def _waiting(story: Story, target: UUID, party: Party) -> Commitment:
    commitment = _reserved(story, target)
    if party not in commitment.waits_for:
        raise Refused("not_waiting")
    return commitment
