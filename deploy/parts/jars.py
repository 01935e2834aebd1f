"""Fetches Kafka's jars from Maven Central into one folder, and checks them against the committed list.

Run as a process of its own, with HOME inside NOABER_HOME, because jgo keeps its cache under the home folder.
"""

import hashlib
import shutil
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

import jgo

from schemas.command_line import command_line

ENDPOINT: Final = "org.apache.kafka:kafka_2.13:4.3.1"
LIST: Final = Path(__file__).with_name("kafka-jars.sha256")


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


def fetch(folder: Path) -> None:
    """Put every jar of Kafka's runtime in the folder; a half-filled folder is never left under its name."""
    half = folder.with_name(folder.name + ".half")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True)
    for artifact in jgo.resolve(ENDPOINT):
        shutil.copy(artifact.resolve(), half / artifact.filename)
    if LIST.exists():
        check(digests(half), expected(LIST.read_text()))
    half.rename(folder)


def main(arguments: Sequence[str]) -> int:
    """Fetch them; 0, or 1 with one sentence that says what is in the way."""
    parser = command_line("deploy.parts.jars", "Fetches Kafka's jars into a new folder.", "kafka-jars")
    parser.add_argument("folder", metavar="FOLDER", type=Path, help="made when all of them are right")
    folder: Path = parser.parse_args(arguments).folder
    try:
        if folder.exists():
            raise FileExistsError(f"{folder} is there already; name one that is not")
        fetch(folder)
    except (WrongJars, OSError) as failure:
        print(f"Stopped: {failure}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
