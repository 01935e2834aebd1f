"""Starts one child process: its own session, its output in a log, and gone when we are gone."""

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from deploy.bootstrap import ROOT, child_environment

PR_SET_PDEATHSIG: Final = 1


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


def _die_with_parent() -> None:
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
