"""What this machine's processors did: our own processes, named ones among them, and everybody else."""

import ctypes
import os
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

PROC: Final = Path("/proc")
TICKS: Final = os.sysconf("SC_CLK_TCK")
PAGE: Final = os.sysconf("SC_PAGE_SIZE")
SET_CHILD_SUBREAPER: Final = 36


@dataclass(frozen=True)
class Process:
    """One line of /proc/PID/stat: seconds of its own, and of its children that ended."""

    pid: int
    parent: int
    own: float
    ended_children: float


def processes() -> Iterator[Process]:
    """Every process that can be seen."""
    for folder in PROC.glob("[0-9]*"):
        try:
            text = (folder / "stat").read_text()
        except OSError:
            continue
        # The name stands in brackets and may hold spaces.
        fields = text.rpartition(")")[2].split()
        own, ended = (sum(map(int, fields[i : i + 2])) / TICKS for i in (11, 13))
        yield Process(int(folder.name), int(fields[1]), own, ended)


def descendants(found: Iterable[Process], root: int) -> list[Process]:
    """A process and all below it."""
    below: defaultdict[int, list[Process]] = defaultdict(list)
    by_pid: dict[int, Process] = {}
    for each in found:
        below[each.parent].append(each)
        by_pid[each.pid] = each
    family = [by_pid[root]] if root in by_pid else []
    for each in family:
        family += below[each.pid]
    return family


def cpu_seconds(pid: int) -> float:
    """User and system time of a process and all below it, those that ended included."""
    return sum(each.own + each.ended_children for each in descendants(processes(), pid))


def resident_bytes(pid: int) -> int:
    """Memory that a process and all below it hold (proportional set size: shared pages count once)."""
    return sum(_proportional(each.pid) for each in descendants(processes(), pid))


def _proportional(pid: int) -> int:
    for line in (PROC / str(pid) / "smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) * 1024
    return 0


def busy_seconds() -> float:
    """Seconds of all cores in user and system mode and stolen by the host; interrupts belong to nobody."""
    user, nice, system, _idle, _wait, _irq, _softirq, steal = _counters()
    return (user + nice + system + steal) / TICKS


def _counters() -> list[int]:
    return [int(field) for field in (PROC / "stat").read_text().splitlines()[0].split()[1:9]]


@contextmanager
def orphans_adopted() -> Iterator[None]:
    """Meanwhile a process whose parent ends hangs below this one, as a browser's helpers do (prctl(2)).

    Linux only. Those that end stay as zombies while this process lives, so that their time counts as ours.
    So start nothing here of which anybody asks whether its pid is still there.
    """
    _adopt(1)
    try:
        yield
    finally:
        _adopt(0)


def _adopt(on: int) -> None:
    if ctypes.CDLL(None, use_errno=True).prctl(SET_CHILD_SUBREAPER, on, 0, 0, 0) != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))


class Others:
    """Cores that everybody but this process and its children uses; see `trials.Watch`."""

    def __init__(self) -> None:
        self._began = (0.0, 0.0, 0.0)

    def start(self) -> None:
        """From here on."""
        self._began = self._look()

    def others(self) -> float:
        """On average since `start`; never below zero, since the kernel's counters are coarse."""
        moment, busy, own = (now - then for now, then in zip(self._look(), self._began, strict=True))
        return max(0.0, busy - own) / max(moment, 1e-9)

    def _look(self) -> tuple[float, float, float]:
        return (time.monotonic(), busy_seconds(), cpu_seconds(os.getpid()))


class Unjudged:
    """A watch that only says what others use: a quick look is had on a busy machine too."""

    def __init__(self, say: Callable[[str], None]) -> None:
        self._others = Others()
        self._say = say

    def start(self) -> None:
        """From here on."""
        self._others.start()

    def others(self) -> float:
        """Nothing, whatever it is."""
        self._say(f"others used {self._others.others():.2f} cores")
        return 0.0
