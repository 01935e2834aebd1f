"""Starts child processes: each its own session, its output in a log, and gone when we are gone."""

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from deploy.bootstrap import ROOT, SetupFailed, child_environment

PR_SET_PDEATHSIG: Final = 1
START_SECONDS: Final = 60
STOP_SECONDS: Final = 15
LAST_LINES: Final = 50


def spawn(
    command: Sequence[str],
    log: Path,
    home: Path,
    environment: Mapping[str, str],
    user: str | None = None,
) -> "subprocess.Popen[bytes]":
    """A child with these additions to the environment; on Linux it ends when this process dies."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        return subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            env={**child_environment(os.environ, home), **environment},
            cwd="/" if user is not None else ROOT,
            user=user,
            start_new_session=True,
            # Safe here: the starter has no threads, and the function only makes one system call.
            preexec_fn=_die_with_parent if sys.platform == "linux" else None,  # noqa: PLW1509
        )


@contextmanager
def serving(
    command: Sequence[str],
    is_ready: Callable[[], bool],
    log: Path,
    home: Path,
    user: str | None = None,
    *,
    stop: signal.Signals = signal.SIGTERM,
) -> "Iterator[subprocess.Popen[bytes]]":
    """A server that is ready while the block runs; its process. Raises SetupFailed with its last lines."""
    process = spawn(command, log, home, {}, user)
    try:
        end = time.monotonic() + START_SECONDS
        while not is_ready():
            if process.poll() is not None or time.monotonic() > end:
                last = log.read_text(errors="replace").splitlines()[-LAST_LINES:]
                raise SetupFailed("\n".join([f"{log.stem} did not start. Its last lines:", *last]))
            time.sleep(0.05)
        yield process
    finally:
        _stop(process, stop)


def _stop(process: "subprocess.Popen[bytes]", stop: signal.Signals) -> None:
    process.send_signal(stop)
    try:
        process.wait(STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
