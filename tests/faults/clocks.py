"""The clock that a running process reads, moved from outside by libfaketime, where that is installed."""

from pathlib import Path
from typing import Final

NAME: Final = "*/faketime/libfaketimeMT.so.1"


def library() -> Path | None:
    """Where Debian's package libfaketime puts it; None where it is not."""
    return next(Path("/usr/lib").glob(NAME), None)


class Dial:
    """What the processes that were started with `environment` take for the time, beside the real one."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self.turn(0)

    def environment(self, found: Path) -> dict[str, str]:
        """With this a process reads the dial; what it measures durations with stays as it is."""
        return {
            "LD_PRELOAD": str(found),
            "FAKETIME_TIMESTAMP_FILE": str(self._file),
            "FAKETIME_CACHE_DURATION": "1",
            "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "DONT_FAKE_MONOTONIC": "1",
        }

    def turn(self, seconds: int) -> None:
        """From the next second on it is so much later than it really is."""
        half = self._file.with_suffix(".half")
        half.write_text(f"{seconds:+d}\n")
        half.rename(self._file)
