"""How an owner takes in other services' topics: replicas and hints, with the offsets in its own database."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

import asyncpg
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from schemas.codec import NewerVersion, Undecodable, envelope_of
from schemas.envelope import Event, Record
from schemas.topics import BY_STATE, Topic
from services.runtime import metrics, telemetry
from services.runtime.consume import Policy, event_in
from services.runtime.pauses import Pauses
from services.runtime.places import places_of, record_of, to_the_beginning
from services.runtime.ports import DeadLetters, Place
from services.runtime.taken_in import keep, move, places_kept
from services.runtime.trace import read

log: Final = logging.getLogger(__name__)


class _NewEpoch(Exception):
    """The writer started over: what was read so far says nothing about what stands in the topic now."""

    def __init__(self, epoch: int) -> None:
        super().__init__(epoch)
        self.epoch = epoch


OnHint = Callable[[Event], Awaitable[None]]
OnReplica = Callable[[Sequence[Event]], Awaitable[None]]

BATCH: Final = 2_000
RETRY_SECONDS: Final = (0.5, 1.0, 2.0, 5.0)
READING: Final = "reading"
"""Under this name stands what keeps all partitions from being read."""


class Intake:
    """Reads topics from where the database says it was; a failure pauses that partition and tries again.

    Replica topics: a batch and its offset in one transaction, then `on_replica`. Hint topics: `on_hint`,
    which makes its own transaction and may see a hint twice; then the offset. Of the hints about one thing
    that lie ready together only the newest is heeded, as if the topic had been compacted before: whoever is
    behind would else act on what is not so any more, and come no nearer to what is.
    """

    def __init__(
        self,
        pool: "asyncpg.Pool[Any]",
        bootstrap: str,
        prefix: str,
        *,
        replicas: Sequence[Topic],
        hints: Sequence[Topic],
        on_hint: OnHint,
        on_replica: OnReplica,
        dead_letters: DeadLetters,
    ) -> None:
        self._pool = pool
        self._bootstrap = bootstrap
        self._prefix = prefix
        self._replicas = {topic.name for topic in replicas}
        self._topics = (*replicas, *hints)
        self._on_hint = on_hint
        self._on_replica = on_replica
        self._policy = Policy(self._take, dead_letters)
        self._batch: list[Event] = []
        self._epochs: dict[TopicPartition, int] = {}
        self._lag: dict[TopicPartition, int] = {}
        self._failures: dict[TopicPartition, int] = {}
        self.trouble: dict[str, str] = {}
        metrics.before_telling(self._tell)
        self.caught_up = False
        """Whether this process has taken in all that stood in the topics when it began to read."""

    async def run(self) -> None:
        """Read for ever; whatever fails is said and tried again, since people's commands go on without it."""
        while True:
            try:
                await self._read()
            except KafkaError as away:
                self.trouble[READING] = f"Kafka does not answer: {type(away).__name__}"
                log.warning("intake waits for Kafka: %r", away)
            except Exception as failure:
                self.trouble[READING] = f"nothing is taken in: {type(failure).__name__}"
                log.error("intake stopped; trying again", exc_info=failure)
            await asyncio.sleep(RETRY_SECONDS[1])

    @property
    def lag(self) -> int:
        """Records that are not taken in yet, as far as is known."""
        return sum(self._lag.values())

    def _tell(self) -> None:
        lags = ((self._short(place), lag) for place, lag in self._lag.items())
        metrics.tell_lag(metrics.by_topic(lags))

    @property
    def waiting(self) -> Mapping[tuple[str, int], str]:
        """Partitions that wait for an upgrade or for a person."""
        return self._policy.waiting

    def hinders(self, beside: Sequence[str]) -> list[str]:
        """What keeps its service from being well, after what stands `beside` it.

        That it is still taking in what it found is said where nothing else is: people are served already, but
        who signed in elsewhere may not be known here yet.
        """
        trouble = [*beside, *self.trouble.values(), *self.waiting.values()]
        return trouble if trouble or self.caught_up else ["takes in the directory first"]

    async def _read(self) -> None:
        # "earliest": where our offset is gone by now, what is left is read, and not only what is new.
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap, enable_auto_commit=False, auto_offset_reset="earliest"
        )
        self._batch.clear()
        try:
            await consumer.start()
            pauses = Pauses(consumer)
            places = await self._places(consumer)
            self.trouble.pop(READING, None)
            ends = await consumer.end_offsets(places)
            while True:
                pauses.resume_due()
                for place, records in (await consumer.getmany(timeout_ms=500, max_records=BATCH)).items():
                    await self._partition(pauses, place, records)
                await self._note_lag(consumer, places)
                if not self.caught_up:
                    self.caught_up = all([await consumer.position(p) >= end for p, end in ends.items()])
        finally:
            await consumer.stop()

    async def _places(self, consumer: AIOKafkaConsumer) -> list[TopicPartition]:
        places = places_of(self._prefix, self._topics)
        consumer.assign(places)
        known = await places_kept(self._pool)
        ends = await consumer.end_offsets(places)
        for place in places:
            next_offset, self._epochs[place] = known.get((self._short(place), place.partition), (None, 1))
            if next_offset is None or next_offset > ends[place]:
                await to_the_beginning(consumer, [place])
            else:
                # The last one again: were the topic lost and filled anew up to here, its epoch tells.
                consumer.seek(place, max(next_offset - 1, 0))
        return places

    async def _partition(
        self, pauses: Pauses, place: TopicPartition, records: Sequence[ConsumerRecord]
    ) -> None:
        next_offset = records[0].offset
        read = [self._as_read(place, found) for found in records]
        passed = superseded(read) if self._short(place) not in self._replicas else frozenset[int]()
        try:
            for found, (spot, record) in zip(records, read, strict=True):
                self._check_epoch(place, record)
                if found.offset not in passed and not (await self._policy.consume(spot, record)).commits:
                    break
                next_offset = found.offset + 1
            await self._settle(place, next_offset)
            self._failures.pop(place, None)
            self.trouble.pop(_name(place), None)
            if next_offset <= records[-1].offset:
                pauses.rest(place, next_offset, RETRY_SECONDS[0])
        except _NewEpoch as new:
            self._batch.clear()
            log.warning("%s starts over, as epoch %s", _name(place), new.epoch)
            self._epochs[place] = new.epoch
            for other in self._of_the_same_owner(place):
                pauses.rest(other, 0, 0.0)
        except Exception as failure:
            # Policy 5, an owner: keep the offset, go on serving, try this partition again.
            self._batch.clear()
            log.error("intake of %s stopped at a record; trying again", _name(place), exc_info=failure)
            self.trouble[_name(place)] = f"{self._short(place)} does not move: {type(failure).__name__}"
            pauses.rest(place, records[0].offset, self._back_off(place))

    def _as_read(self, place: TopicPartition, found: ConsumerRecord) -> tuple[Place, Record]:
        return Place(self._short(place), place.partition, found.offset), record_of(found)

    def _of_the_same_owner(self, place: TopicPartition) -> list[TopicPartition]:
        # All of them: one that was filled anew up to exactly where we stand gives us nothing to notice it by.
        lineages = {self._prefix + topic.name: topic.lineage for topic in self._topics}
        return [other for other in self._epochs if lineages[other.topic] == lineages[place.topic]]

    def _check_epoch(self, place: TopicPartition, record: Record) -> None:
        try:
            _, envelope = envelope_of(record)
        except Undecodable:
            return  # The policy judges it, and buries it.
        if envelope.epoch > self._epochs[place]:
            raise _NewEpoch(envelope.epoch)

    def _back_off(self, place: TopicPartition) -> float:
        self._failures[place] = self._failures.get(place, 0) + 1
        return RETRY_SECONDS[min(self._failures[place], len(RETRY_SECONDS)) - 1]

    async def _take(self, event: Event) -> None:
        if BY_STATE[type(event.state)].name in self._replicas:
            self._batch.append(event)
        else:
            with telemetry.step(f"heed {event.state.TYPE}", read(event.envelope.traceparent)):
                await self._on_hint(event)

    async def _settle(self, place: TopicPartition, next_offset: int) -> None:
        events, self._batch = self._batch, []
        short = self._short(place)
        async with self._pool.acquire() as connection, connection.transaction():
            if events:
                await keep(connection, events)
            await move(connection, (short, place.partition), next_offset, self._epochs[place])
        if events:
            await self._on_replica(events)

    async def _note_lag(self, consumer: AIOKafkaConsumer, places: Sequence[TopicPartition]) -> None:
        for place in places:
            end = consumer.highwater(place)
            if end is not None:
                self._lag[place] = max(0, end - await consumer.position(place))

    def _short(self, place: TopicPartition) -> str:
        return place.topic[len(self._prefix) :]


def superseded(records: Sequence[tuple[Place, Record]]) -> frozenset[int]:
    """Offsets of what a later record of the same key says anew.

    What cannot be read neither says anything nor is passed: it is the policy's to bury. Nothing behind a
    record that has to wait for an upgrade counts, since it waits too.
    """
    # Nearly always each speaks of another thing, and nothing has to be read twice to know.
    if len({record.key for _, record in records}) == len(records):
        return frozenset()
    offsets: dict[bytes, list[int]] = {}
    for spot, record in records:
        try:
            event_in(spot, record)
        except Undecodable:
            continue
        except NewerVersion:
            break
        offsets.setdefault(record.key, []).append(spot.offset)
    return frozenset(offset for each in offsets.values() for offset in each[:-1])


def _name(place: TopicPartition) -> str:
    return f"{place.topic}/{place.partition}"
