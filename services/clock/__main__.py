"""Runs the clock."""

from services.clock.app import run as run_clock
from services.runtime.asked import asked
from services.runtime.process import run
from services.runtime.settings import Settings, read

if __name__ == "__main__":
    asked("clock", {})
    run(run_clock(read(Settings)))
