"""What stood on every screen in the end: the frames' sum, a fresh snapshot and the owners say the same."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from tests.faults.checker.audience import FIELDS, OF_AN_INCIDENT, fields_of, level_for
from tests.faults.checker.facts import Facts, Spot
from tests.faults.checker.history import Line
from tests.faults.checker.sight import JOINS_CONTACT, Sight, opened, rows_in
from tests.faults.checker.upgrade import Added, known_before
from tests.faults.checker.verdict import Verdict

Shown = dict[Spot, Line]

READ_PATHS = {
    "incidents": "incident",
    "requests": "help_request",
    "approaches": "approach",
    "commitments": "commitment",
}


@dataclass
class Screen:
    """A picture as the protocol says it is kept: the highest version wins, of removed rows too."""

    rows: Shown = field(default_factory=dict)
    gone: dict[Spot, list[int]] = field(default_factory=dict)

    def take(self, frame: dict[str, Any]) -> None:
        """One text: a snapshot starts over."""
        if "tables" in frame:
            self.rows = {_spot(row): row for row in rows_in(frame)}
            self.gone = {}
        for row in frame.get("changed", ()):
            if row["v"] > self._known(_spot(row)):
                self.rows[_spot(row)] = row
                self.gone.pop(_spot(row), None)
        for row in frame.get("removed", ()):
            if row["v"] >= self._known(_spot(row)):
                self.rows.pop(_spot(row), None)
                self.gone[_spot(row)] = row["v"]

    def _known(self, spot: Spot) -> list[int]:
        return self.rows[spot]["v"] if spot in self.rows else self.gone.get(spot, [])


def check_pictures(facts: Facts, verdict: Verdict) -> None:
    """Frames against the fresh snapshot, the client's own picture against it, and it against the owners."""
    screens: dict[str, Screen] = defaultdict(Screen)
    for line in facts.history.frame:
        screens[line["viewer"]].take(json.loads(line["text"]))
    pictures = {line["viewer"]: line["rows"] for line in facts.history.picture}
    wall = Wall(facts)
    for line in facts.history.fresh:
        viewer, person = line["viewer"], line["person"]
        snapshot = json.loads(line["text"])
        fresh = {_spot(row): row for row in rows_in(snapshot)}
        ids = {"viewer": viewer, "person": person}
        if viewer in screens:
            _compare(facts.added, screens[viewer].rows, fresh, ids, verdict)
        if viewer in pictures:
            shown = {_spot(row): row for row in pictures[viewer]}
            _compare(facts.added, shown, fresh, ids, verdict)
        if facts.journalled:
            _compare_with_owners(facts, wall.of(frozenset(facts.keys_now(person))), fresh, ids, verdict)
    for viewer in (screens.keys() | pictures.keys()) - {line["viewer"] for line in facts.history.fresh}:
        verdict.wrong("not_compared", "a fresh snapshot for every viewer", "none", viewer=viewer)
    _check_reads(facts, verdict)


def _compare(added: Added, shown: Shown, fresh: Shown, ids: Line, verdict: Verdict) -> None:
    for spot in sorted(shown.keys() | fresh.keys()):
        seen, right = (_plain(known_before(added, spot[0], each.get(spot))) for each in (shown, fresh))
        if seen != right:
            about = {**ids, "aggregate": spot[0], "id": spot[1]}
            verdict.wrong("stale_wall", f"{right}, as in a fresh snapshot", seen, **about)


def _plain(row: Line | None) -> Line | None:
    """A row without its empty fields: a client may keep them or not."""
    if row is None:
        return None
    data = {name: value for name, value in row["data"].items() if value is not None}
    return {"v": list(row["v"]), "level": row["level"], "data": data}


