"""Disks that can be full: a small one of memory where mounting is permitted, else refused writes."""

import os
import resource
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final, Protocol

from tests.faults.processes import tree

FILLER: Final = "filler"
PIECE: Final = 1024 * 1024


class Disk(Protocol):
    """What a part writes to."""

    kind: str

    def fill(self) -> None:
        """No more can be written."""

    def free(self) -> None:
        """It can be written again."""

    def close(self) -> None:
        """The platform is stopped; nothing is left behind."""


class SmallDisk:
    """A file system in memory of so many megabytes at `place`; a filler takes what is left of it."""

    kind = "a small file system (tmpfs) filled to the last byte"

    def __init__(self, place: Path, megabytes: int, owner: str | None = None) -> None:
        self._place = place
        place.mkdir(parents=True, exist_ok=True)
        size = f"size={megabytes}m,mode=700"
        subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(place)], check=True)
        if owner is not None:
            shutil.chown(place, owner)

    def fill(self) -> None:
        """Write until nothing fits, in smaller and smaller pieces."""
        with (self._place / FILLER).open("ab", buffering=0) as filler:
            size = PIECE
            while size:
                try:
                    filler.write(b"\0" * size)
                except OSError:
                    size //= 2

    def free(self) -> None:
        """Take the filler away."""
        (self._place / FILLER).unlink(missing_ok=True)

    def close(self) -> None:
        """Unmount, also where somebody still has a file open."""
        subprocess.run(["umount", "-l", str(self._place)], check=False)


class RefusedWrites:
    """A stand-in where nothing may be mounted: the kernel refuses every write of the process (EFBIG)."""

    kind = "a stand-in: every write refused by RLIMIT_FSIZE"

    def __init__(self, pid: Callable[[], int | None]) -> None:
        self._pid = pid

    def fill(self) -> None:
        """From now on each write to a file fails."""
        self._limit(0)

    def free(self) -> None:
        """Writes succeed again."""
        self._limit(resource.RLIM_INFINITY)

    def close(self) -> None:
        """Nothing is left of it."""

    def _limit(self, soft: int) -> None:
        root = self._pid()
        for pid in tree(root) if root is not None else ():
            try:
                resource.prlimit(pid, resource.RLIMIT_FSIZE, (soft, resource.RLIM_INFINITY))
            except ProcessLookupError:
                continue


def can_mount(folder: Path) -> bool:
    """Whether this machine lets us mount a file system."""
    if os.geteuid() != 0 or shutil.which("mount") is None:
        return False
    probe = folder / "probe"
    probe.mkdir(parents=True, exist_ok=True)
    tried = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(probe)], check=False, capture_output=True
    )
    if tried.returncode == 0:
        subprocess.run(["umount", str(probe)], check=True)
    probe.rmdir()
    return tried.returncode == 0
