"""Puts an owner's tables right after they came back from a backup, before anything runs on them."""

from datetime import UTC, datetime
from typing import Any, Final

from services.runtime.database import connected
from services.runtime.now import clock
from services.runtime.outbox import begin_epoch
from services.runtime.taken_in import forget_places

# A restored row names a transaction of another cluster: the gate of the outbox would hold it back, perhaps
# for years. And what was published since the backup is gone with the topics, which are empty now.
_OUR_OWN = "UPDATE outbox SET written_in = pg_current_xact_id()"


# A backup does not know what came after it. Counted on from its number, a second restore of it, or one after
# a lost log, would begin an epoch that pages have seen already, and they would go on in the wrong story.
_FIRST: Final = datetime(2026, 1, 1, tzinfo=UTC)
_LATER: Final = "UPDATE epoch SET number = greatest(number, $1)"


async def restored(database: str, owner: str) -> None:
    """Make the tables of an owner good to start on that reads everything again, from topics filled anew."""
    async with connected(database) as connection, connection.transaction():
        await forget_places(connection)
        epoch = await begin_anew(connection, clock()())
    print(f"{owner}: epoch {epoch}")


async def begin_anew(connection: Any, at: datetime) -> int:
    """Begin an epoch that was never there and have everything published again; its number.

    It is at least the seconds from 2026 to `at`. Inside the caller's transaction.
    """
    await connection.execute(_OUR_OWN)
    await connection.execute(_LATER, int((at - _FIRST).total_seconds()))
    return await begin_epoch(connection)
