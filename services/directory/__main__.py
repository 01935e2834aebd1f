"""`python -m services.directory [WORD]`: the service, and work beside it; --help says which there is.

Each word imports what it needs itself: a start of the platform is a dozen of these at the same time.
"""

import asyncio
import sys
from pathlib import Path

from services.runtime.asked import asked
from services.runtime.settings import MigrationSettings, OwnerSettings, SeedSettings, read

WORDS = {
    "relay": "publish what was decided",
    "migrate": "bring the tables to this release",
    "seed": "write organisations, and made-up people where NOABER_SEED says so",
    "verify": "check journal, seals, tables and outbox",
    "keys": "print the keys that unseal names and numbers, for a backup",
    "restored": "after a restore, with the file of keys on standard input: a new epoch",
}

match asked("directory", WORDS):
    case []:
        from services.directory.app import create_app
        from services.directory.settings import DirectorySettings
        from services.runtime.serve import serve

        settings = read(DirectorySettings)
        serve(create_app(settings), settings.http_port, settings.http_host)
    case ["relay"]:
        from services.runtime.process import run
        from services.runtime.relay_process import relay

        run(relay(read(OwnerSettings), "directory"))
    case ["migrate"]:
        from services.runtime.migrations import migrate

        migrate(Path(__file__).parent / "migrations", read(MigrationSettings).database)
    case ["seed"]:
        from services.directory.seed import seed

        asyncio.run(seed(read(SeedSettings)))
    case ["verify"]:
        from services.runtime.verify import tell, verify

        sys.exit(tell(asyncio.run(verify(read(OwnerSettings), "directory"))))
    case ["keys"]:
        from services.directory.recovery import keys_of

        print(asyncio.run(keys_of(read(MigrationSettings).database)).model_dump_json())
    case ["restored"]:
        from services.directory.recovery import restored
        from services.directory.store.keys import KeyFile

        told = read(MigrationSettings)
        try:
            keys = KeyFile.model_validate_json(sys.stdin.read())
        except ValueError:
            # What stands there instead is said nowhere: it may hold keys.
            sys.exit("standard input holds no file of keys: python -m services.directory restored < FILE")
        asyncio.run(restored(told.database, keys))
