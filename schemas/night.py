"""When it is night in the Netherlands, and what a request says about waking people then."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Final

MORNING: Final = 7
EVENING: Final = 23
"""Hours of local time: between the second and the first it is night."""


class Wake(StrEnum):
    """Call those who are asked now, whatever the hour; call from seven in the morning; or do not call."""

    NOW = "now"
    MORNING = "morning"
    NOT = "not"


def dutch_time(moment: datetime) -> datetime:
    """The same moment on a Dutch clock, without a zone.

    Summer time runs from 01:00 UTC on the last Sunday of March to that of October (directive 2000/84/EC).
    Not by zoneinfo: a bare machine or container need not have its tables.
    """
    moment = moment.astimezone(UTC).replace(tzinfo=None)
    summer = _last_sunday(moment.year, 3) <= moment < _last_sunday(moment.year, 10)
    return moment + timedelta(hours=2 if summer else 1)


def is_night(moment: datetime) -> bool:
    """Whether people are asleep."""
    return not MORNING <= dutch_time(moment).hour < EVENING


def first_call(wake: Wake, moment: datetime) -> datetime:
    """From when on people may be called for something that was asked at this moment."""
    if wake is Wake.NOW or not is_night(moment):
        return moment
    local = dutch_time(moment)
    seven = local.replace(hour=MORNING, minute=0, second=0, microsecond=0)
    if local.hour >= EVENING:
        seven += timedelta(days=1)
    # The clock may be changed in between: an hour off, twice a year, is judged by the clock of that morning.
    guess = moment + (seven - local)
    return guess + (seven - dutch_time(guess))


def _last_sunday(year: int, month: int) -> datetime:
    last = datetime(year, month, 31, 1)  # noqa: DTZ001 UTC without a zone, as the caller has it
    return last - timedelta(days=(last.weekday() + 1) % 7)
