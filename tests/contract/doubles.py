"""In-memory stand-ins that keep the same contracts as Kafka and Postgres."""

from collections.abc import Sequence

from schemas.envelope import Record
from services.runtime.ports import LeaseLost, Place, Unpublished


async def said_nowhere(words: Sequence[str]) -> int:
    """Texts of incidents in which nobody is named."""
    return 0


class MemoryOutbox:
    """A list of rows in the order they were written."""

    def __init__(self) -> None:
        self.rows: list[Unpublished] = []

    async def read(self, limit: int) -> Sequence[Unpublished]:
        return self.rows[:limit]

    async def remove(self, positions: Sequence[int]) -> None:
        self.rows = [row for row in self.rows if row.position not in set(positions)]


class MemoryPublisher:
    """Keeps what was sent, topic by topic; `failures` says how often it fails first."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, Record]] = []
        self.failures = 0

    async def publish(self, records: Sequence[tuple[str, Record]]) -> None:
        if self.failures:
            self.failures -= 1
            raise ConnectionError("the broker does not answer")
        self.sent.extend(records)


class MemoryLease:
    """A lease that is held until it is taken away."""

    def __init__(self) -> None:
        self.held = True

    async def confirm(self) -> None:
        if not self.held:
            raise LeaseLost("another relay is active")


class MemoryGraveyard:
    """Dead letters in a list."""

    def __init__(self) -> None:
        self.buried: list[tuple[Place, Record, str]] = []

    async def bury(self, place: Place, record: Record, why: str) -> None:
        self.buried.append((place, record, why))
