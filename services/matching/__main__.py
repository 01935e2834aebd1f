"""Runs matching."""

from services.matching.app import run as run_matching
from services.runtime.process import run
from services.runtime.settings import Settings, read

if __name__ == "__main__":
    run(run_matching(read(Settings)))
