"""Reads an owner's own topics behind its relay, and publishes again what an older record has covered.

A relay that was paused and woke up late can put an old version behind a newer one, where compaction would
keep it for ever. It checks its lease before it sends, but between that check and the last acknowledgement
nothing holds it; so the active relay looks at what really stands last.
"""

import asyncio
from collections.abc import Sequence
from typing import Any, Final

import asyncpg
from aiokafka import AIOKafkaConsumer, TopicPartition

from schemas.codec import NewerVersion, Undecodable, decode
from schemas.envelope import Record
from schemas.topics import Topic

# The newest version goes out once more. If a command writes a newer one meanwhile, that may be covered in its
# turn; then this is found and done again, until the newest stands last.
_AGAIN: Final = """
INSERT INTO outbox (aggregate, key, version)
SELECT aggregate, key, version FROM journal WHERE aggregate = $1 AND key = $2 ORDER BY version DESC LIMIT 1
"""

Order = tuple[int, int]


class Tail:
    """What was published, per key: the newest version seen, and the one that stands last."""

    def __init__(
        self, pool: "asyncpg.Pool[Any]", bootstrap: str, prefix: str, topics: Sequence[Topic]
    ) -> None:
        self._pool = pool
        self._bootstrap = bootstrap
        self._prefix = prefix
        self._topics = topics
        self._newest: dict[tuple[str, str], Order] = {}
        self._last: dict[tuple[str, str], Order] = {}
        self.repaired = 0

    async def run(self) -> None:
        """Look for ever. Raises what Kafka and Postgres raise: the relay ends and is started again."""
        consumer = AIOKafkaConsumer(bootstrap_servers=self._bootstrap, enable_auto_commit=False)
        await consumer.start()
        try:
            places = [
                TopicPartition(self._prefix + topic.name, number)
                for topic in self._topics
                for number in range(topic.partitions)
            ]
            consumer.assign(places)
            await consumer.seek_to_beginning(*places)
            while True:
                for records in (await consumer.getmany(timeout_ms=500)).values():
                    for found in records:
                        self._note(Record(found.key or b"", found.value or b"", tuple(found.headers)))
                await self._repair()
                await asyncio.sleep(0)
        finally:
            await consumer.stop()

    def _note(self, record: Record) -> None:
        try:
            event = decode(record)
        except (Undecodable, NewerVersion):
            return  # Not ours to repair: consumers bury it or wait, and say so.
        place = (event.state.TYPE, event.envelope.key)
        self._last[place] = event.envelope.order
        self._newest[place] = max(event.envelope.order, self._newest.get(place, (0, 0)))

    async def _repair(self) -> None:
        covered = [place for place, order in self._last.items() if order < self._newest[place]]
        for aggregate, key in covered:
            await self._pool.execute(_AGAIN, aggregate, key)
            # Asked for once; what comes back is noted like any other record.
            self._last[aggregate, key] = self._newest[aggregate, key]
            self.repaired += 1
