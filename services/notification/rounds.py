"""Looks again and again whether there is something to do."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final

LOOK_SECONDS: Final = 1.0


async def all_ended(*work: Coroutine[Any, Any, None]) -> None:
    """Do all of it at the same time, and come back when none of it runs any more.

    Raises: what any of them raised; one that fails neither stops the others nor lets a next round meet them.
    """
    ended = await asyncio.gather(*work, return_exceptions=True)
    failures = [each for each in ended if isinstance(each, BaseException)]
    if failures:
        raise BaseExceptionGroup("not all of it went well", failures)


class Rounds:
    """Does `once` each second, or sooner when told, as long as it `may`."""

    def __init__(self, once: Callable[[], Awaitable[None]], may: Callable[[], bool]) -> None:
        self._once = once
        self._may = may
        self._news = asyncio.Event()

    def look(self) -> None:
        """There may be something to do."""
        self._news.set()

    async def run(self) -> None:
        """For ever."""
        while True:
            if self._may():
                await self._once()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._news.wait()
            self._news.clear()