class Wall:
    """What the owners' newest states let somebody see; worked out once for all who hold the same keys."""

    def __init__(self, facts: Facts) -> None:
        self._facts = facts
        self._by_key: dict[str, set[Spot]] = defaultdict(set)
        for spot, (_, state) in facts.newest.items():
            for key in state.get("readers", ()):
                self._by_key[key].add(spot)
        self.of = cache(self._of)

    def _of(self, keys: frozenset[str]) -> dict[Spot, str]:
        """Row -> level."""
        found: dict[Spot, str] = {}
        for spot in {spot for key in keys for spot in self._by_key.get(key, ())}:
            level = level_now(self._facts, spot, keys)
            if level is not None and spot[0] in FIELDS:
                found[spot] = level
        return found


def level_now(facts: Facts, spot: Spot, keys: Iterable[str]) -> str | None:
    """The level at which somebody with these keys sees a row in the end."""
    state = facts.newest[spot][1]
    parent = facts.newest.get(("incident", state["incident"])) if spot[0] in OF_AN_INCIDENT else None
    return level_for(state, [] if parent is None else [parent[1]], frozenset(keys))


def _spot(row: Line) -> Spot:
    return (row["kind"], row["id"])


def _compare_with_owners(
    facts: Facts, right: dict[Spot, str], fresh: Shown, ids: Line, verdict: Verdict
) -> None:
    for spot in sorted(right.keys() | fresh.keys()):
        if spot[0] not in facts.journalled:
            continue
        about = {**ids, "aggregate": spot[0], "id": spot[1]}
        if spot not in fresh:
            verdict.wrong("row_missing", f"this row at level {right[spot]}", "no row", **about)
        elif spot not in right:
            verdict.wrong("row_leaked", "no such row in the snapshot", fresh[spot], **about)
        else:
            if fresh[spot]["level"] != right[spot]:
                verdict.wrong("level_differs", f"level {right[spot]}", fresh[spot]["level"], **about)
            _compare_row(facts, fresh[spot], about, verdict)


def _compare_row(facts: Facts, row: Line, about: Line, verdict: Verdict) -> None:
    spot = _spot(row)
    (_, version), state = facts.newest[spot]
    if row["v"][1] != version:
        verdict.wrong("stale_snapshot", f"version {version}, its owner's newest", row["v"], **about)
        return
    apart = {"contact"} | opened(state)
    data = {name: value for name, value in row["data"].items() if name not in apart}
    state = {**facts.added.get(spot[0], {}), **state}
    right = {name: state[name] for name in fields_of(spot[0], row["level"]) if name not in apart}
    if known_before(facts.added, spot[0], data) != known_before(facts.added, spot[0], right):
        verdict.wrong("told_otherwise", f"{right}", data, **about)
    if spot[0] in OF_AN_INCIDENT and spot[0] not in JOINS_CONTACT:
        audience = facts.newest["incident", state["incident"]][1]["audience_version"]
        if row["v"][2] != audience:
            verdict.wrong("stale_snapshot", f"audience {audience} of its incident", row["v"], **about)


def _check_reads(facts: Facts, verdict: Verdict) -> None:
    """What owners answer in the end is the newest, to who may see it, and nothing to anybody else."""
    sight = Sight(facts, verdict)
    for read in facts.history.read:
        *_, plural, key = read["path"].split("/")
        if plural not in READ_PATHS or read["status"] not in (200, 404):
            continue
        spot, ids = (READ_PATHS[plural], key), {"person": read["person"], "path": read["path"]}
        known = facts.newest.get(spot)
        level = None if known is None else level_now(facts, spot, facts.keys_now(read["person"]))
        if read["status"] == 200:
            sight.judge(read["person"], read["body"], ids)
            if level is None:
                verdict.wrong("row_leaked", "404", read["body"], **ids)
            elif known is not None and read["body"]["v"][1] != known[0][1]:
                verdict.wrong("stale_answer", f"version {known[0][1]}", read["body"]["v"], **ids)
        elif level is not None:
            verdict.wrong("row_missing", f"this row at level {level}", "404", **ids)
