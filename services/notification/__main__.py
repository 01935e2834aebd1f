"""`python -m services.notification [relay | phone | migrate | ...]`: the service, and work beside it."""

import asyncio
import sys
from pathlib import Path

from services.notification.app import create_app
from services.notification.settings import NotificationSettings
from services.notification.simulated.app import PhoneSettings, simulated
from services.runtime.database import migrate
from services.runtime.process import run
from services.runtime.relay_process import relay
from services.runtime.restored import restored
from services.runtime.serve import serve
from services.runtime.settings import MigrationSettings, OwnerSettings, read
from services.runtime.verify import tell, verify

match sys.argv[1:]:
    case []:
        settings = read(NotificationSettings)
        serve(create_app(settings), settings.http_port)
    case ["relay"]:
        run(relay(read(OwnerSettings), "notification"))
    case ["phone"]:
        phone = read(PhoneSettings)
        serve(simulated(phone.mode, phone.telephone_token), phone.http_port)
    case ["migrate"]:
        migrate(Path(__file__).parent / "migrations", read(MigrationSettings).database)
    case ["verify"]:
        sys.exit(tell(asyncio.run(verify(read(OwnerSettings), "notification"))))
    case ["restored"]:
        asyncio.run(restored(read(MigrationSettings).database, "notification"))
    case _:
        sys.exit("usage: python -m services.notification [relay | phone | migrate | verify | restored]")
