"""The newest state per key of some topics, kept in memory by reading them from the beginning."""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from schemas.envelope import Event, Record
from schemas.state import State
from schemas.topics import Topic
from services.runtime.consume import Policy
from services.runtime.ports import DeadLetters, Place

Partition = tuple[str, int]
"""Topic name without prefix, and partition number."""

OnNews = Callable[[Sequence[Event]], Awaitable[None]]

POLL_MS: Final = 500
BATCH: Final = 2_000
RETRY_SECONDS: Final = 0.5


class Newest:
    """Newest (epoch, version) per key of every topic read; older records that come late change nothing.

    `on_news` hears of what changed, in batches, after `states` holds it. It reads without a group: each
    process has the whole picture, so there are no committed offsets and nothing to rebalance.
    """

    def __init__(
        self,
        bootstrap: str,
        prefix: str,
        topics: Sequence[Topic],
        dead_letters: DeadLetters,
        on_news: OnNews | None = None,
    ) -> None:
        self._bootstrap = bootstrap
        self._prefix = prefix
        self._topics = topics
        self._on_news = on_news
        self._policy = Policy(self._keep, dead_letters)
        self._fresh: list[Event] = []
        self._ends: dict[Partition, int] = {}
        self.states: dict[type[State], dict[str, Event]] = {topic.state: {} for topic in topics}
        self.epochs: dict[type[State], int] = {}
        # What `states` and `on_news` have seen; `_read` runs ahead while a batch is taken in.
        self.offsets: dict[Partition, int] = {}
        self._read: dict[Partition, int] = {}
        self._places: dict[tuple[type[State], str], tuple[Partition, int]] = {}
        self._place: tuple[Partition, int] = (("", 0), 0)
        self.caught_up = asyncio.Event()
        self._moved: defaultdict[Partition, asyncio.Event] = defaultdict(asyncio.Event)

    @property
    def waiting(self) -> Mapping[Partition, str]:
        """Partitions that do not move, and what would make them."""
        return self._policy.waiting

    async def run(self) -> None:
        """Read for ever. Raises what the consumer raises: a pure consumer crashes and is started again."""
        async with self._consumer() as consumer:
            places = [
                TopicPartition(self._prefix + topic.name, number)
                for topic in self._topics
                for number in range(topic.partitions)
            ]
            consumer.assign(places)
            await consumer.seek_to_beginning(*places)
            ends = await consumer.end_offsets(places)
            self._ends = {self._short(place): end for place, end in ends.items()}
            self._read = dict.fromkeys(self._ends, 0)
            self.offsets = dict(self._read)
            self._note_progress()
            while True:
                batches = await consumer.getmany(timeout_ms=POLL_MS, max_records=BATCH)
                for place, records in batches.items():
                    await self._take(consumer, place, records)
                await self._settle(consumer, places)

    def lag(self) -> int:
        """Records between what was read and the newest end offsets known."""
        return sum(max(0, end - self.offsets.get(place, 0)) for place, end in self._ends.items())

    def after(self, vector: Mapping[Partition, int]) -> list[Event]:
        """The newest state of every key whose newest record stands at or behind these offsets."""
        return [
            self.states[state][key]
            for (state, key), (partition, offset) in self._places.items()
            if offset >= vector.get(partition, 0)
        ]

    async def reaches(self, vector: Mapping[Partition, int], seconds: float) -> bool:
        """Wait until every partition was read up to the vector; False when that took longer."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                while behind := [p for p, offset in vector.items() if self.offsets.get(p, 0) < offset]:
                    self._moved[behind[0]].clear()
                    await self._moved[behind[0]].wait()
            return True
        return False

    @asynccontextmanager
    async def _consumer(self) -> AsyncIterator[AIOKafkaConsumer]:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap, enable_auto_commit=False, fetch_max_wait_ms=POLL_MS
        )
        await consumer.start()
        try:
            yield consumer
        finally:
            await consumer.stop()

    def _short(self, place: TopicPartition) -> Partition:
        return (place.topic[len(self._prefix) :], place.partition)

    async def _take(
        self, consumer: AIOKafkaConsumer, place: TopicPartition, records: Sequence[ConsumerRecord]
    ) -> None:
        short = self._short(place)
        for found in records:
            record = Record(found.key or b"", found.value or b"", tuple(found.headers))
            self._place = (short, found.offset)
            outcome = await self._policy.consume(Place(*short, found.offset), record)
            if not outcome.commits:
                # The partition waits where it stands; the others go on.
                consumer.seek(place, found.offset)
                await asyncio.sleep(RETRY_SECONDS)
                return
            self._read[short] = found.offset + 1
        # Offsets have holes (compaction): the position says where the next record is.
        self._read[short] = await consumer.position(place)

    async def _keep(self, event: Event) -> None:
        kind = type(event.state)
        known = self.states[kind].get(event.envelope.key)
        if known is None or known.envelope.order < event.envelope.order:
            self.states[kind][event.envelope.key] = event
            self.epochs[kind] = max(self.epochs.get(kind, 1), event.envelope.epoch)
            self._places[kind, event.envelope.key] = self._place
            self._fresh.append(event)

    async def _settle(self, consumer: AIOKafkaConsumer, places: Sequence[TopicPartition]) -> None:
        for place in places:
            end = consumer.highwater(place)
            if end is not None:
                self._ends[self._short(place)] = max(end, self._ends[self._short(place)])
        fresh, self._fresh = self._fresh, []
        if fresh and self._on_news is not None:
            await self._on_news(fresh)
        self.offsets = dict(self._read)
        self._note_progress()

    def _note_progress(self) -> None:
        for moved in self._moved.values():
            moved.set()
        if not self.caught_up.is_set() and self.lag() == 0:
            self.caught_up.set()
