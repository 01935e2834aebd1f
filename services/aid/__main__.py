"""`python -m services.aid [WORD]`: the service, and work beside it; --help says which there is.

Each word imports what it needs itself: a start of the platform is a dozen of these at the same time.
"""

import asyncio
import json
import sys
from pathlib import Path

from services.runtime.asked import asked
from services.runtime.settings import MigrationSettings, OwnerSettings, read

WORDS = {
    "relay": "publish what was decided",
    "migrate": "bring the tables to this release",
    "verify": "check journal, seals, tables and outbox",
    "explain [ID]": "why these people were asked, of that request; without it the newest",
    "redacted": "print what was taken out of texts, and where, for a backup",
    "restored": "after a restore, with the file of keys on standard input: a new epoch",
}

match asked("aid", WORDS):
    case []:
        from services.aid.app import create_app
        from services.aid.settings import AidSettings
        from services.runtime.serve import serve

        settings = read(AidSettings)
        serve(create_app(settings), settings.http_port, settings.http_host)
    case ["relay"]:
        from services.runtime.process import run
        from services.runtime.relay_process import relay

        run(relay(read(OwnerSettings), "aid"))
    case ["migrate"]:
        from services.runtime.migrations import migrate

        migrate(Path(__file__).parent / "migrations", read(MigrationSettings).database)
    case ["verify"]:
        from services.aid.store.redactions import said
        from services.runtime.verify import tell, verify

        sys.exit(tell(asyncio.run(verify(read(OwnerSettings), "aid", said))))
    case ["restored"]:
        from services.aid.recovery import redactions_in, restored

        told = read(MigrationSettings)
        try:
            redactions = redactions_in(sys.stdin.read())
        except ValueError:
            sys.exit("standard input holds no file of keys: python -m services.aid restored < FILE")
        asyncio.run(restored(told.database, redactions))
    case ["redacted"]:
        from services.aid.recovery import REDACTIONS, redactions_of

        found = asyncio.run(redactions_of(read(MigrationSettings).database))
        print(REDACTIONS.dump_json(found).decode())
    case ["explain"]:
        from services.aid.store.explained import asked_lately

        print(json.dumps(asyncio.run(asked_lately(read(MigrationSettings).database))))
    case ["explain", request]:
        from services.aid.store.explained import explained

        print(json.dumps(asyncio.run(explained(read(MigrationSettings).database, request))))
