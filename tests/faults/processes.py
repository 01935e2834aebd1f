"""Signals to a process with all that it started, and whether it still stands still."""

import contextlib
import os
import signal
from pathlib import Path


def tree(root: int) -> list[int]:
    """A process and its descendants, the first one first; Postgres gives each of its own a session apart."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, IndexError, ValueError):
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(folder.name))
    found = [root]
    for pid in found:
        found += children.get(pid, [])
    return found


def send(root: int, what: signal.Signals) -> list[int]:
    """Send a signal to the whole tree; who got it."""
    reached = []
    for pid in tree(root):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, what)
            reached.append(pid)
    return reached


def wake(pids: list[int]) -> None:
    """Let every process of a list go on, the first one last: its children are there when it looks."""
    for pid in reversed(pids):
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGCONT)
