"""Looks for garbage when it suits: Python's own full collections stop a process for as long as it is large.

Nearly everything that our processes hold is kept until they end: the newest state of each aggregate. Python
looks through all of it again and again as it grows, and nobody hears anything meanwhile: 0.15 to 0.25 s, some
thousands of states after `live` had read its topics.
"""

import asyncio
import gc
import itertools
from typing import Final

ROUND_SECONDS: Final = 2.0
"""A round stops the process for as long as much came since the last one: at 100 claims a second some 10 ms,
and 0.1 s where rounds were 15 s apart. In between only reference counting and the collections of young
objects free memory."""

WHOLE: Final = 900
"""Every so many rounds, half an hour, everything is looked at; in the others what came since the last one."""

NEVER: Final = 1_000_000_000


async def collect_garbage() -> None:
    """Collect for ever, in rounds; the process's own full collections stop here."""
    young, middle, _ = gc.get_threshold()
    gc.set_threshold(young, middle, NEVER)
    for number in itertools.count(1):
        await asyncio.sleep(ROUND_SECONDS)
        collect(whole=number % WHOLE == 0)


def collect(*, whole: bool) -> None:
    """Free what is unreachable among what came since the last time, or among all there is."""
    if whole:
        gc.unfreeze()
    gc.collect()
    # What is left is kept: connections too, and those that end in a circle wait for a whole round.
    gc.freeze()
