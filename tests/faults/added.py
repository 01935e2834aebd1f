"""Which fields of events one release has and an earlier one does not, by their published schemas."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from deploy.bootstrap import ROOT

SCHEMAS = Path("schemas/json")


def added_since(earlier: Path, now: Path = ROOT) -> dict[str, dict[str, Any]]:
    """Kind -> field that the code in `earlier` did not know -> its default; only what has one was added."""
    found: dict[str, dict[str, Any]] = {}
    for file in sorted((now / SCHEMAS).glob("*.json")):
        before = earlier / SCHEMAS / file.name
        known = {name for name, _ in _fields(before)} if before.exists() else None
        new = {name: told["default"] for name, told in _fields(file) if "default" in told}
        if known is not None and (fresh := {name: each for name, each in new.items() if name not in known}):
            found.setdefault(file.name.partition(".")[0], {}).update(fresh)
    return found


def _fields(file: Path) -> Iterator[tuple[str, dict[str, Any]]]:
    schema = json.loads(file.read_text(encoding="utf-8"))
    for shape in (schema, *schema.get("$defs", {}).values()):
        yield from shape.get("properties", {}).items()
