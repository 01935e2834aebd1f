"""A Faust worker with our settings: acknowledges last, buries what cannot be read, ends when it fails."""

import asyncio
import logging
import time
from collections.abc import AsyncIterable, AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, cast

import faust
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from faust.contrib.asgi import bind_to_running_loop
from faust.tables.table import Table
from faust.types import StreamT, TopicT
from mode.supervisors import CrashingSupervisor

from schemas.envelope import Record
from schemas.topics import Topic
from services.runtime import metrics
from services.runtime.consume import Policy
from services.runtime.health import Health
from services.runtime.places import places_of
from services.runtime.ports import Place

SESSION_SECONDS: Final = 10
REBALANCE_SECONDS: Final = 15
HEARTBEAT_SECONDS: Final = 2
"""Faust waits 60 s by default before it gives a dead worker's partitions to another."""

COMMIT_SECONDS: Final = 1
STOP_SECONDS: Final = 4
LOOK_SECONDS: Final = 1
STUCK_SECONDS: Final = 20
"""Records wait and the committed offset has not moved for so long: it is stuck, whatever it answers."""

GIVE_UP_SECONDS: Final = 30
"""Stuck for so long, it ends and is started again: a worker that was given no partitions while the topics of
a lost broker were being made anew never asks for them (faust 0.15)."""


@dataclass(frozen=True)
class Group:
    """Which consumer group this is, and as which member of it: a second one of that name fences the first."""

    name: str
    bootstrap: str
    prefix: str = ""
    member: str = "0"
    data_home: Path = Path()
    replicas: int = 1
    """Brokers that hold what it remembers."""

    @property
    def id(self) -> str:
        """The group's id in Kafka."""
        return self.prefix + self.name


class _Event(Protocol):
    @property
    def message(self) -> "_Message": ...

    def ack(self) -> bool: ...


class _Message(Protocol):
    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Mapping[str, bytes] | list[tuple[str, bytes]] | None


class _ManualStream(Protocol):
    def noack(self) -> "_ManualStream": ...

    def events(self) -> AsyncIterable[_Event]: ...


def worker_app(group: Group) -> faust.App:
    """An app of its own, one per process and per test; bytes go in and out, `schemas.codec` reads them."""
    return faust.App(
        id=group.id,
        broker=f"kafka://{group.bootstrap}",
        store="memory://",
        datadir=group.data_home / "faust",
        autodiscover=False,
        web_enabled=False,
        key_serializer="raw",
        value_serializer="raw",
        agent_supervisor=CrashingSupervisor,
        broker_session_timeout=SESSION_SECONDS,
        broker_rebalance_timeout=REBALANCE_SECONDS,
        broker_heartbeat_interval=HEARTBEAT_SECONDS,
        broker_commit_interval=COMMIT_SECONDS,
        consumer_group_instance_id=f"{group.id}-{group.member}",
        consumer_auto_offset_reset="earliest",
        topic_disable_leader=True,
        topic_replication_factor=group.replicas,
        table_standby_replicas=0,
        stream_wait_empty=False,
        worker_redirect_stdouts=False,
    )


def source(app: faust.App, group: Group, topic: Topic) -> TopicT:
    """A topic to read; it exists already, since one made in passing loses events (faust 0.15)."""
    return app.topic(
        group.prefix + topic.name,
        key_type=bytes,
        value_type=bytes,
        key_serializer="raw",
        value_serializer="raw",
        partitions=topic.partitions,
        allow_empty=True,
    )


def bytes_table(app: faust.App, name: str, topic: Topic) -> Table[bytes, bytes]:
    """A table of bytes by bytes, partitioned as the topic whose events change it."""
    made = app.Table(name, partitions=topic.partitions, key_type=bytes, value_type=bytes)
    table = cast(Table[bytes, bytes], made)
    # faust 0.15 offers no argument for these: as JSON, keys would come back from the changelog as text.
    table.key_serializer = table.value_serializer = "raw"
    return table


async def consume(stream: "StreamT[bytes]", policy: Policy, prefix: str) -> None:
    """Take each event by the one failure policy and acknowledge it afterwards.

    A partition that may not move on is left alone, unacknowledged, until this process is started again. What
    the handler raises beyond Refused and Rejected ends the process.
    """
    waiting: set[tuple[str, int]] = set()
    # faust 0.15: StreamT lacks `noack` in its types. `async with event` would acknowledge a failure too.
    async for event in cast(_ManualStream, stream).noack().events():
        message = event.message
        if (message.topic, message.partition) in waiting:
            continue
        place = Place(message.topic.removeprefix(prefix), message.partition, message.offset)
        headers = tuple(dict(message.headers or {}).items())
        record = Record(message.key or b"", message.value or b"", headers)
        if (await policy.consume(place, record)).commits:
            event.ack()
        else:
            waiting.add((message.topic, message.partition))


