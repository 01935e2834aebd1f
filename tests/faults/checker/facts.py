"""A history made easy to ask: the states of every row by version, deeds in order, and who holds which key."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from tests.faults.checker.history import History, Line
from tests.faults.checker.upgrade import Added

Spot = tuple[str, str]
"""Kind and id of a row."""

State = dict[str, Any]
Version = tuple[int, int]
"""(epoch, version)."""

OWNER = {
    **dict.fromkeys(
        (
            "organisation",
            "person",
            "contact",
            "session",
            "access",
            "card",
            "wake_list",
            "trust",
            "directory_seal",
        ),
        "directory",
    ),
    **dict.fromkeys(
        ("incident", "help_request", "approach", "commitment", "duty", "lending", "log_entry"), "aid"
    ),
    "aid_seal": "aid",
    **dict.fromkeys(("delivery", "notification_seal"), "notification"),
}
"""Kind -> who owns it. What matching and the clock say are hints: last one wins, nobody owns them."""

HOLDING = ("reserved", "final")


@dataclass(frozen=True)
class Deed:
    """All that one transaction of an owner wrote."""

    order: int
    at: str
    correlation: str
    rows: tuple[tuple[Spot, int, State], ...]

    def of(self, kind: str) -> list[State]:
        """The states of a kind that it left."""
        return [state for spot, _, state in self.rows if spot[0] == kind]

    def first(self, kind: str) -> list[State]:
        """The states of a kind that it made: version 1."""
        return [state for spot, version, state in self.rows if spot[0] == kind and version == 1]

    @property
    def only_applies_deadlines(self) -> bool:
        """Whether it only lets go of what had expired: that happens whatever becomes of the command."""
        gone = self.of("commitment")
        return (
            bool(gone)
            and all(each["state"] == "lapsed" and each["over_by"] is None for each in gone)
            and all(line["entry"] == "lapsed" for line in self.of("log_entry"))
            and {spot[0] for spot, *_ in self.rows} <= {"commitment", "help_request", "approach", "log_entry"}
        )


class Facts:
    """A history, indexed. A payload that is no JSON is an empty state, a record that is none no state."""

    def __init__(self, history: History) -> None:
        self.history = history
        self.added: Added = {kind: each for line in history.upgrade for kind, each in line["added"].items()}
        self.people: dict[str, list[Line]] = defaultdict(list)
        for line in history.person:
            self.people[line["id"]].append(line)
        self.members = {line["id"]: line.get("members", []) for line in history.organisation}
        owners = {line["owner"] for line in history.journal}
        self.journalled = {kind for kind, owner in OWNER.items() if owner in owners}
        self.states: dict[Spot, dict[Version, State]] = defaultdict(dict)
        self.records = [record for record in history.record if not record.get("injected")]
        for record in self.records:
            self._take_record(record)
        for row in history.journal:
            version = (row["epoch"], row["version"])
            self.states[row["aggregate"], row["key"]][version] = _object(row["payload"]) or {}

    def _take_record(self, record: Line) -> None:
        kind, version = kind_of(record), version_of(record)
        state = _object(record["value"])
        if kind in OWNER and version is not None and state is not None:
            self.states[kind, record["key"]][version] = state

    @cached_property
    def newest(self) -> dict[Spot, tuple[Version, State]]:
        """The newest state of every row: of its journal, or of its topic where no journal was handed over."""
        journal: dict[Spot, Version] = {}
        for row in self.history.journal:
            spot = (row["aggregate"], row["key"])
            journal[spot] = max(journal.get(spot, (0, 0)), (row["epoch"], row["version"]))
        heard = {spot: max(found) for spot, found in self.states.items() if spot[0] not in self.journalled}
        return {spot: (version, self.states[spot][version]) for spot, version in (journal | heard).items()}

    @cached_property
    def deeds(self) -> list[Deed]:
        """The transactions that `aid` committed, in an order in which they could have run one by one."""
        rows: dict[tuple[int, str, str], list[tuple[Spot, int, State]]] = defaultdict(list)
        for row in self.history.journal:
            if row["owner"] == "aid":
                spot = (row["aggregate"], row["key"])
                state = self.states[spot][row["epoch"], row["version"]]
                rows[row["order"], row["at"], row["correlation"]].append((spot, row["version"], state))
        return [Deed(*about, tuple(sorted(rows[about], key=lambda each: each[:2]))) for about in sorted(rows)]

    def state_at(self, spot: Spot, epoch: int, version: int) -> State | None:
        """A row as it was at a version on the wire; an owner shows old rows under its present epoch.

        It hears a moment later that the epoch was raised: until then it shows new rows under the one before.
        """
        found = [known for known in self.states.get(spot, ()) if known[1] == version]
        before = [known for known in found if known[0] <= epoch]
        if before:
            return self.states[spot][max(before)]
        return self.states[spot][min(found)] if found and not self.was_restored(spot[0]) else None

    def kind(self, kind: str) -> Iterable[tuple[str, State]]:
        """The newest states of one kind, by id."""
        return ((spot[1], state) for spot, (_, state) in self.newest.items() if spot[0] == kind)

    def was_restored(self, kind: str) -> bool:
        """Whether the owner of this kind lost a piece of its history to a restore."""
        return any(line["owner"] == OWNER.get(kind) for line in self.history.restore)

    def own_keys(self, person: str) -> set[str]:
        """The keys that a person holds by who they are and where they work, in any state of the run."""
        keys = {"public", f"person:{person}"}
        for line in self.people.get(person, ()):
            for member in line["memberships"]:
                keys.add("members")
                keys.add(f"org:{member['organisation']}")
                if "lend" in member["rights"]:
                    keys.add(f"desk:{member['organisation']}")
        return keys

    def keys_at(self, person: str, incident: str, states: Collection[State]) -> set[str]:
        """The same, with the role that one of these states of an incident gave them."""
        own = self.own_keys(person)
        if any(own & set(state["coordinators"]) for state in states):
            own.add(f"incident:{incident}:coordinator")
        return own

    def keys_now(self, person: str) -> set[str]:
        """Every key that a person holds in the end."""
        keys = self.own_keys(person)
        given = {
            f"incident:{key}:coordinator"
            for key, state in self.kind("incident")
            if keys & set(state["coordinators"])
        }
        return keys | given

    def staff(self, organisation: str) -> dict[str, set[str]]:
        """Person -> functions, of everybody who works there."""
        return self._staff.get(organisation, {})

    @cached_property
    def _staff(self) -> dict[str, dict[str, set[str]]]:
        found: dict[str, dict[str, set[str]]] = defaultdict(dict)
        for person, lines in self.people.items():
            for member in lines[-1]["memberships"]:
                found[member["organisation"]][person] = set(lines[-1]["functions"])
        return found


def _object(text: str | None) -> State | None:
    try:
        found = json.loads(text or "")
    except ValueError:
        return None
    return found if isinstance(found, dict) else None


def kind_of(record: Line) -> str:
    """The kind of row that a record is about, from its type; empty where it is none of ours."""
    parts = record["headers"].get("ce_type", "").split(".")
    return parts[2] if len(parts) == 4 and parts[:2] == ["nl", "noaber"] else ""


def version_of(record: Line) -> Version | None:
    """(epoch, version) of a record, or None where its headers do not say."""
    epoch, version = record["headers"].get("ce_epoch", ""), record["headers"].get("ce_version", "")
    return (int(epoch), int(version)) if epoch.isdigit() and version.isdigit() else None
