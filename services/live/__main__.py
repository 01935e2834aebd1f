"""`python -m services.live`: snapshots and sockets."""

from services.live.app import Live
from services.live.settings import LiveSettings
from services.runtime.asked import asked
from services.runtime.process import allow_files, run
from services.runtime.settings import read

BESIDE_SOCKETS = 500
"""Files that are open for anything but viewers, and sockets that only ask for a snapshot."""

asked("live", {})
settings = read(LiveSettings)
allow_files(settings.sockets + BESIDE_SOCKETS)
run(Live(settings).run())
