"""Looks again and again whether there is something to do."""

import asyncio
import contextlib
import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Coroutine
from typing import Any, Final

log: Final = logging.getLogger(__name__)

LOOK_SECONDS: Final = 1.0


async def all_ended(*work: Coroutine[Any, Any, None]) -> None:
    """Do all of it at the same time, and come back when none of it runs any more.

    Raises: what any of them raised; one that fails neither stops the others nor lets a next round meet them.
    """
    ended = await asyncio.gather(*work, return_exceptions=True)
    failures = [each for each in ended if isinstance(each, BaseException)]
    if failures:
        raise BaseExceptionGroup("not all of it went well", failures)


class Rounds(ABC):
    """Does `once` each second, or sooner when told, as long as it `may`; what fails is said and tried again.

    `what`: what does not happen while it fails. `trouble`: what goes wrong now; empty when nothing does.
    """

    def __init__(self, may: Callable[[], bool], what: str) -> None:
        self._may = may
        self._what = what
        self._news = asyncio.Event()
        self.trouble = ""

    @abstractmethod
    async def once(self) -> None:
        """Do what there is to do."""

    def look(self) -> None:
        """There may be something to do."""
        self._news.set()

    async def run(self) -> None:
        """For ever."""
        while True:
            if self._may():
                await self._tried()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._news.wait()
            self._news.clear()

    async def _tried(self) -> None:
        try:
            await self.once()
        except Exception as failure:
            self.trouble = f"{self._what}: {type(failure).__name__}"
            log.error("%s; trying again", self._what, exc_info=failure)
