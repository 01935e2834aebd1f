"""The second process of every owner: waits for the lease, relays, and says how old the oldest row is."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Final

import asyncpg

from schemas.events.seal import Seal
from schemas.topics import owned_by
from services.runtime import metrics
from services.runtime.database import AWAY, open_pool
from services.runtime.health import Health, health_server
from services.runtime.now import clock
from services.runtime.outbox import CHANNEL, PostgresOutbox
from services.runtime.ports import LeaseLost
from services.runtime.prepare import create_topics
from services.runtime.process import end_within, together
from services.runtime.relay import KafkaPublisher, PostgresLease, Relay, lease_on
from services.runtime.sealer import Sealer
from services.runtime.settings import OwnerSettings
from services.runtime.tail import Tail

log: Final = logging.getLogger(__name__)

CONNECTIONS: Final = 5
"""One each to hear of new rows, to move them, to look at them, to compare them and to seal them."""

ACQUIRE_SECONDS: Final = 0.5
LATE_SECONDS: Final = 10.0
"""An outbox row older than this means that the world does not hear what was decided."""

LAST_BACKUP: Final = "last-backup"
"""A file beside the data of the services: each backup of their database that is finished writes it anew.

It is there where the platform's own command makes the backups, from the first start on. In containers and
in a cluster others make them, and a relay does not speak of what it cannot know.
"""

MANY: Final = 100
"""A repair is a row or two; more rows to be told again are a whole story, with holes until it is told."""

_STATE: Final = """
SELECT count(*) AS waiting, count(*) FILTER (WHERE outbox.version IS NULL) AS again,
       coalesce(extract(epoch FROM now() - min(journal.at)), 0) AS age,
       (SELECT count(*) FROM unsealed) AS unsealed
FROM outbox LEFT JOIN journal USING (aggregate, key, version)
"""
"""Rows that ask for the newest state there is have no age: they tell nothing new."""


class Watch:
    """What the relay knows of its own progress."""

    def __init__(self, last_backup: Path = Path(LAST_BACKUP)) -> None:
        self.last_backup = last_backup
        self.active = False
        self.waiting = 0
        self.again = 0
        self.unsealed = 0
        self.age = 0.0
        self.looked_at = time.monotonic()
        self.tail: Tail | None = None

    def health(self) -> Health:
        """Healthy while rows leave in time and the topics are whole, or while another relay is active."""
        silent = time.monotonic() - self.looked_at
        if silent > LATE_SECONDS:
            return Health(healthy=False, why=f"the outbox was not looked at for {silent:.0f} s")
        details = {"active": str(self.active).lower(), "oldest_seconds": f"{self.age:.1f}"}
        why = self._trouble() if self.active else ""
        return Health(healthy=not why, why=why, lag=self.waiting, details=details)

    def tell(self) -> None:
        """The same for Prometheus."""
        if self.last_backup.exists():
            metrics.gauge(metrics.LAST_BACKUP).set(self.last_backup.stat().st_mtime)
        metrics.gauge(metrics.RELAY_ACTIVE).set(self.active)
        metrics.gauge(metrics.RELAY_WAITING).set(self.waiting)
        metrics.gauge(metrics.RELAY_OLDEST).set(self.age)
        metrics.gauge(metrics.UNSEALED).set(self.unsealed)

    def _trouble(self) -> str:
        if self.age > LATE_SECONDS:
            return f"the oldest unpublished row is {self.age:.0f} s old"
        if self.again > MANY:
            return f"tells everything again: {self.again} states to go"
        if self.tail is None or not self.tail.reconciled.is_set():
            return "compares the topics with the journal"
        return ""


async def relay(settings: OwnerSettings, owner: str) -> None:
    """Relay for ever. Raises LeaseLost, LogLost and what Kafka raises: the process ends and starts again."""
    pool = await open_pool(settings.database, CONNECTIONS)
    publisher = KafkaPublisher(settings.kafka)
    process = _Process(settings, owner, pool, publisher)
    metrics.before_telling(process.watch.tell)
    try:
        async with health_server(settings.http_port, process.watch.health, settings.http_host):
            # A topic that was deleted is there again before anybody asks what is missing in it.
            await create_topics(settings.kafka, settings.topic_prefix, settings.topic_replicas)
            async with lease_on(settings.database, owner) as lease:
                await together(process.look(), process.once_active(lease))
    finally:
        await publisher.stop()
        pool.terminate()


class _Process:
    """What the relay of one owner does at the same time."""

    def __init__(
        self, settings: OwnerSettings, owner: str, pool: "asyncpg.Pool[Any]", publisher: KafkaPublisher
    ) -> None:
        self._settings = settings
        self._owner = owner
        self._pool = pool
        self._publisher = publisher
        self.watch = Watch(settings.data_home.parent / LAST_BACKUP)

    async def look(self) -> None:
        """Look each second at what waits."""
        while True:
            # While the database is away nothing is looked at, and health says so by itself.
            with contextlib.suppress(*AWAY):
                row = await self._pool.fetchrow(_STATE, timeout=5)
                assert row is not None
                self.watch.waiting, self.watch.age = int(row["waiting"]), float(row["age"])
                self.watch.again, self.watch.unsealed = int(row["again"]), int(row["unsealed"])
                self.watch.looked_at = time.monotonic()
            await asyncio.sleep(1)

    async def once_active(self, lease: PostgresLease) -> None:
        """Wait for the lease; with it, move, compare and seal."""
        # The lock tells nobody when it is free: asking again is the only way.
        while not await lease.acquire():  # noqa: ASYNC110
            await asyncio.sleep(ACQUIRE_SECONDS)
        self.watch.active = True
        topics = owned_by(self._owner)
        tail = Tail(self._pool, self._settings.kafka, self._settings.topic_prefix, topics)
        self.watch.tail = tail
        (kind,) = (topic.state for topic in topics if issubclass(topic.state, Seal))
        sealer = Sealer(self._pool, kind, clock(self._settings.clock_offset_seconds))
        await while_held(lease, self._move(lease), tail.run(), sealer.run())

    async def _move(self, lease: PostgresLease) -> None:
        woken = asyncio.Event()
        outbox = PostgresOutbox(self._pool, f"urn:noaber:{self._owner}")
        async with self._pool.acquire() as ears:
            await ears.add_listener(CHANNEL, lambda *_: woken.set())
            await Relay(outbox, self._publisher, lease, self._settings.topic_prefix).run(woken)


async def while_held(lease: PostgresLease, *works: Coroutine[Any, Any, None]) -> None:
    """Work until one part ends or the lease is lost. Raises LeaseLost and what a part raises."""
    await together(*works, _hold(lease))


async def _hold(lease: PostgresLease) -> None:
    try:
        await lease.hold()
    except LeaseLost as lost:
        log.error("the lease is lost, another relay may be active: %s", lost)
        # Not in order: a producer that stops in order sends what it still holds.
        end_within(0.0)
        raise
