"""Reads what stands in topics now, once: what a worker remembers of them can be lost, and its offsets kept.

What it read before is not given to it again then; the clock would ring nothing that is pending.
"""

import logging
from collections.abc import Sequence
from typing import Final

from aiokafka import AIOKafkaConsumer, ConsumerRecord

from schemas.codec import NewerVersion, Undecodable, order_of
from schemas.envelope import Event
from schemas.topics import Topic
from services.runtime.consume import event_in
from services.runtime.places import places_of, record_of, to_the_beginning
from services.runtime.ports import Place

log: Final = logging.getLogger(__name__)

WAIT_MS: Final = 500


async def standing(bootstrap: str, prefix: str, topics: Sequence[Topic]) -> list[Event]:
    """The newest event of every key; what cannot be read is left to the worker, which says so.

    Raises KafkaTimeoutError.
    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap, enable_auto_commit=False, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        places = places_of(prefix, topics)
        consumer.assign(places)
        await to_the_beginning(consumer, places)
        ends = await consumer.end_offsets(places)
        newest: dict[tuple[str, bytes | None], ConsumerRecord] = {}
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for records in (await consumer.getmany(timeout_ms=WAIT_MS)).values():
                for each in records:
                    _keep(newest, each)
    finally:
        await consumer.stop()
    return [event for each in newest.values() if (event := _event(each, prefix)) is not None]


def _keep(newest: dict[tuple[str, bytes | None], ConsumerRecord], found: ConsumerRecord) -> None:
    known = newest.get((found.topic, found.key))
    try:
        is_newer = known is None or order_of(known.headers) < order_of(found.headers)
    except Undecodable:
        return
    if is_newer:
        newest[found.topic, found.key] = found


def _event(found: ConsumerRecord, prefix: str) -> Event | None:
    place = Place(found.topic.removeprefix(prefix), found.partition, found.offset)
    try:
        return event_in(place, record_of(found))
    except (Undecodable, NewerVersion) as unread:
        log.warning(
            "%s/%s at %s is left to the worker: %s", place.topic, place.partition, place.offset, unread
        )
        return None
