"""What breaks something breaks it, and mends it again: disks, processes, clocks."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.clocks import Dial, library
from tests.faults.disks import RefusedWrites, SmallDisk, can_mount
from tests.faults.orders import Orders
from tests.faults.processes import send, tree, wake
from tests.journey.waiting import until

WRITER = """
import signal, sys
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
for line in sys.stdin:
    try:
        with open(sys.argv[1], "wb", buffering=0) as out:
            out.write(b"x" * 10)
        print("written", flush=True)
    except OSError as error:
        print(type(error).__name__, flush=True)
"""

PARENT = "import subprocess, sys; subprocess.run([sys.executable, '-c', 'input()'])"


@contextmanager
def running(*command: str, **told: str) -> Iterator["subprocess.Popen[str]"]:
    pipe = subprocess.PIPE
    env = {**os.environ, **told}
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True, env=env) as process:
        try:
            yield process
        finally:
            send(process.pid, signal.SIGKILL)


def state(pid: int) -> str:
    return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0]


def asked(process: "subprocess.Popen[str]") -> str:
    assert process.stdin is not None and process.stdout is not None
    process.stdin.write("\n")
    process.stdin.flush()
    return process.stdout.readline().strip()


def test_a_process_whose_writes_are_refused_writes_again_afterwards(tmp_path: Path) -> None:
    with running(sys.executable, "-c", WRITER, str(tmp_path / "file")) as writer:
        disk = RefusedWrites(lambda: writer.pid)
        assert asked(writer) == "written"
        disk.fill()
        assert asked(writer) == "OSError"
        disk.free()
        assert asked(writer) == "written"


def test_a_full_small_disk_takes_no_more_byte_and_then_does(tmp_path: Path) -> None:
    place = tmp_path / "small"
    if not can_mount(tmp_path):
        assert not place.exists()
        return  # Then the stand-in above is what a run uses.
    disk = SmallDisk(place, 1)
    try:
        (place / "before").write_bytes(b"x" * 100_000)
        disk.fill()
        with pytest.raises(OSError, match="No space left"):
            (place / "file").write_bytes(b"x" * 5000)
        disk.free()
        assert (place / "file").write_bytes(b"x" * 5000) == 5000
    finally:
        disk.close()
    assert not any(place.iterdir())


def test_a_signal_reaches_what_a_process_started_and_all_of_them_go_on() -> None:
    with running(sys.executable, "-c", PARENT) as parent:
        until(lambda: len(tree(parent.pid)) == 2)
        stopped = send(parent.pid, signal.SIGSTOP)
        until(lambda: [state(pid) for pid in stopped] == ["T", "T"])
        wake(stopped)
        until(lambda: "T" not in [state(pid) for pid in stopped])


def test_a_dial_moves_the_time_of_a_process_that_runs_and_back(tmp_path: Path) -> None:
    dial = Dial(tmp_path / "dial")
    dial.turn(3600)
    assert (tmp_path / "dial").read_text() == "+3600\n"
    found = library()
    if found is None:
        return  # Then no running clock is moved here, and none is said to be.
    dial.turn(0)
    script = "import time\nwhile True: input(); print(time.time(), flush=True)"
    with running(sys.executable, "-c", script, **dial.environment(found)) as clock:
        assert abs(float(asked(clock)) - time.time()) < 60
        dial.turn(3600)
        until(lambda: float(asked(clock)) - time.time() > 3000)
        dial.turn(0)
        until(lambda: float(asked(clock)) - time.time() < 60)


def test_numbers_rise_across_a_restore_that_writes_all_rows_at_once() -> None:
    orders = Orders()
    orders._known, orders._above = {"a": 5, "b": 7, "lost": 9}, 10
    found = orders._numbered({"a": 3, "b": 3, "new": 4})
    assert found["a"] < found["b"] < found["new"]
    assert found["new"] > orders._known["lost"]


def test_an_owner_that_had_written_nothing_before_a_restore_has_only_later_numbers() -> None:
    orders = Orders()
    orders._known, orders._above = {"a": 5}, 10
    assert orders._numbered({}) == {}
    assert orders._numbered({"new": 4}) == {"new": 14}
