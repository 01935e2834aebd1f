"""Keeps the books that a platform keeps and knows no rule: a history is as right or wrong as a test wants.

Who is in it: the mandate of GM0001, which is hit; two helpers and the desk of GM0002; an officer of the IBD;
and a neighbour of GM0009, who has nothing to do with it.
"""

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid5

from tests.faults.checker.audience import (
    fields_of,
    level_for,
)
from tests.faults.checker.commands import CAUSES
from tests.faults.checker.facts import OWNER, Facts
from tests.faults.checker.history import History

Row = dict[str, Any]

TOPICS = {
    "incident": "incidents",
    "help_request": "help-requests",
    "approach": "approaches",
    "commitment": "commitments",
    "log_entry": "log-entries",
    "lending": "lending",
    "duty": "duty",
    "wake_list": "wake-lists",
    "delivery": "deliveries",
}


def name(number: int) -> str:
    """An id."""
    return f"00000000-0000-4000-8000-{number:012d}"


MANDATE, FIRST, SECOND, DESK, OFFICER, NEIGHBOUR = (name(number) for number in range(1, 7))
INCIDENT, REQUEST, OTHER_REQUEST = name(11), name(12), name(13)
ASKED_FIRST, ASKED_SECOND, ASKED_AGAIN = name(21), name(22), name(23)
HELD, ALSO_HELD = name(31), name(32)

PEOPLE: dict[str, tuple[str, list[str], list[str]]] = {
    MANDATE: ("GM0001", ["report", "mandate"], []),
    FIRST: ("GM0002", [], ["network"]),
    SECOND: ("GM0002", [], ["network"]),
    DESK: ("GM0002", ["lend"], ["network"]),
    OFFICER: ("IBD", ["ibd"], []),
    NEIGHBOUR: ("GM0009", [], []),
}
"""Person -> employer, rights, functions."""

VIEWERS = {"victim": MANDATE, "helper": FIRST, "second": SECOND, "ibd": OFFICER, "neighbour": NEIGHBOUR}


def at(minute: int) -> str:
    """A moment as an owner writes it."""
    return f"2026-11-25T{12 + minute // 60:02d}:{minute % 60:02d}:00Z"


