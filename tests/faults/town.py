"""Who plays in the life of a platform: municipalities in trouble, lenders with people who help, the IBD."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from schemas.catalogue import Function
from schemas.values import IBD, Right
from services.directory.rules.fictitious import PEOPLE, PERSONAS, MadeUp, make_people
from services.directory.seed import demo_organisations

BORROWERS: Final = 3
LENDERS: Final = 4
FUNCTIONS: Final = 3
PERIODS: Final = 10
"""So few that two requests often want the same person at the same time."""


@dataclass(frozen=True)
class Borrower:
    """A municipality that is hit, and who decides there."""

    id: str
    mandate: UUID


@dataclass(frozen=True)
class Lender:
    """A municipality that helps: who says yes there, and who can go.

    Whom it lets be woken: somebody who went off duty for good, somebody for other hours of the day, and then
    its helpers and its desk.
    """

    id: str
    desk: UUID
    helpers: tuple[UUID, ...]
    off_duty: UUID
    other_hours: UUID

    def wake_list(self, hour: int) -> dict[str, Any]:
        """What the desk says of it in this hour of the Dutch day."""
        elsewhen = {"from_hour": (hour + 6) % 24, "to_hour": (hour + 18) % 24}
        always = [{"person": str(each)} for each in (self.off_duty, *self.helpers, self.desk)]
        turns = [{"person": str(self.other_hours), **elsewhen}, *always]
        return {"organisation": self.id, "turns": turns, "minutes": 1, "phone": "14 000"}


@dataclass(frozen=True)
class Town:
    """The whole cast, and what they ask each other for."""

    borrowers: tuple[Borrower, ...]
    lenders: tuple[Lender, ...]
    ibd: UUID
    curious: UUID
    functions: tuple[Function, ...]
    periods: tuple[tuple[str, str], ...]

    @property
    def circle(self) -> list[str]:
        """Everybody who may be asked."""
        return [each.id for each in self.lenders]


def build(dice: random.Random, helpers: int) -> Town:
    """A cast from the made-up people: lenders are those with most people for the chosen functions."""
    organisations = demo_organisations()
    staff: dict[str, list[MadeUp]] = {}
    for each in make_people(organisations, PEOPLE):
        staff.setdefault(each.person.memberships[0].organisation, []).append(each)
    reserved = {persona.organisation for persona in PERSONAS}
    places = [each.id for each in organisations if each.population is not None and each.id not in reserved]
    places.sort(key=lambda place: -len(staff[place]))
    lending = places[:LENDERS]
    functions = tuple(dice.sample(list(Function), FUNCTIONS))
    borrowing = dice.sample(places[LENDERS:], BORROWERS)
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    starts = [tomorrow + timedelta(days=each) for each in range(PERIODS)]
    return Town(
        borrowers=tuple(Borrower(place, _who(staff[place], Right.MANDATE, place)) for place in borrowing),
        lenders=tuple(_lender(place, staff[place], functions, helpers) for place in lending),
        ibd=_who(staff[IBD], Right.IBD, IBD),
        curious=staff[places[LENDERS]][-1].person.id,
        functions=functions,
        periods=tuple((each.isoformat(), (each + timedelta(hours=30)).isoformat()) for each in starts),
    )


def _lender(place: str, staff: Sequence[MadeUp], functions: tuple[Function, ...], number: int) -> Lender:
    desk = _who(staff, Right.LEND, place)
    able = [each.person.id for each in staff if set(functions) & set(each.person.functions)]
    helpers = tuple([each for each in able if each != desk][:number])
    resting = [each.person.id for each in staff if each.person.id not in (desk, *helpers)]
    return Lender(place, desk, helpers, *resting[:2])


def _who(staff: Sequence[MadeUp], right: Right, place: str) -> UUID:
    return next(each.person.id for each in staff if each.person.may(right, place))
