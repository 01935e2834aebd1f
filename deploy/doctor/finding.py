"""One thing that somebody should mend, and what a handful of them means for the exit code."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

WELL: Final = 0
URGENT: Final = 1
ATTENTION: Final = 3
"""Exit codes. 2 is left out: it means that the command was used wrongly."""


class Weight(StrEnum):
    """Urgent: it does not work, will not start, or lets somebody in. Attention: it works, not for ever."""

    URGENT = "urgent"
    ATTENTION = "attention"


@dataclass(frozen=True)
class Finding:
    """What is so, why that matters, and the command that mends it; `about` is one word to look it up by."""

    about: str
    weight: Weight
    what: str
    why: str
    mend: str


def urgent(about: str, what: str, why: str, mend: str) -> Finding:
    """What cannot wait."""
    return Finding(about, Weight.URGENT, what, why, mend)


def attention(about: str, what: str, why: str, mend: str) -> Finding:
    """What can wait until somebody has time, and not longer."""
    return Finding(about, Weight.ATTENTION, what, why, mend)


def exit_code(findings: Sequence[Finding]) -> int:
    """`URGENT` where anything is, else `ATTENTION` where there is anything at all, else `WELL`."""
    if any(each.weight is Weight.URGENT for each in findings):
        return URGENT
    return ATTENTION if findings else WELL
