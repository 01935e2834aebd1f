"""The second process of every owner: waits for the lease, relays, and says how old the oldest row is."""

import asyncio
import contextlib
import logging
import time
from collections.abc import Coroutine
from typing import Any, Final

import asyncpg

from schemas.topics import owned_by
from services.runtime.database import open_pool
from services.runtime.health import Health, health_server
from services.runtime.journal import CHANNEL, PostgresOutbox
from services.runtime.ports import LeaseLost
from services.runtime.process import end_within, together
from services.runtime.relay import KafkaPublisher, PostgresLease, Relay, lease_on
from services.runtime.settings import OwnerSettings
from services.runtime.tail import Tail

log: Final = logging.getLogger(__name__)

ACQUIRE_SECONDS: Final = 0.5
LATE_SECONDS: Final = 10.0
"""An outbox row older than this means that the world does not hear what was decided."""

_STATE: Final = """
SELECT count(*) AS waiting, coalesce(extract(epoch FROM now() - min(journal.at)), 0) AS age
FROM outbox JOIN journal USING (aggregate, key, version)
"""


class Watch:
    """What the relay knows of its own progress."""

    def __init__(self) -> None:
        self.active = False
        self.waiting = 0
        self.age = 0.0
        self.looked_at = time.monotonic()

    def health(self) -> Health:
        """Healthy while rows leave in time, or while another relay is the active one."""
        silent = time.monotonic() - self.looked_at
        if silent > LATE_SECONDS:
            return Health(healthy=False, why=f"the outbox was not looked at for {silent:.0f} s")
        details = {"active": str(self.active).lower(), "oldest_seconds": f"{self.age:.1f}"}
        late = self.active and self.age > LATE_SECONDS
        why = f"the oldest unpublished row is {self.age:.0f} s old" if late else ""
        return Health(healthy=not late, why=why, lag=self.waiting, details=details)


async def relay(settings: OwnerSettings, owner: str) -> None:
    """Relay for ever. Raises LeaseLost and what Kafka raises: the process ends and is started again."""
    pool = await open_pool(settings.database, 3)
    publisher = KafkaPublisher(settings.kafka)
    watch = Watch()
    try:
        async with (
            health_server(settings.http_port, watch.health),
            lease_on(settings.database, owner) as lease,
        ):
            tail = Tail(pool, settings.kafka, settings.topic_prefix, owned_by(owner))
            work = _work(settings, owner, pool, publisher, lease)
            await together(_look(pool, watch), _once_active(lease, watch, work, tail.run()))
    finally:
        await publisher.stop()
        pool.terminate()


async def _once_active(
    lease: PostgresLease, watch: Watch, work: Coroutine[Any, Any, None], tailing: Coroutine[Any, Any, None]
) -> None:
    await _acquire(lease, watch)
    await together(work, tailing, _hold(lease))


async def _hold(lease: PostgresLease) -> None:
    try:
        await lease.hold()
    except LeaseLost as lost:
        log.error("the lease is lost, another relay may be active: %s", lost)
        # Not in order: a producer that stops in order sends what it still holds.
        end_within(0.0)
        raise


async def _acquire(lease: PostgresLease, watch: Watch) -> None:
    # The lock tells nobody when it is free: asking again is the only way.
    while not await lease.acquire():  # noqa: ASYNC110
        await asyncio.sleep(ACQUIRE_SECONDS)
    watch.active = True


async def _work(
    settings: OwnerSettings,
    owner: str,
    pool: "asyncpg.Pool[Any]",
    publisher: KafkaPublisher,
    lease: PostgresLease,
) -> None:
    woken = asyncio.Event()
    outbox = PostgresOutbox(pool, f"urn:noaber:{owner}")
    async with pool.acquire() as ears:
        await ears.add_listener(CHANNEL, lambda *_: woken.set())
        await Relay(outbox, publisher, lease, settings.topic_prefix).run(woken)


async def _look(pool: "asyncpg.Pool[Any]", watch: Watch) -> None:
    while True:
        # While the database is away nothing is looked at, and health says so by itself.
        with contextlib.suppress(asyncpg.PostgresError, asyncpg.InterfaceError, OSError):
            row = await pool.fetchrow(_STATE, timeout=5)
            assert row is not None
            watch.waiting, watch.age = int(row["waiting"]), float(row["age"])
            watch.looked_at = time.monotonic()
        await asyncio.sleep(1)
