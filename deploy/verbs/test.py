"""`make test`: every test, in random order; `--long` at long counts, `--lanes N` as N runs side by side.

The tests are a queue of groups, each a run of pytest with its own Kafka, Postgres and platforms. One more
than there are cores run side by side, then the next begin: a platform that nobody needs any more is gone.
"""

import os
import subprocess
import sys
import threading
import time
from argparse import ArgumentTypeError
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import chain
from pathlib import Path
from typing import Final

from deploy.bootstrap import ROOT, child_environment, home_of
from schemas.command_line import command_line

GROUPS: Final = (
    ("tests/faults",),
    ("tests/browser/test_pages.py",),
    ("tests/badinput",),
    ("tests/contract", "tests/security"),
    ("tests/browser",),
    (
        "tests/journey/test_the_database_is_lost.py",
        "tests/journey/test_up_and_down.py",
        "tests/journey/test_a_real_platform.py",
    ),
    ("tests/journey",),
    ("tests/unit", "tests/schemas", "tests/architecture"),
    ("tests/viewers",),
)
"""The longest first; a platform is shared in one. A folder is all in it that no other group has."""

FEWEST: Final = 3
MOST: Final = 5
"""Lanes: a group waits for a third of its time, and takes up to 2 GB."""


def main(arguments: list[str]) -> int:
    """Run every group; 0 when all passed."""
    parser = command_line("deploy.verbs.test", "Runs every test, in groups side by side.", "--lanes 3")
    parser.add_argument("--long", action="store_true", help="with more examples for each rule")
    own = min(max((os.cpu_count() or 1) + 1, FEWEST), MOST)
    parser.add_argument("--lanes", type=_number, default=own, metavar="N", help=f"side by side (here {own})")
    told = parser.parse_args(arguments)
    environment = child_environment(os.environ, home_of(os.environ))
    environment["NOABER_COUNTS"] = "long" if told.long else "short"
    return run_groups(GROUPS, environment, told.lanes)


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) < 1:
        raise ArgumentTypeError(f"found {text!r}; allowed: a whole number, 1 or more")
    return int(text)


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
