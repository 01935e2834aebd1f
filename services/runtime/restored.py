"""Puts an owner's tables right after they came back from a backup, before anything runs on them."""

from typing import Any

from services.runtime.outbox import begin_epoch

# A restored row names a transaction of another cluster: the gate of the outbox would hold it back, perhaps
# for years. And what was published since the backup is gone with the topics, which are empty now.
_OUR_OWN = "UPDATE outbox SET written_in = pg_current_xact_id()"


async def begin_anew(connection: Any) -> int:
    """Raise the epoch and have everything published again; the new epoch. Inside the caller's transaction."""
    await connection.execute(_OUR_OWN)
    return await begin_epoch(connection)
