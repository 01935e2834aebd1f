"""Waiting inside an event loop: until something holds, at most so many seconds."""

import asyncio
import inspect
from collections.abc import Callable


async def until(condition: Callable[[], object], seconds: float = 40) -> None:
    """Return when what the condition gives, or what that gives once awaited, counts as true.

    Raises TimeoutError.
    """
    async with asyncio.timeout(seconds):
        while True:
            found = condition()
            if await found if inspect.isawaitable(found) else found:
                return
            await asyncio.sleep(0.005)
