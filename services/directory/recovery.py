"""What the directory adds to backup and restore: its keys, apart, and whom to forget again."""

from services.directory.store.access import restore_accesses
from services.directory.store.keys import KeyFile, exported, imported
from services.directory.store.numbers import restore_numbers
from services.directory.store.push import restore_devices
from services.directory.store.systems import restore_systems
from services.directory.store.trust import restore_distrust
from services.runtime.database import connected
from services.runtime.now import clock
from services.runtime.restored import begin_anew


async def keys_of(database: str) -> KeyFile:
    """What the key file of a backup holds."""
    async with connected(database) as connection:
        return await exported(connection)


async def restored(database: str, file: KeyFile) -> None:
    """Make restored tables good to start on: keys back, erasures repeated, old ways in shut, a new epoch."""
    async with connected(database) as connection, connection.transaction():
        at = clock()()
        found = await imported(connection, file, at)
        accesses = await restore_accesses(connection, file, at)
        systems = await restore_systems(connection, file.ended, at)
        distrusted = await restore_distrust(connection, file.distrusted, at)
        numbers = await restore_numbers(connection, at)
        devices = await restore_devices(connection, at)
        epoch = await begin_anew(connection, at)
    print(f"directory: epoch {epoch}, {found.keys} keys back, {found.forgotten} people forgotten again")
    if found.unreadable:
        print(f"directory: {found.unreadable} people have no key in the file: their names cannot be read")
    for organisation in distrusted:
        print(f"directory: {organisation} is distrusted: its people sign in with a passkey or a card")
    if numbers:
        print(f"directory: new numbers that waited for a second yes are gone ({numbers}): ask for them anew")
    if devices:
        print(f"directory: no device shows messages any more ({devices} people): they switch it on anew")
    if systems:
        print(f"directory: {systems} systems read along; one that ended after that file was written is back:")
        print("directory: each administrator looks through the systems of their organisation")
    if accesses:
        print("directory: people, rights, mandates and wake-up lists are as they were: whom somebody took")
        print("directory: off since then is back, so each administrator looks through them")
        print("directory: every invitation and every session of a passkey is over: people sign in anew")
        print("directory: passkeys that were removed after the newest key file was written are back;")
        print("directory: each administrator looks through the keys of their colleagues")
        print("directory: cards that were used or replaced after that file was written open again, and those")
        print("directory: printed after the backup open nothing: print new ones, which makes all others void")
        print("directory: who was distrusted after that file was written is trusted: look and throw it again")
