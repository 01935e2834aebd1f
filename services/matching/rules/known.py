"""The picture at one moment, arranged so that a question about everybody is one look at an array."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import numpy as np

from schemas.catalogue import Function
from schemas.events.commitment import Commitment
from schemas.events.duty import Duty
from schemas.events.help_request import HelpRequest, RequestState
from schemas.events.incident import Incident
from schemas.events.lending import Lending
from schemas.events.organisation import Organisation
from services.matching.rules.bonds import NEVER, NOBODY, Bonds, Noes, micros
from services.matching.rules.changes import changes
from services.matching.rules.picture import Picture
from services.matching.rules.roster import COLUMN, FUNCTIONS, Flags, Numbers, Roster

OFF: Final = -NEVER
"""As the end of somebody's duty: not on duty at all."""


@dataclass(frozen=True, eq=False)
class Period:
    """In one period: who is held in an overlapping one, and how many each lender can miss per function.

    `spare`: a row per lender, a column per function; negative below its cover.
    """

    busy: Flags
    spare: Numbers


class Known:
    """Answers about duty, holdings, cover, victims and earlier answers, all at `now`.

    `before` is what was known of an earlier picture: whatever did not change since is taken over from it, so
    that one new event costs a millisecond in a country of ten thousand.
    """

    def __init__(self, picture: Picture, now: datetime, before: "Known | None" = None) -> None:
        self.picture = picture
        self.now = now
        self._micros = micros(now)
        self.roster = _roster(picture, before)
        same_people = before is not None and before.roster.numbers is self.roster.numbers
        same_lenders = before is not None and before.roster.lenders is self.roster.lenders
        self._duty_ends = _duty_ends(self.roster, picture, before if same_people else None)
        self.on_duty: Flags = self._duty_ends > self._micros
        commitments = None if before is None else changes(before.picture.commitments, picture.commitments)
        numbered = before if same_people and same_lenders else None
        self._bonds = _bonds(self.roster, picture, numbered, commitments)
        self._noes = _noes(picture, before, commitments)
        self._binding = self._bonds.binding(self._micros)
        self._agreements = _agreements(self.roster, picture, before if same_lenders else None)
        self.by_borrower = _by_borrower(picture, before if same_lenders else None)
        self._victims = self.roster.flags(
            victim
            for incident in picture.incidents.values()
            if incident.is_open and not incident.exercise
            for victim in incident.victims
        )
        self._periods: dict[tuple[datetime, datetime, bool], Period] = {}
        self._loads: dict[bool, tuple[Numbers, Numbers]] = {}

    @property
    def asks_people(self) -> Flags:
        """Lenders that let their people be asked directly."""
        return self._agreements.asks_people

    def organisation(self, key: str) -> Organisation | None:
        """What is known of an organisation."""
        return self.picture.organisations.get(key)

    def incident_of(self, request: HelpRequest) -> Incident | None:
        """The request's incident, once it is known."""
        return self.picture.incidents.get(request.incident)

    def period(self, request: HelpRequest) -> Period:
        """Who is away and what each lender can miss in the request's period."""
        key = (request.needed_by, request.until, request.exercise)
        if key not in self._periods:
            self._periods[key] = self._period(*key)
        return self._periods[key]

    def spare(self, lender: str, function: Function, request: HelpRequest) -> int:
        """How many of a function the lender can miss in the request's period; negative below its cover."""
        number = self.roster.lenders.get(lender)
        return 0 if number is None else int(self.period(request).spare[number, COLUMN[function]])

    def load(self, request: HelpRequest) -> tuple[Numbers, Numbers]:
        """Per person and per lender the commitments held now that count against this request, any period."""
        if request.exercise not in self._loads:
            rows = self._counting(request.exercise)
            self._loads[request.exercise] = (
                _count(self._bonds.persons[rows], len(self.roster.people)),
                _count(self._bonds.lenders[rows], len(self.roster.keys)),
            )
        return self._loads[request.exercise]

    def outside(self, request: HelpRequest) -> Flags:
        """Lenders that are not in the request's circle; a provisional request has none yet.

        It shows how many could be asked at all.
        """
        if request.state is not RequestState.OPEN:
            return np.zeros(len(self.roster.keys), dtype=bool)
        return ~self.roster.flags(request.circle)

    def affected(self, request: HelpRequest) -> Flags:
        """Lenders that are hit in an open real incident, or are fellow victims of this one."""
        incident = self.incident_of(request)
        return self._victims if incident is None else self._victims | self.roster.flags(incident.victims)

    def said_no(self, request: UUID) -> tuple[Flags, Flags]:
        """Persons who declined or gave back, and lenders that did so for all of their people."""
        people = np.zeros(len(self.roster.people), dtype=bool)
        noes = list(self._noes.about(request))
        people[[self.roster.numbers[each] for each, _ in noes if each in self.roster.numbers]] = True
        return people, self.roster.flags(lender for person, lender in noes if person is None)

    def _counting(self, exercise: bool) -> Numbers:  # noqa: FBT001 the request's own property, no switch
        # An exercise never counts against a real request; a real commitment counts against both.
        rows = self._binding
        return rows if exercise else rows[~self._bonds.exercise[rows]]

    def _period(self, starts: datetime, ends: datetime, exercise: bool) -> Period:  # noqa: FBT001 as above
        bonds, rows, cover = self._bonds, self._counting(exercise), self._agreements.cover
        rows = rows[(bonds.starts[rows] < micros(ends)) & (micros(starts) < bonds.ends[rows])]
        busy = np.zeros(len(self.roster.people), dtype=bool)
        persons = bonds.persons[rows]
        busy[persons[persons != NOBODY]] = True
        gone = [cell for person in np.flatnonzero(busy).tolist() for cell in self.roster.cells(person)]
        unnamed = rows[bonds.unnamed[rows] & (bonds.lenders[rows] != NOBODY)]
        gone += (bonds.lenders[unnamed] * len(FUNCTIONS) + bonds.functions[unnamed]).tolist()
        home = self.roster.headcount.ravel() - _count(np.array(gone, dtype=np.int64), cover.size)
        return Period(busy, home.reshape(cover.shape) - cover)


