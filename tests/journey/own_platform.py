"""A platform of one test, by `noaber up` in a home of its own, until somebody presses Ctrl-C."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

import pytest

from deploy.bootstrap import ROOT, home_of
from deploy.claim import Claim
from deploy.noaber.state import UP, read_state
from deploy.parts import frontend, kafka
from deploy.running import forget
from tests.journey.waiting import until

START = 150.0
STOP = 40.0


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    made, shared = tmp_path / "home", home_of(os.environ)
    made.mkdir()
    # What is fetched and built is shared by all tests, whichever comes first; data and secrets are new.
    for there in (kafka.jars(shared), frontend.build(shared)):
        (made / there.name).symlink_to(there)
    yield made
    forget(made, made / UP)


def noaber(home: Path, *arguments: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "deploy.noaber.cli", *arguments],
        cwd=ROOT,
        env={**os.environ, "NOABER_HOME": str(home), "NOABER_SEED_PEOPLE": "1100"},
        stdout=subprocess.PIPE,
        text=True,
    )


@contextmanager
def up(home: Path, *options: str) -> Iterator[str]:
    """A platform that is up while the block runs; then somebody presses Ctrl-C."""
    with noaber(home, "up", *options) as process:
        try:
            assert process.stdout is not None
            until(lambda: is_up(process.stdout), START, what="being up")
            state = read_state(home)
            assert state is not None
            yield state["origin"]
            process.send_signal(signal.SIGINT)
            assert process.wait(STOP) == 0
            left = [each["name"] for each in state["processes"] if _runs(each["pid"])]
            assert not left and not Claim(home / UP).is_taken()
        finally:
            process.kill()


def is_up(said: IO[str]) -> bool:
    """Whether the next line is the last of where to look; an end instead is a failure."""
    line = said.readline()
    assert line, "it ended by itself"
    return "kees.localhost" in line or "noaber invite" in line


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
