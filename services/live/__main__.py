"""`python -m services.live`: snapshots and sockets."""

from services.live.app import Live
from services.live.settings import LiveSettings
from services.runtime.process import run
from services.runtime.settings import read

settings = read(LiveSettings)
run(Live(settings).run())
