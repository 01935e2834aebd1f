"""The one failure policy: what happens to a record, and whether its offset is committed."""

from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Final

from schemas.codec import NewerVersion, Undecodable, decode
from schemas.envelope import Event, Record
from schemas.refused import Refused
from schemas.topics import BY_STATE
from services.runtime import metrics
from services.runtime.ports import DeadLetters, Place, Rejected

DEAD_IN_A_ROW: Final = 20
"""So many dead letters in a row are no bad records but a bad reader: stop, and let a person look."""


class Outcome(StrEnum):
    """What became of a record; all but `blocked` and `halted` move the offset on."""

    HANDLED = "handled"
    REFUSED = "refused"
    DEAD = "dead"
    BLOCKED = "blocked"
    HALTED = "halted"

    @property
    def commits(self) -> bool:
        """Whether the next record of this partition may be taken."""
        return self not in {Outcome.BLOCKED, Outcome.HALTED}


Handle = Callable[[Event], Awaitable[None]]
Partition = tuple[str, int]
"""Topic name without prefix, and partition number."""


class Policy:
    """Judges one record at a time. What it does not know goes up to the caller, uncommitted.

    An owner then pauses that partition and tries again; a pure consumer crashes and is restarted.
    """

    def __init__(self, handle: Handle, dead_letters: DeadLetters, limit: int = DEAD_IN_A_ROW) -> None:
        self._handle = handle
        self._dead_letters = dead_letters
        self._limit = limit
        self._in_a_row: defaultdict[Partition, int] = defaultdict(int)
        self.counts: Counter[Outcome] = Counter()
        self.waiting: dict[Partition, str] = {}
        metrics.counter(metrics.DEAD_LETTERS)

    async def consume(self, place: Place, record: Record) -> Outcome:
        """Handle one record. Raises whatever the handler raises beyond Refused and Rejected."""
        outcome = await self._judge(place, record)
        self.counts[outcome] += 1
        return outcome

    async def _judge(self, place: Place, record: Record) -> Outcome:
        partition = (place.topic, place.partition)
        if self._in_a_row[partition] >= self._limit:
            self.waiting[partition] = (
                f"{self._limit} dead letters in a row: look at them, then start this process again"
            )
            return Outcome.HALTED
        try:
            await self._handle(event_in(place, record))
        except NewerVersion as newer:
            self.waiting[partition] = f"waits for an upgrade of this service: {newer}"
            return Outcome.BLOCKED
        except (Undecodable, Rejected) as broken:
            await self._dead_letters.bury(place, record, str(broken))
            metrics.counter(metrics.DEAD_LETTERS).labels(place.topic).inc()
            self._in_a_row[partition] += 1
            return Outcome.DEAD
        except Refused:
            return self._moved_on(partition, Outcome.REFUSED)
        return self._moved_on(partition, Outcome.HANDLED)

    def _moved_on(self, partition: Partition, outcome: Outcome) -> Outcome:
        self._in_a_row[partition] = 0
        self.waiting.pop(partition, None)
        return outcome


def event_in(place: Place, record: Record) -> Event:
    """The event of a record that stands where it belongs. Raises Undecodable and NewerVersion.

    A topic carries one type, written by its owner: anything else was put there by mistake or malice.
    """
    event = decode(record)
    kind = BY_STATE[type(event.state)]
    if kind.name != place.topic:
        raise Undecodable(f"a {event.state.TYPE} does not belong on {place.topic}")
    if event.envelope.source != f"urn:noaber:{kind.owner}":
        raise Undecodable(
            f"a {event.state.TYPE} is written by {kind.owner}, not by {event.envelope.source!r}"
        )
    return event
