"""A Kafka that is a dictionary: what consumers without a group need of it, and a way to make it fail."""

import asyncio
from dataclasses import dataclass
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.errors import KafkaConnectionError

from schemas.envelope import Record


@dataclass(frozen=True)
class Found:
    """One record as a consumer sees it."""

    offset: int
    key: bytes
    value: bytes
    headers: tuple[tuple[str, bytes], ...]


class Broker:
    """Records per partition; `silent` makes it answer nothing any more."""

    def __init__(self) -> None:
        self.logs: dict[tuple[str, int], list[Found]] = {}
        self.silent = False
        self.options: list[dict[str, Any]] = []

    def add(self, topic: str, partition: int, *records: Record) -> None:
        log = self.logs.setdefault((topic, partition), [])
        for record in records:
            log.append(Found(len(log), record.key, record.value, tuple(record.headers)))

    def consumer(self, **options: Any) -> "Consumer":
        self.options.append(options)
        return Consumer(self)

    def put_in(self, monkeypatch: pytest.MonkeyPatch, module: str) -> None:
        """Let a module of ours talk to this one."""
        monkeypatch.setattr(f"{module}.AIOKafkaConsumer", self.consumer)


class Consumer:
    """The part of AIOKafkaConsumer that is used without a group."""

    def __init__(self, broker: Broker) -> None:
        self._broker = broker
        self._at: dict[TopicPartition, int] = {}
        self._paused: set[TopicPartition] = set()

    async def start(self) -> None:
        if self._broker.silent:
            raise KafkaConnectionError

    async def stop(self) -> None:
        self._at.clear()

    def assign(self, places: list[TopicPartition]) -> None:
        self._at = dict.fromkeys(places, 0)

    def seek(self, place: TopicPartition, offset: int) -> None:
        self._at[place] = offset

    async def seek_to_beginning(self, *places: TopicPartition) -> None:
        self._at.update(dict.fromkeys(places, 0))

    async def position(self, place: TopicPartition) -> int:
        return self._at[place]

    def highwater(self, place: TopicPartition) -> int:
        return len(self._log(place))

    async def end_offsets(self, places: list[TopicPartition]) -> dict[TopicPartition, int]:
        while self._broker.silent:
            await asyncio.sleep(0.01)
        return {place: len(self._log(place)) for place in places}

    def pause(self, *places: TopicPartition) -> None:
        self._paused.update(places)

    def resume(self, *places: TopicPartition) -> None:
        self._paused.difference_update(places)

    async def getmany(
        self, *, timeout_ms: int, max_records: int | None = None
    ) -> dict[TopicPartition, list[Found]]:
        await asyncio.sleep(0.002)
        if self._broker.silent:
            return {}
        found = {
            place: self._log(place)[at:][:max_records]
            for place, at in self._at.items()
            if place not in self._paused
        }
        for place, records in found.items():
            self._at[place] += len(records)
        return {place: records for place, records in found.items() if records}

    def _log(self, place: TopicPartition) -> list[Found]:
        return self._broker.logs.get((place.topic, place.partition), [])
