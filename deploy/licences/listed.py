"""Everything that is brought along, with version and licence: of Python, of npm, and Kafka's jars."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from deploy.bootstrap import LOCK, ROOT
from deploy.parts.jars import reviewed

LICENCES: Final = Path(__file__).with_name("licences.json")
NPM: Final = ROOT / "frontend" / "package-lock.json"
SHIPPED: Final = "requirements.lock"

_PINNED: Final = re.compile(r"^([a-z0-9][a-z0-9-]*)==([^\s;\\]+)", re.MULTILINE)
_JAR: Final = re.compile(r"(.+?)-(\d+\.\d+[\w.-]*)\.jar")


@dataclass(frozen=True)
class Part:
    """One package. `licence`: an SPDX expression; empty where none is listed. `purl`: its package URL.

    `ships`: whether it is in what is installed somewhere, and not only in what makes or tests that.
    """

    name: str
    version: str
    licence: str
    purl: str
    sha256: str = ""
    ships: bool = True


def licences() -> dict[str, Any]:
    """{"python": {name: expression}, "jars": {name: {"group", "licence"}}}."""
    found: dict[str, Any] = json.loads(LICENCES.read_text(encoding="utf-8"))
    return found


def pinned(lock: str) -> list[tuple[str, str]]:
    """Name and version of each package in one of our locks; another Python can have another version."""
    return sorted(_PINNED.findall((ROOT / lock).read_text(encoding="utf-8")))


def names(lock: str) -> set[str]:
    """What is named there."""
    return {name for name, _ in pinned(lock)}


def python_parts(lock: str = LOCK) -> list[Part]:
    """Python packages of a lock."""
    listed = licences()["python"]
    return [
        Part(name, version, listed.get(name, ""), f"pkg:pypi/{name}@{version}")
        for name, version in pinned(lock)
    ]


def npm_parts() -> list[Part]:
    """What the pages are made from and with; the lock itself says under which licence each is.

    What is in a page stands under `dependencies` in package.json, with what it brings along.
    """
    packages = json.loads(NPM.read_text(encoding="utf-8"))["packages"]
    return [_npm(place, each) for place, each in sorted(packages.items()) if place]


def _npm(place: str, package: dict[str, Any]) -> Part:
    name = place.rpartition("node_modules/")[2]
    version = package["version"]
    purl = f"pkg:npm/{name.replace('@', '%40')}@{version}"
    ships = not (package.get("dev") or package.get("devOptional"))
    return Part(name, version, package.get("license", ""), purl, ships=ships)


def jar_parts() -> list[Part]:
    """Kafka and what it needs."""
    listed = licences()["jars"]
    digests = reviewed("kafka")
    return [_jar(file, digest, listed) for file, digest in sorted(digests.items())]


def _jar(file: str, digest: str, listed: dict[str, dict[str, str]]) -> Part:
    match = _JAR.fullmatch(file)
    assert match is not None, f"{file} is not NAME-VERSION.jar"
    name, version = match.groups()
    known = listed.get(name, {"group": "", "licence": ""})
    return Part(name, version, known["licence"], f"pkg:maven/{known['group']}/{name}@{version}", digest)


def everything() -> list[Part]:
    """All of it, with what only developers need."""
    return [*python_parts(), *npm_parts(), *jar_parts()]
