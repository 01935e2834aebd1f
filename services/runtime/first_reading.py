"""Reads a partition for the first time: of all records of a key only the newest is ever decoded.

A log that nobody compacted holds every version; to decode those that the next one replaces took ten times as
long as reading them.
"""

import asyncio
from collections.abc import Sequence
from typing import Final

from aiokafka import ConsumerRecord

from schemas.codec import order_of
from schemas.envelope import Event
from services.runtime.consume import event_in
from services.runtime.places import record_of
from services.runtime.ports import Place

AT_A_TIME: Final = 200
"""Events decoded before whoever else waits for this process has a turn: about 10 ms."""


class FirstReading:
    """The newest record per key of one partition, as bytes, up to where that partition ended at the start."""

    def __init__(self, topic: str, partition: int, end: int) -> None:
        self._topic = topic
        self._partition = partition
        self.end = end
        self._newest: dict[bytes | None, tuple[tuple[int, int], ConsumerRecord]] = {}

    def note(self, records: Sequence[ConsumerRecord]) -> None:
        """Keep what is newer than what was kept. Raises Undecodable where a record does not say its order."""
        newest = self._newest
        for found in records:
            order = order_of(found.headers)
            known = newest.get(found.key)
            if known is None or known[0] < order:
                newest[found.key] = (order, found)

    async def events(self) -> list[tuple[int, Event]]:
        """Offset and event of every key, in the order of the log. Raises Undecodable and NewerVersion."""
        events: list[tuple[int, Event]] = []
        for found in sorted((found for _, found in self._newest.values()), key=lambda each: each.offset):
            place = Place(self._topic, self._partition, found.offset)
            events.append((found.offset, event_in(place, record_of(found))))
            if len(events) % AT_A_TIME == 0:
                await asyncio.sleep(0)
        return events
