"""Carries an owner's outbox to Kafka: one active relay, in order, at least once."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Any, Final
from zlib import crc32

import asyncpg
from aiokafka import AIOKafkaProducer

from schemas.envelope import Record
from schemas.topics import BY_TYPE
from services.runtime import metrics, telemetry
from services.runtime.database import AWAY
from services.runtime.ports import Lease, LeaseLost, Outbox, Publisher, Unpublished
from services.runtime.trace import HEADER, read

BATCH: Final = 500
"""Rows read at once."""

POLL_SECONDS: Final = 0.05
QUIET: Final = 8
"""The net under notifications: a row that nobody told of waits at most eight times as long, for while nothing
comes each look is twice as late as the one before. Three relays that look 20 times a second are a tenth of a
core that does nothing."""

LOOKS: Final = 4
LOOK_AGAIN_SECONDS: Final = 0.005
"""So often, and so soon, it looks again for rows that it was told of and that do not show yet."""

STALE_SECONDS: Final = 2.0
"""Rows read longer ago than this are only published after the lease is confirmed again: a process that was
paused must not put an old version behind a newer one, where compaction would keep it for ever."""

IDLE_SECONDS: Final = 5
"""Postgres ends the lease's session after this silence, so that a stopped process loses the lease."""

PING_SECONDS: Final = 1.0


class Relay:
    """Moves rows from an outbox to a publisher while the lease is held."""

    def __init__(
        self,
        outbox: Outbox,
        publisher: Publisher,
        lease: Lease,
        prefix: str = "",
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        self._outbox = outbox
        self._publisher = publisher
        self._lease = lease
        self._prefix = prefix
        self._elapsed = elapsed
        self._relayed = metrics.counter(metrics.RELAYED)

    async def drain(self) -> int:
        """Publish one batch and forget it; how many rows that were. Raises LeaseLost."""
        read_at, began = self._elapsed(), time.time_ns()
        rows = await self._outbox.read(BATCH)
        if not rows:
            return 0
        if self._elapsed() - read_at > STALE_SECONDS:
            await self._lease.confirm()
        await self._publisher.publish(
            [(self._prefix + BY_TYPE[row.aggregate].name, row.record) for row in rows]
        )
        if telemetry.listens():
            _tell_of(rows, began)
        await self._outbox.remove([row.position for row in rows])
        self._relayed.inc(len(rows))
        return len(rows)

    async def run(self, woken: asyncio.Event) -> None:
        """Drain for ever; `woken` is set by notifications. Raises LeaseLost.

        Told of rows that do not show yet, it looks again at once: a transaction that began earlier keeps them
        back, and when that one ends without a row of its own, nobody says so.
        """
        looks, pause = 0, POLL_SECONDS
        while True:
            await self._lease.confirm()
            woken.clear()
            moved = await self.drain()
            if moved < BATCH:
                looks = 0 if moved else max(0, looks - 1)
                if await _heard(woken, LOOK_AGAIN_SECONDS if looks else pause):
                    looks, pause = LOOKS, POLL_SECONDS
                elif not looks:
                    pause = POLL_SECONDS if moved else min(pause * 2, POLL_SECONDS * QUIET)


def _tell_of(rows: Sequence[Unpublished], began: int) -> None:
    for row in rows:
        trace = read(dict(row.record.headers).get(HEADER, b"").decode())
        if trace is not None:
            telemetry.tell("relay", trace.child(), began, topic=BY_TYPE[row.aggregate].name)


async def _heard(woken: asyncio.Event, seconds: float) -> bool:
    """Wait for a notification; whether one came in time."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await woken.wait()
    return woken.is_set()


class PostgresLease:
    """An advisory lock on a connection of its own, kept awake by a ping each second."""

    def __init__(self, connection: "asyncpg.Connection[Any]", lock: int) -> None:
        self._connection = connection
        self._lock = lock
        self._confirmed = 0.0
        # A connection takes one question at a time, and more than one task asks.
        self._asking = asyncio.Lock()

    async def confirm(self) -> None:
        """Ping when the last answer is older than a second. Raises LeaseLost when the session is gone."""
        async with self._asking:
            if time.monotonic() - self._confirmed >= PING_SECONDS:
                await self._ping()

    async def hold(self) -> None:
        """Ping each second, for ever, whatever else goes on. Raises LeaseLost when the session is gone."""
        while True:
            async with self._asking:
                await self._ping()
            await asyncio.sleep(PING_SECONDS)

    async def _ping(self) -> None:
        try:
            await self._connection.fetchval("SELECT 1", timeout=IDLE_SECONDS)
        except AWAY as error:
            raise LeaseLost(str(error)) from error
        self._confirmed = time.monotonic()

    async def acquire(self) -> bool:
        """Whether this process is now the active relay; False: another one is."""
        async with self._asking:
            return bool(await self._connection.fetchval("SELECT pg_try_advisory_lock($1)", self._lock))


@asynccontextmanager
async def lease_on(dsn: str, owner: str) -> AsyncIterator[PostgresLease]:
    """A lease for one owner's relay, not yet acquired; given up when the block ends."""
    settings = {"idle_session_timeout": f"{IDLE_SECONDS}s"}
    connection = await asyncpg.connect(dsn, server_settings=settings)
    try:
        yield PostgresLease(connection, crc32(f"relay {owner}".encode()))
    finally:
        connection.terminate()


class KafkaPublisher:
    """An idempotent producer: all replicas acknowledge, no linger, order kept per key."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._producer: AIOKafkaProducer | None = None

    async def publish(self, records: Sequence[tuple[str, Record]]) -> None:
        """Send all, then wait for all acknowledgements; a failed producer is replaced by a new one."""
        producer = await self._started()
        try:
            sent = [
                await producer.send(topic, record.value, record.key, headers=list(record.headers))
                for topic, record in records
            ]
            await asyncio.gather(*sent)
        except BaseException:
            # A producer can be stuck after a broker's restart (OutOfOrderSequence, aiokafka 0.14).
            await self.stop()
            raise

    async def stop(self) -> None:
        """Close the producer; the next publish starts another."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()

    async def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap, enable_idempotence=True, acks="all", linger_ms=0
            )
            await producer.start()
            self._producer = producer
        return self._producer
