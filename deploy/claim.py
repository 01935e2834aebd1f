"""Who runs in a place: a lock that ends with its process, so that a number used again deceives nobody."""

import fcntl
from pathlib import Path
from typing import IO, Self

from deploy.bootstrap import SetupFailed


class Claim:
    """The right to run the platform of one place; the kernel takes it back when the process is gone."""

    def __init__(self, place: Path) -> None:
        self._file = place / "running.lock"
        self._held: IO[str] | None = None

    def __enter__(self) -> Self:
        self.take()
        return self

    def __exit__(self, *_: object) -> None:
        self.leave()

    def take(self) -> None:
        """Hold it until `leave`. Raises SetupFailed when another process does."""
        self._file.parent.mkdir(parents=True, exist_ok=True)
        held = self._file.open("w")
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            held.close()
            raise SetupFailed(f"a platform runs already with the data in {self._file.parent}") from None
        self._held = held

    def leave(self) -> None:
        """Give it up."""
        if self._held is not None:
            self._held.close()
            self._held = None

    def is_taken(self) -> bool:
        """Whether a living process holds it."""
        if not self._file.exists():
            return False
        with self._file.open("w") as probe:
            try:
                fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                return True
        return False
