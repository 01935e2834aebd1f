"""The newest state per key of some topics, kept in memory by reading them from the beginning."""

import asyncio
import contextlib
import gc
import logging
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from schemas.codec import NewerVersion, Undecodable
from schemas.envelope import Event, Record
from schemas.state import State
from schemas.topics import BY_STATE, Topic
from services.runtime import metrics
from services.runtime.consume import Outcome, Partition, Policy
from services.runtime.first_reading import FirstReading
from services.runtime.health import Pulse
from services.runtime.pauses import Pauses
from services.runtime.places import places_of, record_of, to_the_beginning
from services.runtime.ports import Place
from services.runtime.process import cancel

log: Final = logging.getLogger(__name__)

OnNews = Callable[[Sequence[Event]], Awaitable[None]]

Rest = Callable[[], float]
"""Seconds that what comes may wait, to be read together: each reading costs half a millisecond by itself."""

POLL_MS: Final = 500
AFTER_REST_MS: Final = 5
BATCH: Final = 2_000
RETRY_SECONDS: Final = 0.5


class _Noted:
    """Dead letters that are only logged: owners keep them, and we read the same ones at each start."""

    async def bury(self, place: Place, record: Record, why: str) -> None:
        log.error("passed over %s/%s at %s: %s", place.topic, place.partition, place.offset, why)


