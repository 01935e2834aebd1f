"""`python -m services.notification [WORD]`: the service, and work beside it; --help says which there is.

Each word imports what it needs itself: a start of the platform is a dozen of these at the same time.
"""

import asyncio
import sys
from pathlib import Path

from services.runtime.asked import asked
from services.runtime.settings import MigrationSettings, OwnerSettings, read

WORDS = {
    "relay": "publish what was decided",
    "phone": "play the telephone provider of a demonstration",
    "migrate": "bring the tables to this release",
    "verify": "check journal, seals, tables and outbox",
    "restored": "after a restore: begin a new epoch",
}

match asked("notification", WORDS):
    case []:
        from services.notification.app import create_app
        from services.notification.settings import NotificationSettings
        from services.runtime.serve import serve

        settings = read(NotificationSettings)
        serve(create_app(settings), settings.http_port, settings.http_host)
    case ["relay"]:
        from services.runtime.process import run
        from services.runtime.relay_process import relay

        run(relay(read(OwnerSettings), "notification"))
    case ["phone"]:
        from services.notification.simulated.app import PhoneSettings, simulated
        from services.runtime.serve import serve

        phone = read(PhoneSettings)
        serve(simulated(phone.mode, phone.telephone_token), phone.http_port)
    case ["migrate"]:
        from services.runtime.migrations import migrate

        migrate(Path(__file__).parent / "migrations", read(MigrationSettings).database)
    case ["verify"]:
        from services.runtime.verify import tell, verify

        sys.exit(tell(asyncio.run(verify(read(OwnerSettings), "notification"))))
    case ["restored"]:
        from services.runtime.restored import restored

        asyncio.run(restored(read(MigrationSettings).database, "notification"))
