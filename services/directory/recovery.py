"""What the directory adds to backup and restore: its keys, apart, and whom to forget again."""

import asyncpg

from services.directory.store.keys import KeyFile, exported, imported
from services.runtime.now import clock
from services.runtime.restored import begin_anew


async def keys_of(database: str) -> KeyFile:
    """What the key file of a backup holds."""
    connection = await asyncpg.connect(database)
    try:
        return await exported(connection)
    finally:
        await connection.close()


async def restored(database: str, file: KeyFile) -> None:
    """Make restored tables good to start on: keys back, erasures repeated, a new epoch."""
    connection = await asyncpg.connect(database)
    try:
        async with connection.transaction():
            at = clock()()
            found = await imported(connection, file, at)
            epoch = await begin_anew(connection, at)
    finally:
        await connection.close()
    print(f"directory: epoch {epoch}, {found.keys} keys back, {found.forgotten} people forgotten again")
    if found.unreadable:
        print(f"directory: {found.unreadable} people have no key in the file: their names cannot be read")
