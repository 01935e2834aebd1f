"""The least there can be between a topic and viewers: aiokafka, the tick of `live`, and one broadcast."""

import asyncio
import contextlib
import sys
from typing import Any

import uvloop
from aiokafka import AIOKafkaConsumer, TopicPartition
from websockets.asyncio.server import ServerConnection, broadcast, serve

from services.live.viewers import TICK_SECONDS


async def _run(bootstrap: str, topic: str, port: int) -> None:
    viewers: set[ServerConnection] = set()
    waiting: list[bytes] = []
    woken = asyncio.Event()

    async def look(connection: ServerConnection) -> None:
        viewers.add(connection)
        with contextlib.suppress(Exception):
            await connection.wait_closed()
        viewers.discard(connection)

    async def flush() -> None:
        while True:
            await woken.wait()
            woken.clear()
            text = "[" + ",".join(each.decode() for each in waiting) + "]"
            waiting.clear()
            broadcast(viewers, text)
            await asyncio.sleep(TICK_SECONDS)

    consumer: Any = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False)
    await consumer.start()
    consumer.assign([TopicPartition(topic, 0)])
    await consumer.seek_to_end()
    await consumer.position(TopicPartition(topic, 0))
    async with serve(look, "127.0.0.1", port, compression=None, server_header=None):
        task = asyncio.create_task(flush())
        while not task.done():
            for records in (await consumer.getmany(timeout_ms=500)).values():
                waiting.extend(record.value for record in records)
                woken.set()


if __name__ == "__main__":
    uvloop.run(_run(sys.argv[1], sys.argv[2], int(sys.argv[3])))
