"""What `notification` adds to a restore: it reads everything again, from topics that are filled anew."""

import asyncpg

from services.runtime.intake import forget_places
from services.runtime.now import clock
from services.runtime.restored import begin_anew


async def restored(database: str) -> None:
    """Make restored tables good to start on."""
    connection = await asyncpg.connect(database)
    try:
        async with connection.transaction():
            await forget_places(connection)
            epoch = await begin_anew(connection, clock()())
    finally:
        await connection.close()
    print(f"notification: epoch {epoch}")
