"""`python -m services.directory [relay | migrate | seed | verify | keys | restored]`.

Each word imports what it needs itself: a start of the platform is a dozen of these at the same time.
"""

import asyncio
import sys
from pathlib import Path

from services.runtime.settings import MigrationSettings, OwnerSettings, SeedSettings, read

match sys.argv[1:]:
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

        asyncio.run(restored(read(MigrationSettings).database, KeyFile.model_validate_json(sys.stdin.read())))
    case _:
        sys.exit("usage: python -m services.directory [relay | migrate | seed | verify | keys | restored]")
