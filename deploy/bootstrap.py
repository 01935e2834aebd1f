"""Sets a bare machine up: the virtual environment with exactly the locked dependencies.

Runs under the system's Python with nothing but the standard library, since nothing else is there yet.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
import venv
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from schemas.command_line import command_line

ROOT: Final = Path(__file__).resolve().parent.parent
OLDEST: Final = (3, 11)
NEWEST: Final = (3, 14)
LOCK: Final = "requirements-dev.lock"
STAMP: Final = "noaber-setup"


class SetupFailed(Exception):
    """Setting up cannot go on; the text says what happened and what to do."""


def home_of(environment: Mapping[str, str]) -> Path:
    """NOABER_HOME, or `.noaber` in the checkout: the one folder that holds everything fetched or made."""
    return Path(environment.get("NOABER_HOME") or ROOT / ".noaber").absolute()


def child_environment(environment: Mapping[str, str], home: Path) -> dict[str, str]:
    """The environment of every child: caches and temporary files stay inside `home`.

    Settings of the machine (PIP_*, proxies, certificates) are kept: its owner says where downloads come from.
    """
    temporary = home / "tmp"
    temporary.mkdir(parents=True, exist_ok=True)
    return {
        **environment,
        "PIP_CACHE_DIR": str(home / "cache" / "pip"),
        "PIP_DISABLE_PIP_VERSION_CHECK": "1",
        "TMPDIR": str(temporary),
        "XDG_CACHE_HOME": str(home / "cache"),
    }


def check_machine(version: tuple[int, int], platform: str) -> None:
    """Raise SetupFailed on a Python or a system that is not supported."""
    if not OLDEST <= version <= NEWEST:
        raise SetupFailed(
            f"Python {version[0]}.{version[1]} is not supported; use 3.11 to 3.14, "
            "for example: make PYTHON=python3.12 test"
        )
    if platform not in {"linux", "darwin"}:
        raise SetupFailed(f"{platform} is not supported; use Linux with glibc, or macOS")


def fingerprint(lock: bytes, version: tuple[int, int]) -> str:
    """What the environment was made from; another fingerprint means it has to be made anew."""
    return hashlib.sha256(repr(version).encode() + lock).hexdigest()


def is_complete(environment: Path, wanted: str) -> bool:
    """Whether an earlier set-up was finished, and from the same lock and Python."""
    stamp = environment / STAMP
    return stamp.is_file() and stamp.read_text() == wanted


@contextmanager
def alone(home: Path, what: str) -> Iterator[None]:
    """One at a time fetches or makes this: a second one waits, and then finds the work done."""
    home.mkdir(parents=True, exist_ok=True)
    with (home / f"{what}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def make_environment(root: Path, home: Path, environment: Mapping[str, str]) -> None:
    """Make `root/.venv` from the lock unless it is there. Raises SetupFailed where that is impossible."""
    target = root / ".venv"
    version = sys.version_info[:2]
    wanted = fingerprint((root / LOCK).read_bytes(), version)
    if is_complete(target, wanted):
        return
    print(f"Setting up {target}: Python packages from {LOCK}, about a minute the first time", flush=True)
    venv.EnvBuilder(clear=True, with_pip=True, symlinks=True).create(target)
    _install(target, root / LOCK, child_environment(environment, home))
    _write_command(target)
    (target / STAMP).write_text(wanted)


def _write_command(target: Path) -> None:
    """`.venv/bin/noaber`: finds the checkout from its own place, so that a path with a space does no harm."""
    command = target / "bin" / "noaber"
    command.write_text(
        "#!/bin/sh\n"
        'here=$(cd "$(dirname "$0")" && pwd)\n'
        'PYTHONPATH="$here/../..${PYTHONPATH:+:$PYTHONPATH}" exec "$here/python" -m deploy.noaber.cli "$@"\n'
    )
    command.chmod(0o755)


def _install(target: Path, lock: Path, environment: Mapping[str, str]) -> None:
    command = [str(target / "bin" / "python"), "-m", "pip", "install", "--quiet", "--require-hashes"]
    result = subprocess.run([*command, "-r", str(lock)], env=dict(environment), check=False)
    if result.returncode != 0:
        raise SetupFailed(
            "the Python packages could not be fetched (pip says why, above). Check the network and the "
            "package index that pip uses, then run the same command again: it starts where it stopped"
        )


def main(arguments: Sequence[str]) -> int:
    """Set everything up; 0, or 1 with one sentence that says what to do."""
    command_line("deploy.bootstrap", "Makes .venv from the lock, unless it is there.").parse_args(arguments)
    home = home_of(os.environ)
    try:
        check_machine(sys.version_info[:2], sys.platform)
        with alone(home, "setup"):
            make_environment(ROOT, home, os.environ)
    except SetupFailed as failure:
        print(f"Set-up stopped: {failure}.", file=sys.stderr)
        return 1
    except OSError as failure:
        print(
            f"Set-up stopped: {failure}. Check the free space and the rights on that path.", file=sys.stderr
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
