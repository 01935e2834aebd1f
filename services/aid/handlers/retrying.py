"""Does work under locks, again where what must be locked was held or has changed."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from typing import Final, TypeVar

from schemas.refused import Refused
from services.aid.ports import Locked, ReachMoved

ATTEMPTS: Final = 8
"""How often what must be locked may change under our hands, or be held, before we say that it is too busy.

Between two attempts the connection goes back, behind everybody who waits for one.
"""

Unit = TypeVar("Unit")
Done = TypeVar("Done")


async def retried(
    unit: Callable[[], AbstractAsyncContextManager[Unit]], work: Callable[[Unit], Awaitable[Done]]
) -> Done:
    """What the work leaves, each attempt in a unit of its own. Refused: `busy`, and what the work raises."""
    for _ in range(ATTEMPTS):
        try:
            async with unit() as one:
                return await work(one)
        except (ReachMoved, Locked):
            continue
    raise Refused("busy")
