"""The one clock of a process; tests and drills move it by a setting."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Now = Callable[[], datetime]


def clock(offset_seconds: float = 0) -> Now:
    """A function that says what time it is in UTC, moved by so many seconds."""
    offset = timedelta(seconds=offset_seconds)
    return lambda: datetime.now(UTC) + offset
