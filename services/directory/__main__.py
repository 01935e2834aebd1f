"""`python -m services.directory [relay | migrate | seed | verify | keys | restored]`."""

import asyncio
import sys
from pathlib import Path

from services.directory.app import create_app
from services.directory.recovery import keys_of, restored
from services.directory.seed import seed
from services.directory.settings import DirectorySettings
from services.directory.store.keys import KeyFile
from services.runtime.database import migrate
from services.runtime.process import run
from services.runtime.relay_process import relay
from services.runtime.serve import serve
from services.runtime.settings import MigrationSettings, OwnerSettings, SeedSettings, read
from services.runtime.verify import tell, verify

match sys.argv[1:]:
    case []:
        settings = read(DirectorySettings)
        serve(create_app(settings), settings.http_port)
    case ["relay"]:
        run(relay(read(OwnerSettings), "directory"))
    case ["migrate"]:
        migrate(Path(__file__).parent / "migrations", read(MigrationSettings).database)
    case ["seed"]:
        asyncio.run(seed(read(SeedSettings)))
    case ["verify"]:
        sys.exit(tell(asyncio.run(verify(read(OwnerSettings), "directory"))))
    case ["keys"]:
        print(asyncio.run(keys_of(read(MigrationSettings).database)).model_dump_json())
    case ["restored"]:
        asyncio.run(restored(read(MigrationSettings).database, KeyFile.model_validate_json(sys.stdin.read())))
    case _:
        sys.exit("usage: python -m services.directory [relay | migrate | seed | verify | keys | restored]")
