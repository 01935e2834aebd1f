"""Who is free, and how many of a function a lender keeps at home (domain: cover)."""

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from schemas.catalogue import Function
from schemas.events.commitment import Commitment
from schemas.events.help_request import HelpRequest
from schemas.events.person import Person
from services.aid.rules.world import World


def holding(world: World, now: datetime, exercise: bool) -> list[Commitment]:  # noqa: FBT001 a property, no switch
    """The commitments that bind somebody now: not over, not past a deadline.

    An exercise never counts against a real request; a real commitment counts against both.
    """
    return [
        each
        for each in world.commitments.values()
        if holds_now(each, now) and (exercise or not each.exercise)
    ]


def holds_now(commitment: Commitment, now: datetime) -> bool:
    """Whether it holds and none of its deadlines has passed, applied or not."""
    return commitment.holds and all(now < deadline.due for deadline in commitment.deadlines)


def on_duty(world: World, person: UUID, now: datetime) -> bool:
    """Whether the person's own switch is on; who never touched it is off."""
    duty = world.duties.get(person)
    return duty is not None and duty.is_on(now)


def clash(world: World, person: UUID, request: HelpRequest, now: datetime) -> Commitment | None:
    """A commitment of the person that overlaps the request's period, whatever the hours."""
    return next(
        (
            each
            for each in holding(world, now, request.exercise)
            if each.person == person and each.overlaps(request.needed_by, request.until)
        ),
        None,
    )


def is_free(world: World, person: UUID, request: HelpRequest, now: datetime) -> bool:
    """Whether the person may be asked: on duty and nowhere else in that period."""
    return on_duty(world, person, now) and clash(world, person, request, now) is None


def at_home(world: World, lender: str, function: Function, request: HelpRequest, now: datetime) -> int:
    """The lender's people with the function, on or off duty, less who is held and less unnamed slots."""
    bound = [
        each
        for each in holding(world, now, request.exercise)
        if each.overlaps(request.needed_by, request.until)
    ]
    away = {each.person for each in bound}
    unnamed = sum(
        each.person is None and each.lender == lender and each.function is function for each in bound
    )
    staff = world.picture.staff(lender)
    return sum(function in person.functions and person.id not in away for person in staff) - unnamed


def spare(world: World, lender: str, function: Function, request: HelpRequest, now: datetime) -> int:
    """How many of a function may still go without breaching the lender's own minimum."""
    minimum = world.lending(lender).cover.get(function, 0)
    return at_home(world, lender, function, request, now) - minimum


def is_able(person: Person, lender: str, function: Function) -> bool:
    """Whether somebody works there and has the function, now: they may have left since they were asked."""
    return person.works_for(lender) and function in person.functions


def can_miss(
    world: World,
    lender: str,
    functions: Iterable[Function],
    request: HelpRequest,
    now: datetime,
) -> bool:
    """Whether one person with these functions may go: the minimum of each of them still stands."""
    return all(spare(world, lender, function, request, now) >= 1 for function in functions)