class StartOver(Exception):
    """An owner began a new epoch: what was read before says nothing any more, and the process starts anew."""


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
        on_news: OnNews | None = None,
        rest: Rest = lambda: 0.0,
    ) -> None:
        self._bootstrap = bootstrap
        self._prefix = prefix
        self._topics = topics
        self._on_news = on_news
        self._rest = rest
        self._policy = Policy(self._keep, _Noted())
        self._consumer: AIOKafkaConsumer | None = None
        self.broker = Pulse(self._ask_ends)
        self._fresh: list[Event] = []
        self._ends: dict[Partition, int] = {}
        self.states: dict[type[State], dict[str, Event]] = {topic.state: {} for topic in topics}
        self.epochs: dict[type[State], int] = {}
        self._lineages: dict[str, int] = {}
        # What `states` and `on_news` have seen; `_read` runs ahead while a batch is taken in.
        self.offsets: dict[Partition, int] = {}
        self._read: dict[Partition, int] = {}
        self._first: dict[Partition, FirstReading] = {}
        # Per partition the offset of each key's newest record; what was read last stands last.
        self._places: defaultdict[Partition, dict[tuple[type[State], str], int]] = defaultdict(dict)
        self._place: tuple[Partition, int] = (("", 0), 0)
        self.caught_up = asyncio.Event()
        self._moved: defaultdict[Partition, asyncio.Event] = defaultdict(asyncio.Event)
        metrics.before_telling(self._tell)

    @property
    def waiting(self) -> Mapping[Partition, str]:
        """Partitions that do not move, and what would make them."""
        return self._policy.waiting

    @property
    def unreadable(self) -> int:
        """Records that were passed over, since they break the contract."""
        return self._policy.counts[Outcome.DEAD]

    async def run(self) -> None:
        """Read for ever. Raises StartOver and what the consumer raises: the process is started again."""
        # Nothing that is read now is garbage: looking for some again and again took as long as the reading.
        gc.disable()
        try:
            await self._run()
        finally:
            gc.enable()

    async def _run(self) -> None:
        async with self._reading() as consumer:
            places = places_of(self._prefix, self._topics)
            consumer.assign(places)
            await to_the_beginning(consumer, places)
            await self._ask_ends()
            self._read = dict.fromkeys(self._ends, 0)
            self._first = {short: FirstReading(*short, end) for short, end in self._ends.items() if end}
            self.offsets = dict(self._read)
            self._note_progress()
            pauses = Pauses(consumer)
            async with _beside(self.broker.run()):
                while True:
                    pauses.resume_due()
                    await self._take_some(consumer, pauses)
                    await self._settle(consumer, places)

    def lag(self) -> int:
        """Records between what was read and the newest end offsets known."""
        return sum(lag for _, lag in self._lags())

    def _lags(self) -> Iterator[tuple[str, int]]:
        for place, end in self._ends.items():
            yield place[0], max(0, end - self.offsets.get(place, 0))

    def _tell(self) -> None:
        metrics.tell_lag(metrics.by_topic(self._lags()))

    def after(self, vector: Mapping[Partition, int]) -> list[Event]:
        """The newest state of every key whose newest record stands at or behind these offsets."""
        found: list[Event] = []
        for partition, places in self._places.items():
            least = vector.get(partition, 0)
            # From the newest back: a thousand who resume at once look at what they missed, not at everything.
            for (state, key), offset in reversed(places.items()):
                if offset < least:
                    break
                found.append(self.states[state][key])
        return found

    def forget(self, state: type[State], keys: Sequence[str]) -> None:
        """Drop these states; whoever resumes hears nothing of them either."""
        for key in keys:
            del self.states[state][key]
            for places in self._places.values():
                places.pop((state, key), None)

    def place(self, state: type[State], key: str) -> tuple[Partition, int]:
        """Where the newest record of a key stands. Raises KeyError for one that was not read."""
        for partition, places in self._places.items():
            if (state, key) in places:
                return partition, places[state, key]
        raise KeyError(key)

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
    async def _reading(self) -> AsyncIterator[AIOKafkaConsumer]:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            enable_auto_commit=False,
            # A place that is not there any more means that the log was lost: never jump over that in silence.
            auto_offset_reset="none",
            fetch_max_wait_ms=POLL_MS,
        )
        try:
            await consumer.start()
            self._consumer = consumer
            yield consumer
        finally:
            await consumer.stop()

    async def _ask_ends(self) -> None:
        assert self._consumer is not None
        for place, end in (await self._consumer.end_offsets(places_of(self._prefix, self._topics))).items():
            self._ends[self._short(place)] = end

    def _short(self, place: TopicPartition) -> Partition:
        return (place.topic[len(self._prefix) :], place.partition)

    async def _take_some(self, consumer: AIOKafkaConsumer, pauses: Pauses) -> None:
        waits = [POLL_MS]
        # Who is not there yet makes haste.
        if self.caught_up.is_set() and (rest := self._rest()) > 0:
            await asyncio.sleep(rest)
            # What was fetched ahead is as old as the rest is long; only the next fetch has what came in it.
            waits = [POLL_MS, AFTER_REST_MS]
        for wait in waits:
            batches = await consumer.getmany(timeout_ms=wait, max_records=BATCH)
            for place, records in batches.items():
                await self._take(consumer, pauses, place, records)

    async def _take(
        self,
        consumer: AIOKafkaConsumer,
        pauses: Pauses,
        place: TopicPartition,
        records: Sequence[ConsumerRecord],
    ) -> None:
        short = self._short(place)
        if short in self._first:
            await self._take_first(consumer, place, records)
            return
        for found in records:
            self._place = (short, found.offset)
            outcome = await self._policy.consume(Place(*short, found.offset), record_of(found))
            if not outcome.commits:
                pauses.rest(place, found.offset, RETRY_SECONDS)
                return
            self._read[short] = found.offset + 1
        # Offsets have holes (compaction): the position says where the next record is.
        self._read[short] = await consumer.position(place)

    async def _take_first(
        self, consumer: AIOKafkaConsumer, place: TopicPartition, records: Sequence[ConsumerRecord]
    ) -> None:
        short = self._short(place)
        first = self._first[short]
        try:
            first.note(records)
            position = await consumer.position(place)
            if position < first.end:
                return
            events = await first.events()
        except (Undecodable, NewerVersion):
            # Once more from the beginning, one by one: what becomes of such a record the policy knows.
            del self._first[short]
            await to_the_beginning(consumer, [place])
            return
        del self._first[short]
        for offset, event in events:
            self._place = (short, offset)
            await self._keep(event)
        self._read[short] = position

    def _check_epoch(self, event: Event) -> None:
        lineage, epoch = BY_STATE[type(event.state)].lineage, event.envelope.epoch
        known = self._lineages.get(lineage)
        if known is not None and epoch > known and self.caught_up.is_set():
            raise StartOver(f"{lineage} began epoch {epoch}")
        self._lineages[lineage] = max(epoch, known or epoch)

    async def _keep(self, event: Event) -> None:
        self._check_epoch(event)
        kind = type(event.state)
        known = self.states[kind].get(event.envelope.key)
        if known is None or known.envelope.order < event.envelope.order:
            self.states[kind][event.envelope.key] = event
            self.epochs[kind] = max(self.epochs.get(kind, 1), event.envelope.epoch)
            partition, offset = self._place
            self._places[partition].pop((kind, event.envelope.key), None)
            self._places[partition][kind, event.envelope.key] = offset
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
            # Kept for as long as this process lives, and from here on no part of any collection.
            gc.freeze()
            gc.enable()


@asynccontextmanager
async def _beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    task = asyncio.create_task(work)
    try:
        yield
    finally:
        await cancel([task])
