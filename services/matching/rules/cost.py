"""The named terms a match costs, in minutes: they are the price and the explanation at once."""

from datetime import datetime, timedelta
from functools import lru_cache
from math import asin, ceil, cos, radians, sin, sqrt
from typing import Final

from schemas.events.approach import Reason, ReasonCode
from schemas.events.help_request import HelpRequest
from schemas.events.organisation import Place
from schemas.events.person import Person
from schemas.values import Where
from services.matching.rules.known import Known

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


def terms(known: Known, request: HelpRequest, lender: str, person: Person) -> tuple[Reason, ...]:
    """Every term of this person helping with this request for this lender; the cost is their sum."""
    found = (
        _distance(known, request, lender),
        _function(request, person),
        _language(request, person),
        _system(known, request, lender, person),
        _load(known, request, lender, person),
        _urgency(request, known.now),
    )
    return tuple(reason for reason in found if reason is not None)


def cost_of(reasons: tuple[Reason, ...]) -> int:
    """Minutes."""
    return sum(reason.minutes for reason in reasons)


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


def _distance(known: Known, request: HelpRequest, lender: str) -> Reason:
    there = known.picture.organisations.get(request.borrower)
    here = known.picture.organisations.get(lender)
    value, coarse = "", UNKNOWN_KM
    if here is not None and there is not None and here.place is not None and there.place is not None:
        coarse = max(1, ceil(kilometres(here.place, there.place) / STEP_KM)) * STEP_KM
        value = str(coarse)
    minutes = coarse * MINUTES_PER_KM
    if request.where is Where.REMOTE:
        minutes //= REMOTE_SHARE
    return _reason(ReasonCode.DISTANCE, minutes, value)


def _function(request: HelpRequest, person: Person) -> Reason:
    first = person.functions[0] is request.function
    return _reason(ReasonCode.FUNCTION, 0 if first else SECOND_FUNCTION, request.function.value)


def _language(request: HelpRequest, person: Person) -> Reason | None:
    if not request.languages:
        return None
    wanted = set(request.languages)
    spoken = wanted & set(person.languages)
    minutes = MISSING_LANGUAGE * len(wanted - spoken)
    return _reason(ReasonCode.LANGUAGE, minutes, ",".join(sorted(spoken)))


def _system(known: Known, request: HelpRequest, lender: str, person: Person) -> Reason | None:
    # Only what the requester named: the systems of an organisation are shown to nobody else.
    named = set(request.systems)
    employer = known.picture.organisations.get(lender)
    for systems, minutes in (
        (person.systems, KNOWS_SYSTEM),
        (employer.systems if employer is not None else (), EMPLOYER_USES_SYSTEM),
    ):
        shared = sorted(named & set(systems))
        if shared:
            return _reason(ReasonCode.SAME_SYSTEM, minutes, ",".join(shared))
    return None


def _load(known: Known, request: HelpRequest, lender: str, person: Person) -> Reason | None:
    own = len(known.held(person.id, request))
    minutes = HELD_ALREADY * own + LENT_BY_EMPLOYER * known.lent(lender, request)
    return _reason(ReasonCode.LOAD, minutes, str(own)) if minutes else None


def _urgency(request: HelpRequest, now: datetime) -> Reason | None:
    for within, minutes in URGENCY:
        if request.needed_by - now <= within:
            hours = int(within.total_seconds() // 3600)
            return _reason(ReasonCode.URGENCY, minutes, str(hours))
    return None
