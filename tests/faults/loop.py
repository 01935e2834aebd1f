"""An event loop in a thread, for all that goes on while a test or a run breaks things in order."""

import asyncio
import threading
from collections.abc import Coroutine
from concurrent.futures import Future
from typing import Any, Self, TypeVar

import uvloop

Found = TypeVar("Found")


class Loop:
    """Runs coroutines beside the caller's thread; a context manager."""

    def __init__(self) -> None:
        self._loop = uvloop.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="beside", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, Found], seconds: float | None = None) -> Found:
        """Run it there and wait here for what it returns."""
        return self.begin(work).result(seconds)

    def begin(self, work: Coroutine[Any, Any, Found]) -> "Future[Found]":
        """Run it there and go on here."""
        return asyncio.run_coroutine_threadsafe(work, self._loop)
