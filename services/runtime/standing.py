"""Reads what stands in topics now, once: what a worker remembers of them can be lost, and its offsets kept.

What it read before is not given to it again then; the clock would ring nothing that is pending.
"""

import logging
from collections.abc import Sequence
from typing import Final

from aiokafka import ConsumerRecord

from schemas.codec import NewerVersion, Undecodable, order_of
from schemas.envelope import Event
from schemas.topics import Topic
from services.runtime.consume import event_in
from services.runtime.places import places_of, read_once, record_of
from services.runtime.ports import Place

log: Final = logging.getLogger(__name__)


async def standing(bootstrap: str, prefix: str, topics: Sequence[Topic]) -> list[Event]:
    """The newest event of every key; what cannot be read is left to the worker, which says so.

    Raises KafkaTimeoutError.
    """
    newest: dict[tuple[str, bytes | None], ConsumerRecord] = {}
    await read_once(bootstrap, places_of(prefix, topics), lambda found: _keep(newest, found))
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
