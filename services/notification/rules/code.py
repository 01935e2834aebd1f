"""A call-back at which a code from a screen is keyed in: once, soon, and not again and again."""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

LASTS: Final = timedelta(minutes=3)
"""From the order to the last key: half a minute of ringing, the voice twice, and slow fingers."""

AN_HOUR: Final = timedelta(hours=1)
AT_MOST: Final = 5
"""Calls to one person in an hour: whoever has a card must not be able to keep somebody's phone ringing."""


class CodeState(StrEnum):
    """Placing and ringing pass; right, wrong, unanswered and failed are what came of it."""

    PLACING = "placing"
    RINGING = "ringing"
    RIGHT = "right"
    WRONG = "wrong"
    UNANSWERED = "unanswered"
    FAILED = "failed"


RUNNING: Final = frozenset({CodeState.PLACING, CodeState.RINGING})


def state_at(state: CodeState, placed_at: datetime, now: datetime) -> CodeState:
    """What it is by now: nobody waits for a call whose time is over."""
    return CodeState.UNANSWERED if state in RUNNING and now >= placed_at + LASTS else state
