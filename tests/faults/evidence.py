"""What is left behind at the end of a life: topics, journals, outboxes, pictures, as they really are."""

import asyncio
from typing import Any

import asyncpg
from aiokafka import AIOKafkaConsumer

from deploy.stack import OWNERS
from schemas.topics import ALARMS, APPROACHES, BELLS, SUGGESTIONS, TOPICS
from services.matching.handlers.voice import COUNTS_REST_MS
from services.runtime.database import connected
from services.runtime.places import places_of
from tests.faults.crowd import Crowd
from tests.faults.history import History
from tests.faults.orders import Orders

POLL_MS = 3_000
LOOK_SECONDS = 3.0
STILL_SECONDS = COUNTS_REST_MS / 1_000 + LOOK_SECONDS
"""Nothing written and nothing to publish for so long: what was suggested, counted and sealed was heard."""
PATIENCE = 120.0
HINTS = {"aid": (SUGGESTIONS.name, ALARMS.name), "notification": (APPROACHES.name, BELLS.name)}
"""Owner -> what it acts on by itself."""


async def collect(history: History, crowd: Crowd, kafka: str, superuser: str, orders: Orders) -> None:
    """Write everything into the history, once all is still; nobody may be sending any more."""
    await until_still(superuser, kafka)
    await _topics(history, kafka)
    await _owners(history, superuser, await orders.of(superuser))
    for viewer in crowd.viewers:
        picture = [
            {"kind": kind, "id": key, **row} for (kind, key), row in sorted(viewer.picture.rows.items())
        ]
        history.note("picture", viewer=viewer.name, rows=picture)
        fresh = await viewer.sender.read("/api/live/snapshot")
        history.note("fresh", viewer=viewer.name, status=fresh.status, snapshot=fresh.body)
    # Last, so that nothing above was written later: a call, or a step of a ladder.
    history.note("over")
    history.flush()


async def until_still(superuser: str, kafka: str) -> None:
    """Wait until no owner writes, nor has a hint before it; after two minutes it is taken as it is."""
    connection = await asyncpg.connect(superuser)
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka)
    await consumer.start()
    tables = [f"(SELECT count(*) FROM {owner}.{each})" for owner in OWNERS for each in ("journal", "outbox")]
    loop = asyncio.get_running_loop()
    end, since = loop.time() + PATIENCE, loop.time()
    before: tuple[int, ...] | None = None
    try:
        while loop.time() < end:
            (row,) = await connection.fetch("SELECT " + ", ".join(tables))
            counts = tuple(row)
            if counts != before or any(counts[1::2]) or await _ahead(connection, consumer):
                before, since = counts, loop.time()
            elif loop.time() - since >= STILL_SECONDS:
                return
            await asyncio.sleep(LOOK_SECONDS)
    finally:
        await consumer.stop()
        await connection.close()


async def _ahead(connection: Any, consumer: AIOKafkaConsumer) -> int:
    """What owners will still do: hints to look at, people to call whose turn it is, turns about to end."""
    found: int = await connection.fetchval(_UNCALLED) + await connection.fetchval(_ENDING)
    for owner, topics in HINTS.items():
        hints = [place for place in places_of("", TOPICS) if place.topic in topics]
        rows = await connection.fetch(f"SELECT topic, partition, next_offset FROM {owner}.intake")
        taken = {(row["topic"], row["partition"]): row["next_offset"] for row in rows}
        ends = await consumer.end_offsets(hints)
        found += sum(max(0, end - taken.get((at.topic, at.partition), 0)) for at, end in ends.items())
    return found


_UNCALLED = """
SELECT count(*) FROM notification.delivery
WHERE calling AND state->'attempts'->-1->>'state' = 'calling' AND NOT EXISTS (
    SELECT FROM notification.receipt
    WHERE attempt::text = state->'attempts'->-1->>'id' AND call IS NOT NULL
)
"""


# While all is read, nothing may change; a turn lasts longer than that takes.
_ENDING = """
SELECT count(*) FROM notification.delivery WHERE calling
AND (state->'turn'->>'due')::timestamptz
    BETWEEN now() - interval '10 seconds' AND now() + interval '25 seconds'
"""


async def _topics(history: History, kafka: str) -> None:
    consumer = AIOKafkaConsumer(bootstrap_servers=kafka)
    await consumer.start()
    try:
        places = places_of("", TOPICS)
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        ends = await consumer.end_offsets(places)
        while any([await consumer.position(place) < end for place, end in ends.items()]):
            for place, records in (await consumer.getmany(timeout_ms=POLL_MS)).items():
                for found in records:
                    history.note(
                        "record",
                        topic=place.topic,
                        partition=place.partition,
                        offset=found.offset,
                        key=(found.key or b"").decode(),
                        headers={name: value.decode() for name, value in found.headers},
                        value=(found.value or b"").decode(),
                    )
    finally:
        await consumer.stop()


async def _owners(history: History, superuser: str, orders: dict[str, int]) -> None:
    async with connected(superuser) as connection:
        for owner in OWNERS:
            async with connection.transaction(isolation="repeatable_read", readonly=True):
                async for row in connection.cursor(
                    f"SELECT * FROM {owner}.journal ORDER BY aggregate, key, version"
                ):
                    order = orders[str(row["event_id"])]
                    history.note("journal", owner=owner, **_plain(row), order=order)
                for row in await connection.fetch(f"SELECT aggregate, key, version FROM {owner}.outbox"):
                    history.note("outbox", owner=owner, **_plain(row))


def _plain(row: asyncpg.Record) -> dict[str, object]:
    return {
        name: value.hex() if isinstance(value, bytes) else value
        for name, value in row.items()
        if name != "event_id" or value is not None
    }
