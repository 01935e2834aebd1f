"""Partitions that rest until a moment, while their consumer goes on with the others."""

import time
from collections.abc import Callable

from aiokafka import AIOKafkaConsumer, TopicPartition


class Pauses:
    """Of one consumer. Nothing sleeps: whoever reads in a loop asks `resume_due` each round."""

    def __init__(self, consumer: AIOKafkaConsumer, elapsed: Callable[[], float] = time.monotonic) -> None:
        self._consumer = consumer
        self._elapsed = elapsed
        self._until: dict[TopicPartition, float] = {}

    def rest(self, place: TopicPartition, offset: int, seconds: float) -> None:
        """Go on at `offset` of this partition, after so many seconds."""
        # In this order: aiokafka 0.14 throws away what it fetched ahead of a seek.
        self._consumer.seek(place, offset)
        self._consumer.pause(place)
        self._until[place] = self._elapsed() + seconds

    def resume_due(self) -> None:
        """Let the partitions go on whose rest is over."""
        for place in [each for each, end in self._until.items() if end <= self._elapsed()]:
            del self._until[place]
            self._consumer.resume(place)
