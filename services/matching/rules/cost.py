"""The named terms a match costs, in minutes: they are the price and the explanation at once."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from math import asin, ceil, cos, radians, sin, sqrt
from typing import Final

import numpy as np

from schemas.events.approach import Reason, ReasonCode
from schemas.events.help_request import HelpRequest
from schemas.events.organisation import Place
from schemas.values import Where
from services.matching.rules.known import Known
from services.matching.rules.roster import Numbers, Staff

STEP_KM: Final = 10
"""Distances are rounded up to this: who knows his own town hall must not be able to work out the other."""

MINUTES_PER_KM: Final = 1
REMOTE_SHARE: Final = 10
"""Help from a distance travels a tenth: near still wins, since remote work often ends on the spot."""

UNKNOWN_KM: Final = 100
"""Where a place is not known: far enough to come after everybody who is known to be near."""

SECOND_FUNCTION: Final = 15
MISSING_LANGUAGE: Final = 30
KNOWS_SYSTEM: Final = -20
EMPLOYER_USES_SYSTEM: Final = -10
HELD_ALREADY: Final = 30
LENT_BY_EMPLOYER: Final = 5

URGENCY: Final = (
    (timedelta(hours=4), -240),
    (timedelta(hours=24), -120),
    (timedelta(hours=72), -60),
)
"""Needed within this time: so many minutes in favour of filling this request before another."""

UNFILLED: Final = 5_000
"""A slot left empty costs more than any helper in the country: filling comes first, then who fills it."""

EARTH_KM: Final = 6_371.0

PAIRS: Final = 400 * 400
"""Of organisations: every distance between two of them is worked out once."""


@dataclass(frozen=True)
class Question:
    """One request and all who have its function: each term is worked out for everybody at once."""

    known: Known
    request: HelpRequest
    staff: Staff


@dataclass(frozen=True)
class Term:
    """What a term costs each of the staff, in minutes, and what it says of one of them.

    `value` gets the row and the minutes found for it; None leaves the term out, which only 0 minutes may.
    """

    code: ReasonCode
    minutes: Callable[[Question], Numbers | int]
    value: Callable[[Question, int, int], str | None]


def bill(question: Question) -> Numbers:
    """Minutes: a row per term in the order of TERMS, a column per row of the staff; costs are its sums."""
    found = np.empty((len(TERMS), len(question.staff)), dtype=np.int64)
    for row, term in enumerate(TERMS):
        found[row] = term.minutes(question)
    return found


def reasons(question: Question, row: int, minutes: Numbers) -> tuple[Reason, ...]:
    """The terms of one row of the staff by name; `minutes` is its column of the bill."""
    return tuple(
        _reason(term.code, each, value)
        for term, each in zip(TERMS, minutes.tolist(), strict=True)
        if (value := term.value(question, row, each)) is not None
    )


def kilometres(one: Place, other: Place) -> float:
    """Great-circle distance (haversine)."""
    return _kilometres(one.latitude, one.longitude, other.latitude, other.longitude)


@lru_cache(PAIRS)
def _kilometres(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    lat1, lat2 = radians(latitude), radians(other_latitude)
    half_lat = sin((lat2 - lat1) / 2) ** 2
    half_lon = sin(radians(other_longitude - longitude) / 2) ** 2
    return 2 * EARTH_KM * asin(min(1.0, sqrt(half_lat + cos(lat1) * cos(lat2) * half_lon)))


@lru_cache(4_096)
def _reason(code: ReasonCode, minutes: int, value: str) -> Reason:
    # Reasons are few and the same for many: to make one anew costs more than all that leads to it.
    return Reason(code=code, minutes=minutes, value=value)


def _distances(known: Known, borrower: str) -> tuple[Numbers, list[str]]:
    """Per lender the minutes on the road, and the kilometres as they are shown ("" where not known)."""
    if borrower not in known.by_borrower:
        shown = [_coarse(known, borrower, lender) for lender in known.roster.keys]
        minutes = [(UNKNOWN_KM if each is None else each) * MINUTES_PER_KM for each in shown]
        values = ["" if each is None else str(each) for each in shown]
        known.by_borrower[borrower] = (np.array(minutes, dtype=np.int64), values)
    return known.by_borrower[borrower]


def _coarse(known: Known, borrower: str, lender: str) -> int | None:
    there, here = known.organisation(borrower), known.organisation(lender)
    if here is None or there is None or here.place is None or there.place is None:
        return None
    return max(1, ceil(kilometres(here.place, there.place) / STEP_KM)) * STEP_KM


def _distance(asked: Question) -> Numbers:
    minutes, _ = _distances(asked.known, asked.request.borrower)
    if asked.request.where is Where.REMOTE:
        minutes = minutes // REMOTE_SHARE
    return minutes[asked.staff.lenders]


def _distance_value(asked: Question, row: int, minutes: int) -> str:
    _, values = _distances(asked.known, asked.request.borrower)
    return values[int(asked.staff.lenders[row])]


def _function(asked: Question) -> Numbers:
    return np.where(asked.staff.first, 0, SECOND_FUNCTION)


def _function_value(asked: Question, row: int, minutes: int) -> str:
    return asked.request.function.value


def _language(asked: Question) -> Numbers | int:
    missing: Numbers | int = 0
    for language in set(asked.request.languages):
        missing = missing + MISSING_LANGUAGE * ~asked.staff.speaks(language)
    return missing


def _language_value(asked: Question, row: int, minutes: int) -> str | None:
    wanted = set(asked.request.languages)
    return ",".join(sorted(wanted & set(asked.staff.people[row].languages))) if wanted else None


def _system(asked: Question) -> Numbers | int:
    # Only what the requester named: the systems of an organisation are shown to nobody else.
    named = set(asked.request.systems)
    if not named:
        return 0
    known, staff = asked.known, asked.staff
    employers = [
        number
        for number, key in enumerate(known.roster.keys)
        if (employer := known.organisation(key)) is not None and not named.isdisjoint(employer.systems)
    ]
    knows = np.logical_or.reduce([staff.knows(system) for system in named])
    return np.where(knows, KNOWS_SYSTEM, np.where(np.isin(staff.lenders, employers), EMPLOYER_USES_SYSTEM, 0))


def _system_value(asked: Question, row: int, minutes: int) -> str | None:
    if not minutes:
        return None
    person, employer = asked.staff.people[row], asked.known.roster.keys[asked.staff.lenders[row]]
    found = person if minutes == KNOWS_SYSTEM else asked.known.organisation(employer)
    return ",".join(sorted(set(asked.request.systems) & set(found.systems))) if found is not None else None


def _load(asked: Question) -> Numbers:
    people, lenders = asked.known.load(asked.request)
    own, employer = people[asked.staff.persons], lenders[asked.staff.lenders]
    return HELD_ALREADY * own + LENT_BY_EMPLOYER * employer


def _load_value(asked: Question, row: int, minutes: int) -> str | None:
    people, _ = asked.known.load(asked.request)
    return str(people[asked.staff.persons[row]]) if minutes else None


def _urgency(asked: Question) -> int:
    left = asked.request.needed_by - asked.known.now
    return next((minutes for within, minutes in URGENCY if left <= within), 0)


def _urgency_value(asked: Question, row: int, minutes: int) -> str | None:
    hours = {each: str(int(within.total_seconds() // 3600)) for within, each in URGENCY}
    return hours.get(minutes)


TERMS: Final = (
    Term(ReasonCode.DISTANCE, _distance, _distance_value),
    Term(ReasonCode.FUNCTION, _function, _function_value),
    Term(ReasonCode.LANGUAGE, _language, _language_value),
    Term(ReasonCode.SAME_SYSTEM, _system, _system_value),
    Term(ReasonCode.LOAD, _load, _load_value),
    Term(ReasonCode.URGENCY, _urgency, _urgency_value),
)
"""What a match costs, in the order in which it is shown: each named term with its minutes and its words."""
