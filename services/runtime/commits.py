"""Whether a transaction counts whose answer to COMMIT got lost: the database is asked until it says."""

import asyncio
import logging
from typing import Any, Final

log: Final = logging.getLogger(__name__)

Pool = Any
"""An asyncpg pool; this module is imported where no driver may be."""

_NAME: Final = "SELECT pg_current_xact_id_if_assigned()::text"

_STATUS: Final = "SELECT pg_xact_status($1::text::xid8)"

_NEVER_BEGUN: Final = "22023"
"""What Postgres says of a transaction that it has forgotten, since it died before anything of it was kept."""

PAUSE_SECONDS: Final = 0.05
LONGEST_PAUSE_SECONDS: Final = 2.0


async def name_of(connection: Any) -> str | None:
    """What the transaction of this connection is called; None where it wrote nothing."""
    name: str | None = await connection.fetchval(_NAME)
    return name


async def is_committed(pool: Pool, name: str) -> bool:
    """Whether it was, once that is known: asked again while the database is away or has not decided yet.

    Without an end, since until then nobody may say how things stand; what stops the process ends it too.
    """
    pause = PAUSE_SECONDS
    while not pool.is_closing():
        try:
            status = await pool.fetchval(_STATUS, name)
        except Exception as no:
            if getattr(no, "sqlstate", "") == _NEVER_BEGUN:
                return False
            log.warning("it is not known yet whether transaction %s counts: %s", name, type(no).__name__)
        else:
            if status != "in progress":
                return bool(status == "committed")
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
    return False
