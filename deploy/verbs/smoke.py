"""`make smoke`: the demonstration without a terminal, from start to stop, leaving nothing behind."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO, Final

from deploy.bootstrap import ROOT, home_of
from schemas.command_line import command_line

READY: Final = "The story has been played"
PATIENCE_SECONDS: Final = 600.0
STOP_SECONDS: Final = 60.0
NOABER: Final = (sys.executable, "-m", "deploy.noaber.cli")


def main(arguments: list[str]) -> int:
    """0 when the play passed, everything was healthy, and nothing was left running or changed."""
    about = "Starts a demonstration, plays it, and stops it; the one that was there is forgotten."
    command_line("deploy.verbs.smoke", about).parse_args(arguments)
    before = _changed_files()
    demo = subprocess.Popen([*NOABER, "demo", "--speed", "max"], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        problems = _watch(demo)
    finally:
        if demo.poll() is None:
            demo.kill()
            demo.wait()
    if _changed_files() != before:
        problems.append("files of the checkout changed")
    for problem in problems:
        print(f"Smoke: {problem}", file=sys.stderr)
    print("Smoke: " + ("FAILED" if problems else "played, compared, healthy, stopped, nothing left"))
    return 1 if problems else 0


def _watch(demo: "subprocess.Popen[str]") -> list[str]:
    assert demo.stdout is not None
    lines: list[str] = []
    reading = threading.Thread(target=_copy, args=(demo.stdout, lines), daemon=True)
    reading.start()
    if not _until(lambda: demo.poll() is not None or any(READY in line for line in lines), PATIENCE_SECONDS):
        return [f"not played within {PATIENCE_SECONDS:.0f} s"]
    if demo.poll() is not None:
        return [f"the demonstration ended by itself with {demo.returncode}"]
    problems = _status_problems()
    stopped = subprocess.run([*NOABER, "stop"], cwd=ROOT, check=False)
    if stopped.returncode != 0:
        problems.append("noaber stop failed")
    if not _until(lambda: demo.poll() is not None, STOP_SECONDS) or demo.returncode != 0:
        problems.append(f"the demonstration did not end well: {demo.poll()}")
    left = _left_running(home_of(os.environ) / "demo")
    return problems + [f"still running: {each}" for each in left]


def _status_problems() -> list[str]:
    found = subprocess.run(
        [*NOABER, "status", "--json"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    status = json.loads(found.stdout)
    bad = [f"{each['name']}: {each['why']}" for each in status["processes"] if not each["healthy"]]
    if found.returncode != 0 or not status["healthy"] or not status["processes"]:
        return [f"not healthy: {bad}"]
    return []


def _copy(source: IO[str], lines: list[str]) -> None:
    with source:
        for line in source:
            print(line, end="", flush=True)
            lines.append(line)


def _left_running(place: Path) -> list[str]:
    """Commands of processes that name the place of the demonstration; only Linux can tell."""
    own = os.getpid()
    found: list[str] = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            told = (process / "environ").read_bytes() + (process / "cmdline").read_bytes()
        except OSError:
            continue
        if str(place).encode() in told and int(process.name) != own:
            found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode()[:120])
    return found


def _changed_files() -> str:
    git = subprocess.run(
        ["git", "status", "--porcelain"], cwd=ROOT, check=False, capture_output=True, text=True
    )
    return git.stdout


def _until(condition: Callable[[], bool], seconds: float) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.1)
    return True


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
