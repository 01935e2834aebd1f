"""How every process runs and ends: one main coroutine, SIGTERM and SIGINT cancel it, a failure is loud."""

import asyncio
import contextlib
import logging
import os
import resource
import signal
import threading
from collections.abc import Collection, Coroutine
from typing import Any, Final

import uvloop

from services.runtime import telemetry
from services.runtime.consume import READERS
from services.runtime.garbage import collect_garbage
from services.runtime.logs import log_to_standard_error, name_of_process
from services.runtime.settings import TraceSettings, read

STOP_SECONDS: Final = 8.0
"""Longer than any orderly stop of ours takes, shorter than a supervisor waits before it kills."""

GO_ON: Final = signal.SIGUSR1
"""With this an operator lets a process go on that halted at dead letters; only its own user can send it."""

EXIT_STUCK: Final = 70
_started: Final[list[bool]] = []

log: Final = logging.getLogger(__name__)


def quiet() -> None:
    """Libraries that write a line per connection, or shout while a broker is away for a moment."""
    logging.getLogger("aiokafka").setLevel(logging.CRITICAL)
    for name in ("websockets", "httpx"):
        logging.getLogger(name).setLevel(logging.WARNING)


def allow_files(number: int) -> None:
    """Let this process have so many files open, or as many as it may: each socket is one; 1,024 is usual."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    allowed = number if hard == resource.RLIM_INFINITY else min(number, hard)
    if soft != resource.RLIM_INFINITY and soft < allowed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run until it ends or the process is told to stop; what it raises ends the process, loudly."""
    # Closed also where a wrong setting ends the process before it began: Python would complain of it as well.
    with contextlib.closing(main), contextlib.suppress(asyncio.CancelledError):
        begin()
        uvloop.run(_until_told(main))


async def together(*works: Coroutine[Any, Any, None]) -> None:
    """Run all until one of them ends, then end the others, and raise what it raised.

    What ends first ends the process: one that does not stop in time is not waited for (faust 0.15 sometimes
    never does after its consumer was fenced).
    """
    tasks = [asyncio.ensure_future(work) for work in works]
    try:
        done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        end_within(STOP_SECONDS)
        await cancel(tasks)
    for task in done:
        task.result()


async def cancel(tasks: Collection["asyncio.Task[None]"]) -> None:
    """Cancel them, and wait until they are gone; what they raise meanwhile is not of interest any more."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


def lasting(work: Coroutine[Any, Any, None], name: str) -> "asyncio.Task[None]":
    """A task that never ends while the process lives: if it does, that is said, and the process ends too.

    A server that goes on answering without one of its tasks looks well and does half its work.
    """
    task = asyncio.create_task(work, name=name)
    task.add_done_callback(_ended)
    return task


def _ended(task: "asyncio.Task[None]") -> None:
    if task.cancelled():
        return
    log.critical("%s has ended, and this process with it", task.get_name(), exc_info=task.exception())
    end_within(STOP_SECONDS)
    if _started:
        signal.raise_signal(signal.SIGTERM)


def begin() -> None:
    """From now on this process is ours to end; whatever it has to say goes to standard error."""
    log_to_standard_error(name_of_process())
    telemetry.start(read(TraceSettings), name_of_process())
    quiet()
    signal.signal(GO_ON, _go_on)
    _started.append(True)


def _go_on(*_: object) -> None:
    # A signal comes in the middle of anything; before there is a loop nothing can have halted.
    with contextlib.suppress(RuntimeError):
        asyncio.get_running_loop().call_soon_threadsafe(READERS.go_on)


def end_within(seconds: float) -> None:
    """The process is gone after so many seconds, whatever still holds it; only one that said `begin`."""
    if not _started:
        return
    watchdog = threading.Timer(seconds, os._exit, (EXIT_STUCK,))
    watchdog.daemon = True
    watchdog.start()


async def _until_told(main: Coroutine[Any, Any, None]) -> None:
    task = asyncio.ensure_future(main)
    loop = asyncio.get_running_loop()

    def told() -> None:
        end_within(STOP_SECONDS)
        task.cancel()

    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, told)
    lasting(collect_garbage(), "collecting garbage")
    await task
