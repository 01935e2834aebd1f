"""A person's own switch, and an organisation's lending agreements."""

from schemas.events.approach import ApproachState
from schemas.events.duty import Duty
from schemas.events.lending import GivenUnder, Lending, StandingYes
from schemas.events.person import Person
from schemas.mandate import Act, Limit, UsedMandate
from schemas.refused import Refused
from schemas.values import Level, Right, organisation_key, person_key
from services.aid.rules import slots
from services.aid.rules.commands import ChangeDuty, ChangeLending
from services.aid.rules.mandate import Wanted, own_key, used_mandate
from services.aid.rules.story import Story


def change_duty(story: Story, command: ChangeDuty, target: object) -> None:
    """On duty, until when, or off: off withdraws what was asked and touches nothing promised.

    Refused: `until_past`.
    """
    person, now = story.context.person, story.context.now
    if command.until is not None and command.until <= now:
        raise Refused("until_past")
    duty = Duty(
        id=person.id,
        on=command.on,
        until=command.until,
        changed_at=now,
        exercise=False,
        readers={person_key(person.id): Level.OWN},
    )
    story.happened(duty)
    if not command.on:
        _stop_asking(story)


def must_keep_list(asker: Person, organisation: str) -> None:
    """Who of an organisation is on duty, only who says whom it lets be called may know.

    Refused: `not_found` for who works elsewhere, `not_your_right`.
    """
    if not asker.works_for(organisation):
        raise Refused("not_found")
    if not any(asker.may(right, organisation) for right in (Right.ADMINISTER, Right.LEND)):
        raise Refused("not_your_right", right=Right.LEND, organisation=organisation)


def change_lending(story: Story, command: ChangeLending, target: str) -> None:
    """New agreements; what was given under the old ones stands, and so does a standing yes that stays.

    A new or changed standing yes is a lender's yes, so it needs a mandate for that many and that long.
    Refused: as `used_mandate`, and `not_your_right`, `standing_twice`.
    """
    if not story.context.person.may(Right.LEND, target):
        raise Refused("not_your_right", right=Right.LEND, organisation=target)
    own_key(story)
    if len({standing.id for standing in command.standing}) < len(command.standing):
        raise Refused("standing_twice")
    before = story.world.lending(target)
    given = {
        each.id: before.mandate_of(each.id) if each in before.standing else _given(story, target, each)
        for each in command.standing
    }
    story.happened(
        Lending(
            id=target,
            cover=command.cover,
            standing=command.standing,
            ask_people=command.ask_people,
            given_under=tuple(
                GivenUnder(standing=key, mandate=mandate)
                for key, mandate in given.items()
                if mandate is not None
            ),
            exercise=False,
            readers={organisation_key(target): Level.OWN},
        )
    )


def _given(story: Story, lender: str, standing: StandingYes) -> UsedMandate | None:
    amounts = {Limit.PEOPLE: standing.at_most, Limit.DAYS: standing.max_days}
    return used_mandate(story, Wanted(Act.LEND, lender, amounts))


def _stop_asking(story: Story) -> None:
    mine = [
        each
        for each in story.world.approaches.values()
        if each.person == story.context.person.id and each.state in slots.STANDING
    ]
    for approach in mine:
        story.happened(approach.model_copy(update={"state": ApproachState.WITHDRAWN}))
    for request in sorted({approach.request for approach in mine}):
        slots.settle(story, request)
