"""Keeps what can never be handled, in Kafka, where an operator can see it."""

from aiokafka import AIOKafkaProducer

from schemas.envelope import Record
from services.runtime.ports import Place


class KafkaDeadLetters:
    """Writes to `<topic>.dead`; the producer belongs to the caller, who starts and stops it."""

    def __init__(self, producer: AIOKafkaProducer, prefix: str = "") -> None:
        self._producer = producer
        self._prefix = prefix

    async def bury(self, place: Place, record: Record, why: str) -> None:
        """Store the record with where it stood and why, and return once Kafka has acknowledged it."""
        headers = [
            *record.headers,
            ("dead_place", f"{place.topic}/{place.partition}/{place.offset}".encode()),
            ("dead_why", why[:2_000].encode()),
        ]
        await self._producer.send_and_wait(
            f"{self._prefix}{place.topic}.dead", record.value, record.key or None, headers=headers
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
