"""Reads an owner's own topics behind its relay, and has published again what is missing or covered there.

Two things can go wrong with what was acknowledged. An older record can cover a newer one: a relay that was
paused and woke up late checks its lease before it sends, but between that check and the last acknowledgement
nothing holds it, and compaction would keep the old version for ever. And the log itself can be lost: a topic
deleted, a broker's disk gone.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Sequence, Set
from contextlib import asynccontextmanager
from typing import Any, Final

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError, KafkaTimeoutError

from schemas.codec import Undecodable, envelope_of
from schemas.envelope import Record
from schemas.topics import Topic
from services.runtime.outbox import PASSING, begin_epoch, say_again
from services.runtime.places import places_of, record_of, to_the_beginning

log: Final = logging.getLogger(__name__)

POLL_MS: Final = 500
LOOK_SECONDS: Final = 5.0
"""How often it is asked whether the topics are still there; a lost one is found within this and a moment."""

ASK_SECONDS: Final = 3.0

# What the outbox still holds was perhaps not published; all else was acknowledged by Kafka. What is over by
# itself may be gone from its topic by now, and is missed by nobody.
_PUBLISHED: Final = """
SELECT aggregate, key, max(version) AS version FROM journal
LEFT JOIN unnest($1::text[], $2::interval[]) AS passing (aggregate, over_after) USING (aggregate)
WHERE (over_after IS NULL OR at > now() - over_after) AND NOT EXISTS (
    SELECT FROM outbox WHERE outbox.aggregate = journal.aggregate AND outbox.key = journal.key
    AND (outbox.version IS NULL OR outbox.version = journal.version)
)
GROUP BY aggregate, key
"""

Order = tuple[int, int]
"""(epoch, version)."""

Spot = tuple[str, str]
"""Type and key of an aggregate."""


class LogLost(Exception):
    """A topic is gone or shorter than it was: the relay ends, and reconciles when it is started again."""


class Tail:
    """What was published, per key: the newest version seen, and the one that stands last."""

    def __init__(
        self, pool: "asyncpg.Pool[Any]", bootstrap: str, prefix: str, topics: Sequence[Topic]
    ) -> None:
        self._pool = pool
        self._bootstrap = bootstrap
        self._places = places_of(prefix, topics)
        self._newest: dict[Spot, Order] = {}
        self._last: dict[Spot, Order] = {}
        self.repaired = 0
        self.reconciled = asyncio.Event()
        """Set once all that was ever acknowledged is known to stand in the topics, or to be on its way."""

    async def run(self) -> None:
        """Look for ever. Raises LogLost and what Kafka and Postgres raise: the relay starts again."""
        published = {(row["aggregate"], row["key"]): row["version"] for row in await self._rows()}
        async with self._reading() as consumer:
            ends = await self._begin(consumer)
            looked_at = time.monotonic()
            while True:
                for records in (await consumer.getmany(timeout_ms=POLL_MS)).values():
                    for found in records:
                        self._note(record_of(found))
                if self.reconciled.is_set():
                    await self._repair()
                elif await _has_read(consumer, ends):
                    await self._reconcile(published)
                if time.monotonic() - looked_at > LOOK_SECONDS:
                    await self._look_whether_all_is_there(consumer)
                    looked_at = time.monotonic()

    async def _rows(self) -> list[Any]:
        return list(await self._pool.fetch(_PUBLISHED, *PASSING))

    @asynccontextmanager
    async def _reading(self) -> AsyncIterator[AIOKafkaConsumer]:
        # "none": an offset that is not there any more is an error, and never a silent jump.
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap, enable_auto_commit=False, auto_offset_reset="none"
        )
        await consumer.start()
        try:
            yield consumer
        finally:
            await consumer.stop()

    async def _begin(self, consumer: AIOKafkaConsumer) -> dict[TopicPartition, int]:
        """Go to the beginning, and ask where the end is now. Raises LogLost when there is no log."""
        consumer.assign(self._places)
        try:
            await to_the_beginning(consumer, self._places)
            async with asyncio.timeout(ASK_SECONDS):
                return await consumer.end_offsets(self._places)
        except (KafkaTimeoutError, TimeoutError):
            # Nobody answers for a topic that was deleted since this process made sure that it was there.
            self._check_there(await consumer.topics())
            raise

    def _note(self, record: Record) -> None:
        try:
            kind, envelope = envelope_of(record)
        except Undecodable:
            return  # Not ours to repair: consumers bury it or wait, and say so.
        spot = (kind, envelope.key)
        self._last[spot] = envelope.order
        self._newest[spot] = max(envelope.order, self._newest.get(spot, (0, 0)))

    async def _reconcile(self, published: dict[Spot, int]) -> None:
        missing = [spot for spot, version in published.items() if self._newest.get(spot, (0, 0))[1] < version]
        if missing:
            async with self._pool.acquire() as connection, connection.transaction():
                epoch = await begin_epoch(connection)
            log.error(
                "%s of %s states that Kafka acknowledged are not there any more, among them %s: everything "
                "is published again, as epoch %s",
                len(missing),
                len(published),
                missing[0],
                epoch,
            )
        self.reconciled.set()

    async def _repair(self) -> None:
        covered = [spot for spot, order in self._last.items() if order < self._newest[spot]]
        for aggregate, key in covered:
            await say_again(self._pool, aggregate, key)
            # Asked for once; what comes back is noted like any other record.
            self._last[aggregate, key] = self._newest[aggregate, key]
            self.repaired += 1

    async def _look_whether_all_is_there(self, consumer: AIOKafkaConsumer) -> None:
        try:
            async with asyncio.timeout(ASK_SECONDS):
                self._check_there(await consumer.topics())
                ends = await consumer.end_offsets(self._places)
        except (KafkaError, TimeoutError):
            return  # It does not answer: whether something is lost can only be told when it does.
        for place, end in ends.items():
            if end < await consumer.position(place):
                raise LogLost(f"{place.topic}/{place.partition} ends at {end}, before what was read")

    def _check_there(self, there: Set[str]) -> None:
        if gone := {place.topic for place in self._places} - there:
            raise LogLost(f"topics are gone: {', '.join(sorted(gone))}")


async def _has_read(consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]) -> bool:
    return all([await consumer.position(place) >= end for place, end in ends.items()])