class Books:
    """Journal, topics, command log and screens; `epoch` is what a restore raises."""

    def __init__(self) -> None:
        self.history = History()
        self.epoch = 1
        self._deeds = 0
        self._last: dict[tuple[str, str], Row] = {}
        self._states: dict[tuple[str, str], Row] = {}
        self._offsets: dict[str, int] = {}
        for person, (employer, rights, functions) in PEOPLE.items():
            memberships = [{"organisation": employer, "rights": rights}]
            self.history.add("person", id=person, memberships=memberships, functions=functions)
        self._facts = Facts(self.history)
        for viewer, person in VIEWERS.items():
            self._show(viewer, {"cursor": "c", "tables": [], "me": {"person": person, "keys": []}})

    def newest(self, kind: str, key: str) -> Row:
        """The newest state of a row."""
        return dict(self._states[kind, key])

    def all(self, kind: str) -> list[Row]:
        """The newest states of a kind."""
        return [state for (each, _), state in self._states.items() if each == kind]

    def command(self, person: str, path: str, body: Row, *left: tuple[str, Row], key: str = "") -> str:
        """A command that is carried out and acknowledged; its key."""
        key = key or f"key-{len(self.history.sent)}"
        rows = self.deed(str(uuid5(CAUSES, f"{person}/{key}")), *left)
        self.attempt(
            person, path, body, key, status=200, answer={"row": None, "rows": self._seen(person, rows)}
        )
        return key

    def attempt(self, person: str, path: str, body: Row, key: str, **outcome: Any) -> None:
        """A line in the log of a client; without `status` there was no answer."""
        now = float(len(self.history.sent) * 10)
        line = {"person": person, "key": key, "method": "POST", "path": path, "body": body, "sent": now}
        answered = {"answered": now + 1} if outcome else {}
        self.history.add("sent", **line, **answered, **outcome)

    def deed(self, cause: str, *left: tuple[str, Row]) -> list[tuple[str, Row]]:
        """One transaction: journal, topic and every screen."""
        self._deeds += 1
        before = dict(self._states)
        for kind, state in left:
            self._write(kind, state, cause)
        for viewer, person in VIEWERS.items():
            changed = self._seen(person, left)
            visible = {row["id"] for row in changed}
            removed = [
                {"kind": kind, "id": state["id"], "v": self._version(kind, state)}
                for kind, state in left
                if state["id"] not in visible and self._level(person, kind, before.get((kind, state["id"])))
            ]
            if changed or removed:
                self._show(viewer, {"type": "delta", "changed": changed, "removed": removed})
        return list(left)

    def finish(self) -> History:
        """Everybody fetches a fresh snapshot; the history is whole."""
        for viewer, person in VIEWERS.items():
            rows = self._seen(person, [(kind, state) for (kind, _), state in self._states.items()])
            self.history.add("picture", viewer=viewer, person=person, rows=rows)
            tables = [
                {
                    "kind": row["kind"],
                    "level": row["level"],
                    "fields": list(row["data"]),
                    "rows": [[row["id"], row["v"], *row["data"].values()]],
                }
                for row in rows
            ]
            self.history.add("fresh", viewer=viewer, person=person, text=json.dumps({"tables": tables}))
        return self.history

    def _write(self, kind: str, state: Row, cause: str) -> None:
        before = self._last.get((kind, state["id"]))
        version, previous = (1, None) if before is None else (before["version"] + 1, before["hash"])
        payload = json.dumps(state)
        row = {
            "owner": OWNER[kind],
            "aggregate": kind,
            "key": state["id"],
            "version": version,
            "epoch": self.epoch,
            "payload": payload,
            "previous": previous,
            "hash": sha256(bytes.fromhex(previous or "") + payload.encode()).hexdigest(),
            "event_id": str(uuid5(UUID(cause), f"{kind}/{state['id']}/{version}")),
            "correlation": cause,
            "at": at(self._deeds),
            "order": self._deeds,
        }
        self.history.add("journal", **row)
        self._last[kind, state["id"]], self._states[kind, state["id"]] = row, state
        self.publish(row)

    def publish(self, row: Row) -> None:
        """A record of a journal row at the end of its topic."""
        topic = TOPICS[row["aggregate"]]
        headers = {
            "ce_type": f"nl.noaber.{row['aggregate']}.v1",
            "ce_id": row["event_id"],
            "ce_version": str(row["version"]),
            "ce_epoch": str(row["epoch"]),
        }
        offset = self._offsets.get(topic, 0)
        self._offsets[topic] = offset + 1
        place = {"topic": topic, "partition": 0, "offset": offset}
        self.history.add("record", **place, key=row["key"], value=row["payload"], headers=headers)

    def _show(self, viewer: str, frame: Row) -> None:
        self.history.add("frame", viewer=viewer, person=VIEWERS[viewer], text=json.dumps(frame))

    def _seen(self, person: str, left: Iterable[tuple[str, Row]]) -> list[Row]:
        rows = []
        for kind, state in left:
            level = self._level(person, kind, state)
            if level is not None:
                data = {field: state[field] for field in sorted(fields_of(kind, level))}
                version = self._version(kind, state)
                rows.append({"kind": kind, "id": state["id"], "v": version, "level": level, "data": data})
        return rows

    def _level(self, person: str, kind: str, state: Row | None) -> str | None:
        if state is None:
            return None
        incident = self._states.get(("incident", state.get("incident", state["id"])))
        parents = [] if incident is None else [incident]
        return level_for(state, parents, self._facts.keys_at(person, INCIDENT, parents))

    def _version(self, kind: str, state: Row) -> list[int]:
        row = self._last[kind, state["id"]]
        join = 0 if kind in ("incident", "lending") else 1
        return [row["epoch"], row["version"], join]
