"""`make test`: every test, in random order; `--long` at long counts, `--lanes N` as N runs side by side.

The tests are a queue of groups, each a run of pytest with its own Kafka, Postgres and platforms. One more
than there are cores run side by side, then the next begin: a platform that nobody needs any more is gone.
"""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Final

from deploy.bootstrap import ROOT, child_environment, home_of

GROUPS: Final = (
    ("tests/faults",),
    ("tests/badinput",),
    ("tests/browser/test_pages.py",),
    ("tests/journey",),
    ("tests/browser",),
    (
        "tests/journey/test_the_database_is_lost.py",
        "tests/journey/test_up_and_down.py",
        "tests/journey/test_a_real_platform.py",
    ),
    ("tests/contract", "tests/security"),
    ("tests/unit", "tests/schemas", "tests/architecture"),
    ("tests/viewers",),
)
"""The longest first; a platform is shared in one. A folder is all in it that no other group has."""

FEWEST: Final = 3
MOST: Final = 5
"""Lanes: a group waits for a third of its time, and takes up to 2 GB."""


def main(arguments: list[str]) -> int:
    """Run every group; 0 when all passed."""
    environment = child_environment(os.environ, home_of(os.environ))
    environment["NOABER_COUNTS"] = "long" if "--long" in arguments else "short"
    lanes = min(max((os.cpu_count() or 1) + 1, FEWEST), MOST)
    if "--lanes" in arguments:
        lanes = int(arguments[arguments.index("--lanes") + 1])
    return run_groups(GROUPS, environment, lanes)


def run_groups(groups: Sequence[Sequence[str]], environment: Mapping[str, str], lanes: int) -> int:
    """Run all of them, so many side by side, and show what each said when it is over; 0 when all passed."""
    printing = threading.Lock()

    def run(group: Sequence[str]) -> int:
        began = time.monotonic()
        print(f"{' '.join(group)}: begins", flush=True)
        command = _pytest(group, groups)
        done = subprocess.run(command, cwd=ROOT, env=environment, check=False, stdout=subprocess.PIPE)
        with printing:
            print(done.stdout.decode(errors="replace"), flush=True)
            print(f"{' '.join(group)}: {time.monotonic() - began:.0f} s", flush=True)
        return done.returncode

    pool = ThreadPoolExecutor(lanes)
    try:
        return int(any(list(pool.map(run, groups))))
    finally:
        # After Ctrl-C nothing new begins.
        pool.shutdown(cancel_futures=True)


def _pytest(group: Sequence[str], groups: Sequence[Sequence[str]]) -> list[str]:
    folders = {Path(each) for each in group}
    elsewhere = [each for each in chain(*groups) if folders.intersection(Path(each).parents)]
    return [sys.executable, "-m", "pytest", *group, *(f"--ignore={each}" for each in elsewhere)]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