def _count(numbers: Numbers, size: int) -> Numbers:
    return np.bincount(numbers[numbers != NOBODY], minlength=size).astype(np.int64)


def _roster(picture: Picture, before: Known | None) -> Roster:
    changed = None if before is None else changes(before.picture.people, picture.people)
    if before is None or changed is None:
        return Roster(picture.people)
    return before.roster.after(changed) if changed else before.roster


def _duty_ends(roster: Roster, picture: Picture, before: Known | None) -> Numbers:
    """Per person the end of their duty; who never touched the switch is off."""
    changed = None if before is None else changes(before.picture.duty, picture.duty)
    if before is None or changed is None:
        ends = np.full(len(roster.people), OFF, dtype=np.int64)
        found = list(picture.duty.values())
    else:
        ends = before._duty_ends.copy() if changed else before._duty_ends
        found = [new for _, new in changed]
    for duty in found:
        number = roster.numbers.get(duty.id)
        if number is not None:
            ends[number] = _end_of(duty)
    return ends


def _end_of(duty: Duty) -> int:
    if not duty.on:
        return OFF
    return NEVER if duty.until is None else micros(duty.until)


Changed = list[tuple[Commitment | None, Commitment]]
"""Commitments as they were and as they are."""


def _bonds(roster: Roster, picture: Picture, before: Known | None, changed: Changed | None) -> Bonds:
    if before is None or changed is None:
        return Bonds.of(roster, picture.commitments.values())
    return before._bonds.after(new for _, new in changed) if changed else before._bonds


def _noes(picture: Picture, before: Known | None, commitments: Changed | None) -> Noes:
    approaches = None if before is None else changes(before.picture.approaches, picture.approaches)
    if before is None or commitments is None or approaches is None:
        first = Noes().after((None, each) for each in picture.approaches.values())
        return first.after((None, each) for each in picture.commitments.values())
    found = before._noes.after(approaches) if approaches else before._noes
    return found.after(commitments) if commitments else found


@dataclass(frozen=True, eq=False)
class Agreements:
    """Cover per lender and function, and who lets its people be asked; without any: nothing and nobody."""

    cover: Numbers
    asks_people: Flags


def _agreements(roster: Roster, picture: Picture, before: Known | None) -> Agreements:
    if before is not None and before.picture.lending is picture.lending:
        return before._agreements
    cover = np.zeros((len(roster.keys), len(FUNCTIONS)), dtype=np.int64)
    asks = np.zeros(len(roster.keys), dtype=bool)
    for number, key in enumerate(roster.keys):
        lending = picture.lending.get(key) or Lending(id=key, exercise=False)
        asks[number] = lending.ask_people
        for function, least in lending.cover.items():
            cover[number, COLUMN[function]] = least
    return Agreements(cover, asks)


def _by_borrower(picture: Picture, before: Known | None) -> dict[str, tuple[Numbers, list[str]]]:
    """Where distances are kept, as long as nobody moves (see `cost`)."""
    if before is not None and before.picture.organisations is picture.organisations:
        return before.by_borrower
    return {}
