"""How every process runs and ends: one main coroutine, SIGTERM and SIGINT cancel it, a failure is loud."""

import asyncio
import contextlib
import logging
import signal
import sys
from collections.abc import Coroutine
from typing import Any

import uvloop


def quiet() -> None:
    """Libraries that write a line per connection, or shout while a broker is away for a moment."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    for name in ("websockets", "httpx"):
        logging.getLogger(name).setLevel(logging.WARNING)


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run until it ends or the process is told to stop; what it raises ends the process, loudly."""
    logging.basicConfig(
        stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    quiet()
    with contextlib.suppress(asyncio.CancelledError):
        uvloop.run(_until_told(main))


async def first_to_end(*tasks: "asyncio.Task[None]") -> None:
    """Wait until one of them ends, end the others, and raise what it raised."""
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    for task in done:
        task.result()


async def _until_told(main: Coroutine[Any, Any, None]) -> None:
    task = asyncio.ensure_future(main)
    loop = asyncio.get_running_loop()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, task.cancel)
    await task
