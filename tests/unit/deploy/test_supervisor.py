"""What dies is started again, slower each time; in the end everything stops."""

import os
import signal
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest

from deploy import supervisor as supervising
from deploy.bootstrap import SetupFailed
from deploy.supervisor import Child, Supervisor
from tests.journey.waiting import until

SLEEPS = [sys.executable, "-c", "import time; time.sleep(60)"]
IGNORES = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('ready', flush=True)\n"
    "time.sleep(60)",
]


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    made = Supervisor(tmp_path / "a home", tmp_path / "log")
    yield made
    made.stop()


def test_a_killed_child_is_started_again_and_somebody_is_told(supervisor: Supervisor) -> None:
    told: list[str] = []
    supervisor.changed = lambda: told.append("changed")
    child = Child("sleeper", lambda: SLEEPS)
    supervisor.start(child)
    first = child.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    until(lambda: child.restarts == 1 and child.pid is not None)
    assert child.pid != first
    until(lambda: bool(told))
    assert not child.is_failing


def test_stopping_ends_every_child_also_one_that_does_not_listen(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervising, "STOP_SECONDS", 0.5)
    children = [Child(f"child{number}", lambda: SLEEPS) for number in range(3)]
    stubborn = Child("stubborn", lambda: IGNORES)
    for child in (*children, stubborn):
        supervisor.start(child)
    until(lambda: "ready" in supervisor.log("stubborn").read_text())
    supervisor.stop()
    assert [child.pid for child in (*children, stubborn)] == [None] * 4
    assert stubborn.process is not None
    assert stubborn.process.returncode == -signal.SIGKILL
    assert stubborn.restarts == 0


def test_what_a_child_says_is_kept_over_its_deaths(supervisor: Supervisor) -> None:
    child = Child("speaker", lambda: [sys.executable, "-c", "print('I was here')"])
    supervisor.start(child)
    until(lambda: child.restarts >= 1)
    until(lambda: supervisor.log("speaker").read_text().count("I was here") >= 2)


@dataclass
class _Dead:
    """A process that died as soon as it was started."""

    pid: int = 1

    def poll(self) -> int:
        return 1


@dataclass
class _Ward:
    """A supervisor whose clock only moves when a test says so, with one child that dies at once."""

    supervisor: Supervisor
    child: Child
    clock: SimpleNamespace
    starts: list[float]

    def live(self, seconds: float) -> None:
        """Let so much time pass, in steps of a tenth of a second."""
        for _ in range(round(seconds * 10)):
            self.supervisor._mend(self.child)
            self.clock.now = round(self.clock.now + 0.1, 1)


@pytest.fixture
def ward(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> _Ward:
    clock = SimpleNamespace(now=1000.0)
    clock.monotonic = lambda: clock.now
    starts: list[float] = []

    def spawn(*_: object) -> _Dead:
        starts.append(clock.now)
        return _Dead()

    monkeypatch.setattr(supervising, "time", clock)
    monkeypatch.setattr(supervising, "spawn", spawn)
    child = Child("dies", lambda: ["dies"])
    supervisor = Supervisor(tmp_path, tmp_path)
    supervisor._spawn(child)
    return _Ward(supervisor, child, clock, starts)


def test_the_pause_doubles_from_half_a_second_to_ten(ward: _Ward) -> None:
    ward.live(50)
    pauses = [later - earlier for earlier, later in zip(ward.starts, ward.starts[1:], strict=False)]
    # A death is noticed at the next look, a tenth of a second after the start.
    assert pauses[:7] == pytest.approx([0.5, 1.1, 2.1, 4.1, 8.1, 10.1, 10.1], abs=0.11)


def test_five_deaths_within_a_minute_show_as_failing_and_are_forgotten_after_it(ward: _Ward) -> None:
    ward.live(7)
    assert len(ward.child.deaths) == 4
    assert not ward.child.is_failing
    ward.live(2)
    assert len(ward.child.deaths) == 5
    assert ward.child.is_failing
    ward.clock.now += supervising.FAILING_SECONDS
    assert not ward.child.is_failing


def test_a_child_that_failed_is_still_tried(ward: _Ward) -> None:
    ward.live(60)
    before = ward.child.restarts
    ward.live(11)
    assert ward.child.restarts > before


TELLS_ITS_END = """
import pathlib, signal, sys
def end(*_):
    with pathlib.Path(sys.argv[1]).open("a") as file:
        file.write(sys.argv[2] + " ")
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("ready", flush=True)
while True:
    signal.pause()
"""


def _teller(ends: Path, name: str) -> Child:
    return Child(name, lambda: [sys.executable, "-c", TELLS_ITS_END, str(ends), name])


def _ready(supervisor: Supervisor, name: str) -> int:
    return supervisor.log(name).read_text().count("ready")


def test_what_everybody_leans_on_ends_last(supervisor: Supervisor, tmp_path: Path) -> None:
    ends = tmp_path / "ends"
    for name in ("kafka", "postgres", "aid", "live"):
        supervisor.start(_teller(ends, name))
    until(lambda: all(_ready(supervisor, each.name) for each in supervisor.children))
    supervisor.stop()
    assert set(ends.read_text().split()[:2]) == {"aid", "live"}
    assert set(ends.read_text().split()[2:]) == {"kafka", "postgres"}


def test_what_everybody_leans_on_ends_last_also_after_it_was_started_again(
    supervisor: Supervisor, tmp_path: Path
) -> None:
    ends = tmp_path / "ends"
    for name in ("kafka", "postgres", "aid", "live"):
        supervisor.start(_teller(ends, name))
    until(lambda: all(_ready(supervisor, each.name) for each in supervisor.children))
    kafka = supervisor.children[0]
    assert kafka.pid is not None
    os.kill(kafka.pid, signal.SIGKILL)
    until(lambda: kafka.restarts == 1 and _ready(supervisor, "kafka") == 2)
    supervisor.stop()
    assert set(ends.read_text().split()[:2]) == {"aid", "live"}


def test_what_cannot_even_be_started_counts_as_a_death_and_is_tried_again(supervisor: Supervisor) -> None:
    attempts: list[str] = []

    def command() -> list[str]:
        attempts.append("tried")
        if len(attempts) == 2:
            raise SetupFailed("its files are gone")
        return SLEEPS

    child = Child("flaky", command)
    supervisor.start(child)
    assert child.pid is not None
    os.kill(child.pid, signal.SIGKILL)
    until(lambda: child.pid is not None and len(attempts) == 3)
    assert (child.restarts, len(child.deaths)) == (2, 2)
