"""How many sockets there may be: in all, and of one session."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final
from uuid import UUID

from schemas.live import CLOSE_FULL, CLOSE_TOO_MANY
from services.runtime.problems import Problem

TRY_AGAIN_SECONDS: Final = 10


class NoPlace(Exception):
    """The socket has to be closed, with this code and this reason."""

    def __init__(self, code: int, why: str) -> None:
        super().__init__(why)
        self.code = code
        self.why = why


class Places:
    """The places of one process; one is taken while the block runs."""

    def __init__(self, most: int, per_session: int) -> None:
        self._most = most
        self._per_session = per_session
        self._taken: Counter[UUID] = Counter()

    @property
    def in_use(self) -> int:
        """Sockets that are open now."""
        return self._taken.total()

    def check(self) -> None:
        """Before anything is set up for a socket. Raises Problem (503)."""
        if self.in_use >= self._most:
            raise Problem(503, "full", retry_after=TRY_AGAIN_SECONDS)

    @contextmanager
    def taken(self, session: UUID) -> Iterator[None]:
        """A place for one socket. Raises NoPlace."""
        if self.in_use >= self._most:
            raise NoPlace(CLOSE_FULL, "too many viewers")
        if self._taken[session] >= self._per_session:
            raise NoPlace(CLOSE_TOO_MANY, "too many pages of this session")
        self._taken[session] += 1
        try:
            yield
        finally:
            self._taken[session] -= 1
            if not self._taken[session]:
                del self._taken[session]
