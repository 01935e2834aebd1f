"""Runs matching."""

from services.matching.app import run as run_matching
from services.matching.settings import MatchingSettings
from services.runtime.asked import asked
from services.runtime.process import run
from services.runtime.settings import read

if __name__ == "__main__":
    asked("matching", {})
    run(run_matching(read(MatchingSettings)))
