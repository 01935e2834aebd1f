"""How busy it is: whether rows come so fast that it pays to let them wait for each other."""

from typing import Final

BUSY_RATE: Final = 200
"""Rows a second."""

WINDOW_SECONDS: Final = 0.2
"""Over so long: the handful of rows that one command changes at once is no load."""


class Load:
    """Counts rows. Moments are seconds of any clock that only rises."""

    def __init__(self, now: float) -> None:
        self.is_busy = False
        self._began = now
        self._rows = 0

    def note(self, rows: int, now: float) -> None:
        """So many rows were sent now."""
        self._rows += rows
        passed = now - self._began
        if passed >= WINDOW_SECONDS:
            self.is_busy = self._rows > BUSY_RATE * passed
            self._began, self._rows = now, 0
