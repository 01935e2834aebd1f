"""The one failure policy: what happens to a record, and whether its offset is committed."""

import logging
from collections import Counter, defaultdict
from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Final
from weakref import WeakSet

from schemas.codec import NewerVersion, Undecodable, decode
from schemas.envelope import Event, Record
from schemas.refused import Refused
from schemas.topics import BY_STATE
from services.runtime import metrics
from services.runtime.ports import DeadLetters, Place, Rejected
from services.runtime.trace import because_of

log: Final = logging.getLogger(__name__)

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


class Needs(StrEnum):
    """What a partition that stands still needs: a person's word, or a newer release."""

    HALTED = "halted"
    UPGRADE = "upgrade"


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
        READERS.add(self)

    async def consume(self, place: Place, record: Record) -> Outcome:
        """Handle one record. Raises whatever the handler raises beyond Refused and Rejected."""
        outcome = await self._judge(place, record)
        self.counts[outcome] += 1
        return outcome

    def resume(self, partition: Partition) -> None:
        """A person looked at the dead letters of a halted partition: go on."""
        self._in_a_row[partition] = 0
        self.waiting.pop(partition, None)

    def needs(self, partition: Partition) -> Needs:
        """What a partition in `waiting` waits for."""
        return Needs.HALTED if self._in_a_row[partition] >= self._limit else Needs.UPGRADE

    async def _judge(self, place: Place, record: Record) -> Outcome:
        partition = (place.topic, place.partition)
        if self._in_a_row[partition] >= self._limit:
            self.waiting[partition] = (
                f"{self._limit} dead letters in a row: look at them, then resume (noaber operate)"
            )
            return Outcome.HALTED
        try:
            event = event_in(place, record)
            with because_of(event.envelope.correlation):
                await self._handle(event)
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


class Readers:
    """Every policy of this process: which partitions stand still, and a person's word to go on."""

    def __init__(self) -> None:
        self._policies: WeakSet[Policy] = WeakSet()
        self._told: set[tuple[str, Needs]] = set()
        metrics.before_telling(self.tell)

    def add(self, policy: Policy) -> None:
        """One more reader; it is forgotten by itself."""
        self._policies.add(policy)
        metrics.gauge(metrics.STANDING)

    def tell(self) -> None:
        """How many partitions of each topic stand still, for Prometheus; 0 once they go on."""
        found = Counter(
            (partition[0], policy.needs(partition))
            for policy in self._policies
            for partition in policy.waiting
        )
        self._told |= found.keys()
        for topic, needs in self._told:
            metrics.gauge(metrics.STANDING).labels(topic, needs).set(found[topic, needs])

    def go_on(self) -> None:
        """A person looked at the dead letters: what halted goes on. What needs an upgrade waits as before."""
        for policy in self._policies:
            for partition in [each for each in policy.waiting if policy.needs(each) is Needs.HALTED]:
                log.warning("%s/%s goes on, at the word of an operator", *partition)
                policy.resume(partition)


READERS: Final = Readers()


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
