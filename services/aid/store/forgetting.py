"""Forgets what nobody asks for any more: answers to commands after a week, and sessions that are over."""

import asyncio
import logging
from typing import Any, Final

import asyncpg

from services.runtime.answered import KEPT, forget_older
from services.runtime.database import AWAY
from services.runtime.known import Directory
from services.runtime.now import Now

log: Final = logging.getLogger(__name__)

ROUND_SECONDS: Final = 3_600


async def forget(pool: "asyncpg.Pool[Any]", directory: Directory, now: Now) -> None:
    """Once an hour, for ever; a round that fails is made up for by the next one."""
    while True:
        try:
            await forget_older(pool, now() - KEPT)
            await directory.forget_sessions(pool, now())
        except AWAY as away:
            log.warning("what is old is kept an hour longer: %r", away)
        await asyncio.sleep(ROUND_SECONDS)
