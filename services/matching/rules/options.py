"""Who could be asked for one request, and why everybody else with the function could not."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Final
from uuid import UUID

import numpy as np

from schemas.catalogue import Function
from schemas.events.approach import Reason
from schemas.events.help_request import CouldAsk, HelpRequest, Shortfall, ShortfallReason
from services.matching.rules.cost import Question, bill, reasons
from services.matching.rules.known import Known
from services.matching.rules.roster import COLUMN, FUNCTIONS, Flags, Numbers, Staff


@dataclass(frozen=True, eq=False)
class Option:
    """One who could be asked, made once per request and compared as itself.

    `uses` are the functions that each unit takes from the lender's cover.
    """

    request: UUID
    lender: str
    person: UUID | None
    reasons: tuple[Reason, ...]
    cost: int
    units: int
    uses: tuple[Function, ...]

    @property
    def rank(self) -> tuple[int, str, str]:
        """Cheapest first; the ids make the order the same every time."""
        return (self.cost, self.lender, "" if self.person is None else str(self.person))


@dataclass(frozen=True, eq=False)
class Field:
    """Everything one request could draw on: arrays with a place per option, cheapest first.

    `rows` are those of the staff, `desks` says where the organisation is asked and not this person. An
    option gets its words only where it is used or shown.
    """

    question: Question
    rows: Numbers
    desks: Flags
    units: Numbers
    bill: Numbers
    could_ask: CouldAsk
    shortfall: tuple[Shortfall, ...]

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def request(self) -> HelpRequest:
        """Whose field it is."""
        return self.question.request

    @cached_property
    def costs(self) -> Numbers:
        """What each option costs, in minutes."""
        costs: Numbers = self.bill.sum(axis=0)
        return costs

    @cached_property
    def lenders(self) -> Numbers:
        """Their numbers in the roster."""
        return self.question.staff.lenders[self.rows]

    @cached_property
    def persons(self) -> Numbers:
        """Their numbers in the roster; at a desk of the one who would cost least."""
        return self.question.staff.persons[self.rows]

    def uses(self, most: int) -> Flags:
        """Of the first so many options: the functions that a unit takes, a column per function."""
        found = self.question.known.roster.has[self.persons[:most]]
        found[self.desks[:most]] = np.arange(len(FUNCTIONS)) == COLUMN[self.request.function]
        return found

    @property
    def options(self) -> tuple[Option, ...]:
        """All of them in words."""
        return tuple(self.option(place) for place in range(len(self)))

    def option(self, place: int) -> Option:
        """The option at a place, in words; the same one each time."""
        if place not in self._options:
            self._options[place] = self._option(place)
        return self._options[place]

    @cached_property
    def _options(self) -> dict[int, Option]:
        return {}

    def _option(self, place: int) -> Option:
        row, desk = int(self.rows[place]), bool(self.desks[place])
        person = self.question.staff.people[row]
        return Option(
            request=self.request.id,
            lender=self.question.known.roster.keys[self.lenders[place]],
            person=None if desk else person.id,
            reasons=reasons(self.question, row, self.bill[:, place]),
            cost=int(self.costs[place]),
            units=int(self.units[place]),
            uses=(self.request.function,) if desk else tuple(sorted(set(person.functions))),
        )


@dataclass(frozen=True)
class Judged:
    """What the rules look at: all who have the function, a row per employer, and what is known about them."""

    known: Known
    request: HelpRequest
    staff: Staff

    @cached_property
    def busy(self) -> Flags:
        """Whom something holds in an overlapping period, whatever the hours."""
        return self.known.period(self.request).busy[self.staff.persons]

    @cached_property
    def no(self) -> tuple[Flags, Flags]:
        """Persons and lenders who said no to this request."""
        return self.known.said_no(self.request.id)


Rule = Callable[[Judged], Flags]


def _outside(judged: Judged) -> Flags:
    return judged.known.outside(judged.request)[judged.staff.lenders]


def _off_duty(judged: Judged) -> Flags:
    return ~judged.known.on_duty[judged.staff.persons]


def _below_cover(judged: Judged) -> Flags:
    # Whoever goes is away in every function, so the minimum of each of them must stand without this person.
    short = judged.known.period(judged.request).spare[judged.staff.lenders] < 1
    uses = judged.known.roster.has[judged.staff.persons]
    found: Flags = np.logical_or.reduce(short & uses, axis=1, dtype=bool)
    return found


def _affected(judged: Judged) -> Flags:
    return judged.known.affected(judged.request)[judged.staff.lenders]


def _said_no(judged: Judged) -> Flags:
    people, lenders = judged.no
    return people[judged.staff.persons] | lenders[judged.staff.lenders]


RULES: Final[tuple[tuple[ShortfallReason, Rule], ...]] = (
    (ShortfallReason.OUTSIDE_CIRCLE, _outside),
    (ShortfallReason.OFF_DUTY, _off_duty),
    (ShortfallReason.ALREADY_HELD, lambda judged: judged.busy),
    (ShortfallReason.BELOW_COVER, _below_cover),
    (ShortfallReason.LENDER_AFFECTED, _affected),
    (ShortfallReason.SAID_NO, _said_no),
)
"""Who is ruled out, in the order of counting: each person counts under the first that applies."""

NOTHING: Final = len(RULES)
"""Stands for the rule that rules somebody out where none does."""


def field_of(known: Known, request: HelpRequest) -> Field:
    """All options, cheapest first, how many could be asked, and each other person under one reason."""
    judged = Judged(known, request, known.roster.staff[request.function])
    question = Question(known, request, judged.staff)
    others = judged.staff.lenders != known.roster.lenders.get(request.borrower, -1)
    verdicts = _verdicts(judged)
    minutes = bill(question)
    costs = minutes.sum(axis=0)
    direct = (verdicts == NOTHING) & known.asks_people[judged.staff.lenders]
    desks, free = _desks(judged, costs)
    rows = np.flatnonzero(others & (direct | desks))
    # The staff stands by lender and id, and this order is kept among equal costs.
    rows = rows[np.argsort(costs[rows], kind="stable")]
    best = _one_lender_each(judged.staff.persons[rows], desks[rows])
    asked = rows[best]
    return Field(
        question=question,
        rows=asked,
        desks=desks[asked],
        units=np.where(desks[asked], free[judged.staff.lenders[asked]], 1),
        bill=minutes[:, asked],
        could_ask=CouldAsk(
            people=len(np.unique(judged.staff.persons[others & (verdicts == NOTHING)])),
            organisations=len(np.unique(judged.staff.lenders[rows])),
        ),
        shortfall=_shortfall(judged.staff.persons[others], verdicts[others]),
    )


def _verdicts(judged: Judged) -> Numbers:
    """Per row the first rule that applies, by its place; NOTHING if nothing stands in the way."""
    found = np.full(len(judged.staff), NOTHING)
    for place, (_, applies) in reversed(list(enumerate(RULES))):
        found[applies(judged)] = place
    return found


def _desks(judged: Judged, costs: Numbers) -> tuple[Flags, Numbers]:
    """Where a desk is asked: at the row of whom it could miss at the least cost. And units per lender.

    The desk decides whom it sends and wakes, so the duty of its people does not stand in the way.
    """
    known, request, lenders = judged.known, judged.request, judged.staff.lenders
    free = np.bincount(lenders[~judged.busy], minlength=len(known.roster.keys))
    units = np.minimum(known.period(request).spare[:, COLUMN[request.function]], free)
    _, no = judged.no
    shut = known.asks_people | known.outside(request) | known.affected(request) | no | (units < 1)
    rows = np.flatnonzero(~judged.busy & ~shut[lenders])
    rows = rows[np.lexsort((costs[rows], lenders[rows]))]
    best = rows[np.unique(lenders[rows], return_index=True)[1]]
    found = np.zeros(len(judged.staff), dtype=bool)
    found[best] = True
    return found, units


def _one_lender_each(persons: Numbers, desks: Flags) -> Numbers:
    """An approach names one lender: who works for two is asked through the one that costs least."""
    keys = np.where(desks, -1 - np.arange(len(persons)), persons)
    return np.sort(np.unique(keys, return_index=True)[1])


def _shortfall(persons: Numbers, verdicts: Numbers) -> tuple[Shortfall, ...]:
    if not len(persons):
        return (Shortfall(reason=ShortfallReason.NOBODY_HAS_THE_FUNCTION, people=0),)
    # Who works for two is judged by the employer with whom they come furthest.
    _, which = np.unique(persons, return_inverse=True)
    furthest = np.zeros(which.max() + 1, dtype=np.int64)
    np.maximum.at(furthest, which, verdicts)
    numbers = np.bincount(furthest, minlength=NOTHING + 1).tolist()
    return tuple(
        Shortfall(reason=reason, people=number)
        for (reason, _), number in zip(RULES, numbers, strict=False)
        if number
    )
