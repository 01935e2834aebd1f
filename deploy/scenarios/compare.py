"""Compares what a viewer sees, asked anew, with what the owners answer the same person."""

from collections.abc import Iterator, Mapping
from typing import Any, Final, Protocol

from deploy.client import Refusal

PATHS: Final = {
    "incident": "incidents",
    "help_request": "requests",
    "approach": "approaches",
    "commitment": "commitments",
}
"""Kinds whose owner can be asked for one row."""

OPENED: Final = {"call_back": None, "on_behalf_of": "caller"}
"""What its owner keeps sealed and the screen shows: the whole field, or this part of it."""

Row = dict[str, Any]
Told = Mapping[str, set[str]]
"""Kind -> ids of rows that answers to commands have shown to anybody."""


class Viewer(Protocol):
    """Somebody with a screen."""

    def rows(self) -> dict[str, dict[str, Row]]:
        """The snapshot: kind -> id -> data."""

    def read(self, path: str) -> "dict[str, Any] | Refusal":
        """What the owner answers."""


def differences(viewer: Viewer, told: Told) -> list[str]:
    """A sentence for each row that is missing on the screen or is not what its owner answers; [] is good."""
    seen = viewer.rows()
    return [*_missing(seen, told), *_wrong(viewer, seen)]


def _missing(seen: Mapping[str, Mapping[str, Row]], told: Told) -> Iterator[str]:
    wanted = [(kind, key) for kind, keys in sorted(told.items()) for key in sorted(keys)]
    wanted += [
        ("commitment", slot["commitment"])
        for row in seen.get("help_request", {}).values()
        for slot in row.get("slots", ())
        if slot["commitment"] is not None
    ]
    for kind, key in wanted:
        if kind in PATHS and key not in seen.get(kind, {}):
            yield f"{kind} {key} is not there"


def _wrong(viewer: Viewer, seen: Mapping[str, Mapping[str, Row]]) -> Iterator[str]:
    for kind, path in PATHS.items():
        for key, row in seen.get(kind, {}).items():
            owned = viewer.read(f"/api/aid/{path}/{key}")
            if isinstance(owned, Refusal):
                yield f"{kind} {key} is there, and its owner answers {owned.code}"
            elif owned["v"][:2] != row["v"][:2]:
                yield f"{kind} {key} stands at version {row['v']}, its owner's at {owned['v']}"
            elif odd := [name for name, value in owned["data"].items() if _differs(row, name, value)]:
                yield f"{kind} {key} differs in {', '.join(odd)}"


def _differs(row: Row, name: str, owned: Any) -> bool:
    seen, part = row.get(name), OPENED.get(name)
    if name in OPENED and owned is None:
        return False
    if part is not None and isinstance(seen, dict) and owned[part] == "":
        seen = {**seen, part: ""}
    return bool(seen != owned)
