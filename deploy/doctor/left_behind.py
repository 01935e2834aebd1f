"""Databases that root's platforms kept outside their home, and whose home is gone."""

import shlex
from pathlib import Path
from typing import Final

from deploy.doctor.finding import Finding, attention
from deploy.parts.postgres import OUTSIDE_NAME, OWNER, outside_name

MB: Final = 1_000_000


def of_left_behind(folder: Path) -> list[Finding]:
    """Which of them stand in `folder`. One that names no home, from an earlier release, is not judged."""
    return [found for each in sorted(folder.glob(f"{OUTSIDE_NAME}*")) for found in _of_one(each)]


def _of_one(outside: Path) -> list[Finding]:
    try:
        data = _belongs_to(outside)
        if data is None or data.exists():
            return []
        size = sum(file.lstat().st_size for file in outside.rglob("*"))
    except OSError:
        # Somebody else's, or removed while we looked.
        return []
    what = f"{outside} holds a database ({size // MB} MB) of {data}, which is not there"
    why = "it takes room for ever: nothing but that folder holds the password that opens it"
    # Perhaps it is only not mounted: so a person decides, and no command removes all of them at once.
    return [attention("left-behind", what, why, f"bring {data} back, or: rm -r {shlex.quote(str(outside))}")]


def _belongs_to(outside: Path) -> Path | None:
    """The folder of a home that it names, where that is true: anybody may put a folder there."""
    file = outside / OWNER
    if outside.is_symlink() or file.is_symlink() or not file.is_file():
        return None
    said = file.read_text(errors="replace")
    return Path(said) if said.isprintable() and outside_name(Path(said)) == outside.name else None
