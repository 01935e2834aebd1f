"""The recorded history of one life: a line of JSON for everything that was sent, answered or seen."""

import json
import os
import threading
import time
from pathlib import Path
from typing import Any


class History:
    """Appends lines to a file; more than one thread writes."""

    def __init__(self, file: Path) -> None:
        file.parent.mkdir(parents=True, exist_ok=True)
        self.file = file
        self._out = file.open("a", encoding="utf-8")
        self._writing = threading.Lock()

    def note(self, what: str, **facts: Any) -> None:
        """One line; `at` is the second since the epoch at which it was written."""
        whole = {"what": what, "at": round(time.time(), 6), **facts}
        line = json.dumps(whole, separators=(",", ":"), default=str)
        with self._writing:
            self._out.write(line + "\n")

    def flush(self) -> None:
        """Everything noted is in the file."""
        with self._writing:
            self._out.flush()

    def close(self) -> None:
        """No more lines."""
        self._out.close()


class Unwritten(History):
    """A history that nobody will read: an hour of it would fill the disk."""

    def __init__(self) -> None:
        super().__init__(Path(os.devnull))

    def note(self, what: str, **facts: Any) -> None:
        """Nothing is written."""
