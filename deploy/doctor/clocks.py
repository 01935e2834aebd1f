"""Whether two clocks agree."""

from datetime import timedelta
from typing import Final

from deploy.doctor.finding import Finding, urgent

APART: Final = timedelta(seconds=2)
"""Deadlines are judged by minutes, sessions and tokens by seconds."""


def of_clock(whose: str, apart: timedelta) -> list[Finding]:
    """Whether two clocks agree; `apart`: how far the other one is ahead of ours."""
    if abs(apart) <= APART:
        return []
    ahead = "ahead of" if apart > timedelta() else "behind"
    what = f"the clock of {whose} is {abs(apart).total_seconds():.0f} s {ahead} the one of this machine"
    why = "deadlines, sessions and codes end too early or too late"
    return [urgent("clock", what, why, "timedatectl status; chronyc makestep")]
