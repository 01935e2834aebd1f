"""Fetches a set of jars from Maven Central into one folder, and checks them against its committed list.

Run as a process of its own, with HOME inside NOABER_HOME, because jgo keeps its cache under the home folder.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from errno import ENOSPC
from pathlib import Path
from typing import Final

import jgo

from deploy.bootstrap import SetupFailed, alone, child_environment
from schemas.command_line import command_line

SETS: Final = {
    "kafka": "org.apache.kafka:kafka_2.13:4.3.1",
    "strimzi": "io.strimzi:crd-generator:1.2.0+io.strimzi:api:1.2.0",
}
"""What runs, and what the chart is checked by."""

LISTS: Final = Path(__file__).parent


class WrongJars(Exception):
    """What was fetched is not what was reviewed: nothing of it is used."""


def digests(folder: Path) -> dict[str, str]:
    """File name -> SHA-256 of every jar in a folder."""
    return {jar.name: hashlib.sha256(jar.read_bytes()).hexdigest() for jar in sorted(folder.glob("*.jar"))}


def expected(text: str) -> dict[str, str]:
    """The committed list: `digest  name` on each line."""
    return {name: digest for digest, name in (line.split() for line in text.splitlines() if line)}


def check(found: dict[str, str], wanted: dict[str, str]) -> None:
    """Raise WrongJars naming what differs."""
    differs = sorted(name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name))
    if differs:
        raise WrongJars(f"these jars are missing, new or changed: {', '.join(differs)}")


def reviewed(which: str) -> dict[str, str]:
    """The committed list of a set."""
    return expected((LISTS / f"{which}-jars.sha256").read_text())


def kept(home: Path, which: str) -> Path:
    """The folder with a set's jars, fetched once per home. Raises SetupFailed with what to do."""
    folder = home / f"{which}-jars"
    if not folder.is_dir():
        with alone(home, folder.name):
            # Somebody else may have fetched them while this one waited.
            if not folder.is_dir():
                _fetch_apart(home, which, folder)
    return folder


def _fetch_apart(home: Path, which: str, folder: Path) -> None:
    print(
        f"Fetching the jars of {which} from Maven Central ({len(reviewed(which))}), about 20 s",
        flush=True,
    )
    maven = home / "maven"
    maven.mkdir(parents=True, exist_ok=True)
    environment = {**child_environment(os.environ, home), "HOME": str(maven)}
    command = [sys.executable, "-m", "deploy.parts.jars", which, str(folder)]
    done = subprocess.run(command, env=environment, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        last = done.stderr.strip().splitlines()[-1:] or ["no reason given"]
        said = last[0].removeprefix("Stopped: ")
        lacks = "room on the disk" if os.strerror(ENOSPC) in said else "network"
        raise SetupFailed(f"{which} could not be fetched: {said}. Check the {lacks} and try again")


def fetch(which: str, folder: Path) -> None:
    """Put every jar of a set in the folder; a half-filled folder is never left under its name."""
    half = folder.with_name(folder.name + ".half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    for artifact in jgo.resolve(SETS[which]):
        shutil.copy(artifact.resolve(), half / artifact.filename)
    check(digests(half), reviewed(which))
    half.rename(folder)


def main(arguments: Sequence[str]) -> int:
    """Fetch them; 0, or 1 with one sentence that says what is in the way."""
    parser = command_line("deploy.parts.jars", "Fetches jars into a new folder.", "kafka kafka-jars")
    parser.add_argument("which", choices=sorted(SETS), help="which set of them")
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="made when all of them are right")
    told = parser.parse_args(arguments)
    folder: Path = told.folder
    try:
        if folder.exists():
            raise FileExistsError(f"{folder} is there already; name one that is not")
        fetch(told.which, folder)
    except (WrongJars, OSError) as failure:
        print(f"Stopped: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