async def run_worker(app: faust.App) -> None:
    """Run until cancelled. Raises what crashed the app: a pure consumer ends and is started again."""
    # What it says at INFO is its own starting and stopping, twenty lines each time.
    for name in ("faust", "mode"):
        logging.getLogger(name).setLevel(logging.WARNING)
    bind_to_running_loop(app)
    app.finalize()
    try:
        await app.start()
        await app.wait_until_stopped()
    finally:
        await asyncio.wait_for(app.stop(), STOP_SECONDS)
    raise app.crash_reason or RuntimeError(f"{app.conf.id} stopped by itself")


@asynccontextmanager
async def producer(bootstrap: str) -> AsyncIterator[AIOKafkaProducer]:
    """A producer for dead letters while the block runs."""
    made = AIOKafkaProducer(bootstrap_servers=bootstrap, enable_idempotence=True, acks="all")
    await made.start()
    try:
        yield made
    finally:
        await made.stop()


Waiting = Mapping[tuple[str, int], str]
"""Partitions that may not move on, and why."""


class Stuck(Exception):
    """Records wait and the worker takes none, though nothing forbids it."""


class LetGo(Exception):
    """A partition that stood still may move on: what was passed meanwhile is read again from the start."""


class Progress:
    """Compares a group's committed offsets with the ends of its topics, from outside the worker.

    A worker can stop consuming and still answer (faust 0.15), so this asks Kafka and not the worker.
    """

    def __init__(self, group: Group, *topics: Topic, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._group = group
        self._places = places_of(group.prefix, topics)
        self._elapsed = elapsed
        self._committed: dict[TopicPartition, int] = {}
        self._moved_at = elapsed()
        self._looked_at: float | None = None
        self._stood: frozenset[tuple[str, int]] = frozenset()
        self.lag = 0
        self._lags: dict[str, int] = {}
        metrics.before_telling(self._tell)

    async def run(self, waiting: Callable[[], Waiting]) -> None:
        """Look each second, for ever, from when the worker begins. Raises Stuck and LetGo."""
        self._moved_at = self._elapsed()
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._group.bootstrap, group_id=self._group.id, enable_auto_commit=False
        )
        await consumer.start()
        try:
            consumer.assign(self._places)
            starts = await consumer.beginning_offsets(self._places)
            while True:
                committed = {
                    place: await consumer.committed(place) or starts[place] for place in self._places
                }
                self.note(committed, await consumer.end_offsets(self._places))
                self.judge(waiting())
                await asyncio.sleep(LOOK_SECONDS)
        finally:
            await consumer.stop()

    def note(self, committed: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]) -> None:
        """What was found."""
        self._looked_at = self._elapsed()
        behind = {place: max(0, end - committed[place]) for place, end in ends.items()}
        lag = sum(behind.values())
        names = ((place.topic.removeprefix(self._group.prefix), each) for place, each in behind.items())
        self._lags = metrics.by_topic(names)
        # While nothing waits there is nothing to move: the time counts from when something does.
        if committed != self._committed or self.lag == 0:
            self._moved_at = self._looked_at
        self._committed, self.lag = dict(committed), lag

    def _tell(self) -> None:
        metrics.tell_lag(self._lags)

    def judge(self, waiting: Waiting) -> None:
        """End a worker that takes nothing for no known reason, or may take again what it passed over.

        Raises Stuck and LetGo.
        """
        stood, self._stood = self._stood, frozenset(waiting)
        if free := stood - self._stood:
            raise LetGo(", ".join(f"{topic}/{number}" for topic, number in sorted(free)))
        if self.lag and not waiting and self._elapsed() - self._moved_at > GIVE_UP_SECONDS:
            raise Stuck(self._stuck())

    def health(self, waiting: Waiting) -> Health:
        """Healthy while the committed offsets advance; `waiting` are partitions that may not move on."""
        if waiting:
            why = "; ".join(f"{topic}/{number} {each}" for (topic, number), each in waiting.items())
            return Health(healthy=False, why=why, lag=self.lag)
        now = self._elapsed()
        if self._looked_at is None or now - self._looked_at > STUCK_SECONDS:
            return Health(healthy=False, why="Kafka does not say how far this group is", lag=self.lag)
        if self.lag and now - self._moved_at > STUCK_SECONDS:
            return Health(healthy=False, why=self._stuck(), lag=self.lag)
        return Health(healthy=True, lag=self.lag)

    def _stuck(self) -> str:
        silent = self._elapsed() - self._moved_at
        return f"{self.lag} records wait and none was taken for {silent:.0f} s"
