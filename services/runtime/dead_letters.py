"""Keeps what can never be handled, in Kafka, where an operator can see it."""

from typing import Final

from aiokafka import AIOKafkaProducer

from schemas.envelope import Record
from schemas.values import EVENT_LIMIT
from services.runtime.ports import Place

PLACE: Final = "dead_place"
WHY: Final = "dead_why"
"""Headers that are written beside a record: where it stood, and why it could not be handled."""

MOST_KEY: Final = 1_024
MOST_HEADERS: Final = 16 * 1024


def cut(record: Record) -> Record:
    """A record that fits into a topic with what is written beside it; what was cut off says how long it was.

    One that fills a message to the brim would not fit any more, and its consumer would stop there for ever.
    """
    headers = record.headers
    if sum(len(name) + len(value or b"") for name, value in headers) > MOST_HEADERS:
        headers = (("dead_headers", str(len(headers)).encode()),)
    if len(record.value) > EVENT_LIMIT:
        headers = (*headers, ("dead_size", str(len(record.value)).encode()))
    return Record(record.key[:MOST_KEY], record.value[:EVENT_LIMIT], headers)


class KafkaDeadLetters:
    """Writes to `<topic>.dead`; the producer belongs to the caller, who starts and stops it."""

    def __init__(self, producer: AIOKafkaProducer, prefix: str = "") -> None:
        self._producer = producer
        self._prefix = prefix

    async def bury(self, place: Place, record: Record, why: str) -> None:
        """Store the record with where it stood and why, and return once Kafka has acknowledged it."""
        found = cut(record)
        headers = [
            *found.headers,
            (PLACE, f"{place.topic}/{place.partition}/{place.offset}".encode()),
            (WHY, why[:2_000].encode(errors="backslashreplace")),
        ]
        await self._producer.send_and_wait(
            f"{self._prefix}{place.topic}.dead", found.value, found.key or None, headers=headers
        )


class LazyDeadLetters:
    """The same with a producer of its own, made when the first record is buried."""

    def __init__(self, bootstrap: str, prefix: str) -> None:
        self._bootstrap = bootstrap
        self._prefix = prefix
        self._producer: AIOKafkaProducer | None = None

    async def bury(self, place: Place, record: Record, why: str) -> None:
        """As `KafkaDeadLetters.bury`; a producer that cannot start leaves none behind."""
        if self._producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap, enable_idempotence=True, acks="all"
            )
            await producer.start()
            self._producer = producer
        await KafkaDeadLetters(self._producer, self._prefix).bury(place, record, why)

    async def stop(self) -> None:
        """Close the producer, where there is one."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await producer.stop()
