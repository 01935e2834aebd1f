"""`python -m services.aid [relay | migrate | verify | restored]`: the service, and work on its tables."""

import asyncio
import sys
from pathlib import Path

from services.aid.app import create_app
from services.aid.settings import AidSettings
from services.runtime.database import migrate
from services.runtime.process import run
from services.runtime.relay_process import relay
from services.runtime.restored import restored
from services.runtime.serve import serve
from services.runtime.settings import MigrationSettings, OwnerSettings, read
from services.runtime.verify import tell, verify

match sys.argv[1:]:
    case []:
        settings = read(AidSettings)
        serve(create_app(settings), settings.http_port)
    case ["relay"]:
        run(relay(read(OwnerSettings), "aid"))
    case ["migrate"]:
        migrate(Path(__file__).parent / "migrations", read(MigrationSettings).database)
    case ["verify"]:
        sys.exit(tell(asyncio.run(verify(read(OwnerSettings), "aid"))))
    case ["restored"]:
        asyncio.run(restored(read(MigrationSettings).database, "aid"))
    case _:
        sys.exit("usage: python -m services.aid [relay | migrate | verify | restored]")
