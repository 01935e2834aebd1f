"""Forgets what nobody asks for any more: answers to commands after a week, and sessions that are over.

Kafka keeps what was covered until something is written after it, a day later: so what was redacted is told
once more then.
"""

import asyncio
import logging
from datetime import datetime
from typing import Any, Final

import asyncpg

from schemas.topics import COMPACTED_AFTER
from services.runtime.answered import KEPT, forget_older
from services.runtime.database import AWAY
from services.runtime.known import Directory
from services.runtime.now import Now

log: Final = logging.getLogger(__name__)

ROUND_SECONDS: Final = 3_600


_TELL_AGAIN: Final = """
WITH due AS (UPDATE redaction SET told_again = true WHERE NOT told_again AND at < $1 RETURNING line)
INSERT INTO outbox (aggregate, key) SELECT DISTINCT aggregate, key FROM redacted_row JOIN due USING (line)
"""


async def tell_again(pool: "asyncpg.Pool[Any]", now: datetime) -> None:
    """Have the newest states of what was redacted published once more, when that makes Kafka drop the old."""
    await pool.execute(_TELL_AGAIN, now - COMPACTED_AFTER)


async def forget(pool: "asyncpg.Pool[Any]", directory: Directory, now: Now) -> None:
    """Once an hour, for ever; a round that fails is made up for by the next one."""
    while True:
        try:
            await forget_older(pool, now() - KEPT)
            await directory.forget_sessions(pool, now())
            await tell_again(pool, now())
        except AWAY as away:
            log.warning("what is old is kept an hour longer: %r", away)
        await asyncio.sleep(ROUND_SECONDS)
