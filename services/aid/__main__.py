"""`python -m services.aid [relay | migrate]`: the service, its relay, or its migrations."""

import sys
from pathlib import Path

from services.aid.app import create_app
from services.aid.settings import AidSettings
from services.runtime.database import migrate
from services.runtime.process import run
from services.runtime.relay_process import relay
from services.runtime.serve import serve
from services.runtime.settings import MigrationSettings, OwnerSettings, read

match sys.argv[1:]:
    case []:
        settings = read(AidSettings)
        serve(create_app(settings), settings.http_port)
    case ["relay"]:
        run(relay(read(OwnerSettings), "aid"))
    case ["migrate"]:
        migrate(Path(__file__).parent / "migrations", read(MigrationSettings).database)
    case _:
        sys.exit("usage: python -m services.aid [relay | migrate]")
