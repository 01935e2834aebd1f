"""Who works where in which function, numbered: a question about everybody is one look at an array."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from schemas.catalogue import Function
from schemas.events.person import Person

Numbers = NDArray[np.int64]
Flags = NDArray[np.bool_]

FUNCTIONS: Final = tuple(sorted(Function))
COLUMN: Final = {function: column for column, function in enumerate(FUNCTIONS)}


@dataclass(frozen=True, eq=False)
class Staff:
    """Everybody with one function, a row per employer: by lender, and there by id.

    `persons` and `lenders` are the roster's numbers; `first`: the function is the person's own, not a second.
    """

    function: Function
    people: tuple[Person, ...]
    persons: Numbers
    lenders: Numbers
    first: Flags
    _known: dict[tuple[str, str], Flags] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.people)

    def speaks(self, language: str) -> Flags:
        """Of each of `people`, whether they speak a language."""
        return self._those_with("language", language)

    def knows(self, system: str) -> Flags:
        """Of each of `people`, whether they know a system themselves."""
        return self._those_with("system", system)

    def _those_with(self, kind: str, name: str) -> Flags:
        if (kind, name) not in self._known:
            self._known[kind, name] = np.array(
                [name in (each.languages if kind == "language" else each.systems) for each in self.people],
                dtype=bool,
            )
        return self._known[kind, name]


class Roster:
    """People and their employers by number; a number stays whose it is, newcomers are numbered on."""

    def __init__(self, people: Mapping[UUID, Person]) -> None:
        self.people = list(people.values())
        self.numbers = {person.id: number for number, person in enumerate(self.people)}
        employers = {each.organisation for person in self.people for each in person.memberships}
        self.keys = sorted(employers)
        self.lenders = {key: number for number, key in enumerate(self.keys)}
        self.has = np.zeros((len(self.people), len(FUNCTIONS)), dtype=bool)
        for number, person in enumerate(self.people):
            self.has[number, [COLUMN[function] for function in person.functions]] = True
        members: dict[Function, list[Person]] = {function: [] for function in FUNCTIONS}
        for person in self.people:
            for function in set(person.functions):
                members[function].append(person)
        self.staff = {function: self._staff(function, found) for function, found in members.items()}
        self._count()

    def after(self, changes: Sequence[tuple[Person | None, Person]]) -> "Roster":
        """The same with these people new or changed; only what they belong or belonged to is made anew."""
        roster = object.__new__(Roster)
        roster._take_over(self, changes)
        return roster

    @cached_property
    def person_places(self) -> Numbers:
        """Per person the place of their id among all."""
        return places_of(sorted(range(len(self.people)), key=lambda number: self.people[number].id.int))

    @cached_property
    def lender_places(self) -> Numbers:
        """Per lender the place of its key among all."""
        return places_of(sorted(range(len(self.keys)), key=self.keys.__getitem__))

    def cells(self, person: int) -> list[int]:
        """Where somebody counts: row times column in `headcount`, per employer and function."""
        if person not in self._cells:
            found = self.people[person]
            self._cells[person] = [
                self.lenders[key] * len(FUNCTIONS) + COLUMN[function]
                for key in {each.organisation for each in found.memberships}
                for function in set(found.functions)
            ]
        return self._cells[person]

    def flags(self, keys: Iterable[str]) -> Flags:
        """Those lenders, out of all."""
        found = np.zeros(len(self.keys), dtype=bool)
        found[[self.lenders[key] for key in keys if key in self.lenders]] = True
        return found

    def _take_over(self, before: "Roster", changes: Sequence[tuple[Person | None, Person]]) -> None:
        self.people = [*before.people, *(new for old, new in changes if old is None)]
        come = {new.id: len(before.people) + n for n, new in enumerate(self.people[len(before.people) :])}
        self.numbers = {**before.numbers, **come} if come else before.numbers
        self.has = np.vstack([before.has, np.zeros((len(come), len(FUNCTIONS)), dtype=bool)])
        employers = {each.organisation for _, new in changes for each in new.memberships}
        missing = sorted(employers - before.lenders.keys())
        self.keys = [*before.keys, *missing]
        self.lenders = {key: number for number, key in enumerate(self.keys)} if missing else before.lenders
        touched: set[Function] = set()
        for old, new in changes:
            number = self.numbers[new.id]
            self.people[number] = new
            self.has[number] = False
            self.has[number, [COLUMN[function] for function in new.functions]] = True
            touched |= {*new.functions, *(old.functions if old is not None else ())}
        self.staff = before.staff | {function: self._again(before, function, changes) for function in touched}
        self._count()

    def _again(
        self, before: "Roster", function: Function, changes: Sequence[tuple[Person | None, Person]]
    ) -> Staff:
        members = {person.id: person for person in before.staff[function].people}
        members |= {new.id: new for _, new in changes}
        return self._staff(function, [each for each in members.values() if function in each.functions])

    def _staff(self, function: Function, members: Iterable[Person]) -> Staff:
        rows = sorted(
            (
                (organisation, person.id.int, person)
                for person in members
                for organisation in {each.organisation for each in person.memberships}
            ),
            key=lambda row: row[:2],
        )
        return Staff(
            function,
            tuple(person for _, _, person in rows),
            np.array([self.numbers[person.id] for _, _, person in rows], dtype=np.int64),
            np.array([self.lenders[organisation] for organisation, _, _ in rows], dtype=np.int64),
            np.array([person.functions[0] is function for _, _, person in rows], dtype=bool),
        )

    def _count(self) -> None:
        self._cells: dict[int, list[int]] = {}
        self.headcount = np.stack(
            [np.bincount(self.staff[function].lenders, minlength=len(self.keys)) for function in FUNCTIONS],
            axis=1,
        )


def places_of(order: Sequence[int]) -> Numbers:
    """The place of each number in an order of all numbers."""
    places = np.empty(len(order), dtype=np.int64)
    places[np.array(order, dtype=np.int64)] = np.arange(len(order))
    return places
