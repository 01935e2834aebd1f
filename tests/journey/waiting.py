"""Waiting is always until something holds, at most so many seconds."""

import time
from collections.abc import Callable
from typing import TypeVar

Found = TypeVar("Found")

PATIENCE = 15.0


def until(condition: Callable[[], Found], seconds: float = PATIENCE, *, what: str = "it") -> Found:
    """What the condition returns as soon as that counts as true; fails after so many seconds."""
    began = time.monotonic()
    while not (found := condition()):
        passed = time.monotonic() - began
        assert passed < seconds, f"{what} did not happen within {seconds} s; last seen: {found!r}"
        # A question is often a whole picture, and takes time from who has to make it true.
        time.sleep(min(0.02 + passed / 10, 0.25))
    return found


def never(condition: Callable[[], object], seconds: float, *, what: str = "it") -> None:
    """The condition stays false for so many seconds: only for what must not happen at all."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found = condition()
        assert not found, f"{what} happened: {found!r}"
        time.sleep(0.1)
