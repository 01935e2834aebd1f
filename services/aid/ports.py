"""What the handlers of `aid` need of the outside: a store with units of work, and somebody to tell."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from schemas.events.approach import Approach
from schemas.events.log_entry import LogEntry
from schemas.state import Row
from services.aid.reach import Reach
from services.aid.rules.redaction import Redacted, Said
from services.aid.rules.world import Picture, World
from services.runtime.ports import Answer, Cause, Written


@dataclass(frozen=True)
class Seen:
    """What an earlier command with the same key was, and which rows its answer showed (type, id)."""

    body_hash: bytes
    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Found:
    """What stands under the locks; `seen`: what became of a command with the same key before."""

    world: World
    seen: Seen | None = None


class Unit(Protocol):
    """One transaction. What is not written when it ends, never happened."""

    async def lock(self, reach: Reach, answer: Answer | None) -> Reach:
        """Take every lock in order; the reach with the requests that its open ends led to.

        Raises ReachMoved when those changed while the locks were waited for, and Locked when that took
        too long: try again.
        """

    async def load(self, reach: Reach, picture: Picture, answer: Answer | None) -> Found:
        """Everything within reach, as it is under the locks, and whether the command came before."""

    async def read(self, rows: Collection[tuple[str, str]]) -> list[Written]:
        """These rows as they are now."""

    async def write(self, states: Sequence[Row], cause: Cause, answer: Answer | None) -> list[Written]:
        """Rows, journal and outbox with the next versions, and the answered key."""


class TextUnit(Unit, Protocol):
    """A transaction in which words can be taken out of what was said before."""

    async def texts(self, incident: UUID) -> list[Said]:
        """Every version of the incident and what hangs on it, as far as people write there; oldest first."""

    async def take_out(
        self, found: Sequence[Redacted], anew: Sequence[Redacted], line: LogEntry, cause: Cause
    ) -> list[Written]:
        """Rewrite these versions, say what is left of `anew` as the next ones, and the line with the digest
        that proves it; what was written, the line last."""


class TextStore(Protocol):
    """Where everything that was said is, with all its versions."""

    def unit(self) -> AbstractAsyncContextManager[TextUnit]:
        """A transaction that ends with the block; an exception rolls it back."""

    def everything(self) -> AsyncIterator[list[Said]]:
        """Every version of everything that holds texts of people, as it stands now, a batch at a time."""


class ReachMoved(Exception):
    """Somebody asked or promised something while we waited for the locks: what must be locked has changed."""


class Locked(Exception):
    """Somebody else held for long what must be locked; nothing was looked at: try again, or say so."""


class Store(Protocol):
    """Where the aggregates are."""

    def unit(self) -> AbstractAsyncContextManager[Unit]:
        """A transaction that ends with the block; an exception rolls it back."""

    async def asked(self, person: UUID) -> list[Approach]:
        """The open approaches to a person."""
