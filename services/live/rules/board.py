"""The newest states, indexed by who may read them, and what a set of keys sees of them."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from schemas.envelope import Event
from schemas.events.commitment import Commitment
from schemas.events.incident import Incident
from schemas.events.person import Person
from schemas.live import ROW_STATES, Kind, Removed, Version
from schemas.live import Row as Shown
from schemas.state import Row
from schemas.values import Level
from schemas.visibility import Keys, join_version, keys_of, level_of, project

Spot = tuple[str, str]
"""Kind and id of a row."""


@dataclass(frozen=True)
class Reach:
    """A name and number as live joins them, and the version of the contact they came from.

    Both are empty once the contact cannot be read any more; its version still rises, so that it disappears.
    """

    name: str
    phone: str
    version: int


class Board:
    """Rows by kind and id. It changes only by `put` and `join`; both say which rows look different now."""

    def __init__(self) -> None:
        self._events: dict[Spot, Event] = {}
        self._coordinated: dict[UUID, Incident] = {}
        self._by_key: defaultdict[str, set[Spot]] = defaultdict(set)
        self._children: defaultdict[UUID, set[Spot]] = defaultdict(set)
        self._of_person: defaultdict[UUID, set[Spot]] = defaultdict(set)
        self._contacts: dict[UUID, Reach] = {}
        self._fragments: dict[tuple[Spot, Level], tuple[Version, bytes]] = {}

    def put(self, event: Event) -> set[Spot]:
        """A newer state; the spots that look different now, for whoever could or can see them."""
        if not isinstance(event.state, ROW_STATES):
            return set()
        spot = (event.state.TYPE, event.envelope.key)
        before = self._events.get(spot)
        self._index(spot, None if before is None else _row(before), event.state)
        self._events[spot] = event
        changed = {spot}
        if isinstance(event.state, Incident):
            self._note_coordinators(event.state)
            if before is None or _audience(before) != _audience(event):
                changed |= self._children[event.state.id]
        return changed

    def join(self, person: UUID, reach: Reach) -> set[Spot]:
        """A contact that can be read now, or cannot be read any more."""
        self._contacts[person] = reach
        for spot in self._of_person[person]:
            for level in Level:
                self._fragments.pop((spot, level), None)
        return self.of_person(person)

    def of_person(self, person: UUID) -> set[Spot]:
        """The rows that show this person's contact."""
        return set(self._of_person[person])

    def keys(self, person: Person) -> Keys:
        """The keys that the person holds now."""
        return keys_of(person, self._coordinated.values())

    def name_of(self, person: UUID) -> str:
        """The person's name, where it can be read; else nothing."""
        reach = self._contacts.get(person)
        return "" if reach is None else reach.name

    def visible(self, keys: Collection[str]) -> list[tuple[Spot, Level]]:
        """Every row that somebody with these keys sees, in a stable order."""
        spots = {spot for key in keys for spot in self._by_key.get(key, ())}
        levels = ((spot, self.level(spot, keys)) for spot in sorted(spots))
        return [(spot, level) for spot, level in levels if level is not None]

    def level(self, spot: Spot, keys: Collection[str]) -> Level | None:
        """The level at which these keys see a row now."""
        row = _row(self._events[spot])
        return level_of(row, keys, self._parent(row))

    def had(self, spot: Spot, keys: Collection[str]) -> bool:
        """Whether somebody with these keys could once see a row that they do not see now."""
        row = _row(self._events[spot])
        return any(key in row.lost_readers or key in row.readers for key in keys)

    def version(self, spot: Spot) -> Version:
        """(epoch, version, join) of a row as it is shown now."""
        event = self._events[spot]
        row = _row(event)
        reach = self._contacts.get(_person_of(row) or UUID(int=0))
        join = join_version(self._parent(row), 0 if reach is None else reach.version)
        return (event.envelope.epoch, event.envelope.version, join)

    def fragment(self, spot: Spot, level: Level) -> bytes:
        """The row as JSON at a level; encoded once per version and level."""
        version = self.version(spot)
        known = self._fragments.get((spot, level))
        if known is not None and known[0] == version:
            return known[1]
        encoded = self._shown(spot, level, version).model_dump_json().encode()
        self._fragments[spot, level] = (version, encoded)
        return encoded

    def removed(self, spot: Spot) -> bytes:
        """What is said of a row that went out of sight."""
        return Removed(kind=Kind(spot[0]), id=spot[1], v=self.version(spot)).model_dump_json().encode()

    def tables(self, keys: Collection[str]) -> list[dict[str, Any]]:
        """Everything the keys see, by columns: one table per kind, level and fields.

        Rows with and without a contact stand apart: a hole in a column could not be told from null.
        """
        tables: dict[tuple[str, Level, tuple[str, ...]], list[Shown]] = defaultdict(list)
        for spot, level in self.visible(keys):
            row = self._shown(spot, level, self.version(spot))
            tables[spot[0], level, tuple(sorted(row.data))].append(row)
        return [_table(*about, rows) for about, rows in sorted(tables.items())]

    def since(self, touched: Iterable[Spot], keys: Collection[str]) -> tuple[list[bytes], list[bytes]]:
        """Fragments of the touched rows that these keys see, and what is said of those they lost."""
        changed: list[bytes] = []
        removed: list[bytes] = []
        for spot in touched:
            level = self.level(spot, keys)
            if level is not None:
                changed.append(self.fragment(spot, level))
            elif self.had(spot, keys):
                removed.append(self.removed(spot))
        return changed, removed

    def touched_by(self, events: Iterable[Event]) -> set[Spot]:
        """The rows that look different because of events held already: their own and those they join."""
        spots: set[Spot] = set()
        for event in events:
            state = event.state
            if isinstance(state, ROW_STATES):
                spots.add((state.TYPE, event.envelope.key))
            if isinstance(state, Incident):
                spots |= self._children[state.id]
            elif state.TYPE == "contact":
                spots |= self._of_person[UUID(event.envelope.key)]
        return {spot for spot in spots if spot in self._events}

    def _shown(self, spot: Spot, level: Level, version: Version) -> Shown:
        row = _row(self._events[spot])
        data = project(row, level)
        reach = self._contacts.get(_person_of(row) or UUID(int=0))
        if reach is not None and reach.name and level.rank >= Level.PARTNER.rank:
            data["contact"] = {"name": reach.name, "phone": reach.phone}
        return Shown(kind=Kind(spot[0]), id=spot[1], v=version, level=level, data=data)

    def _parent(self, row: Row) -> Row | None:
        if row.parent_id is None:
            return None
        found = self._events.get((Incident.TYPE, str(row.parent_id)))
        return None if found is None else _row(found)

    def _note_coordinators(self, incident: Incident) -> None:
        # Kept apart: every viewer's keys are found anew each second, and rows are many.
        self._coordinated.pop(incident.id, None)
        if incident.coordinators:
            self._coordinated[incident.id] = incident

    def _index(self, spot: Spot, before: Row | None, after: Row) -> None:
        for key in set(before.readers) - set(after.readers) if before is not None else ():
            self._by_key[key].discard(spot)
        for key in after.readers:
            self._by_key[key].add(spot)
        if after.parent_id is not None:
            self._children[after.parent_id].add(spot)
        was, person = None if before is None else _person_of(before), _person_of(after)
        if was is not None and was != person:
            self._of_person[was].discard(spot)
        if person is not None:
            self._of_person[person].add(spot)


def _row(event: Event) -> Row:
    assert isinstance(event.state, Row)
    return event.state


def _audience(event: Event) -> int:
    return event.state.audience_version if isinstance(event.state, Incident) else 0


def _person_of(row: Row) -> UUID | None:
    """Whose contact is joined: the helper's while a commitment holds, their own on a person.

    Names and numbers do not stay on what is over; its version rises when it ends, so pages drop them too.
    """
    if isinstance(row, Commitment):
        return row.person if row.holds else None
    return row.id if isinstance(row, Person) else None


def _table(kind: str, level: Level, fields: Sequence[str], rows: list[Shown]) -> dict[str, Any]:
    return {
        "kind": kind,
        "level": level,
        "fields": list(fields),
        "rows": [[row.id, list(row.v), *(row.data[name] for name in fields)] for row in rows],
    }


def frame(kind: str, head: Mapping[str, str], changed: list[bytes], removed: list[bytes]) -> bytes:
    """A delta from fragments that are encoded already."""
    start = json.dumps({"type": kind, **head})[:-1].encode()
    return b"".join((start, b',"changed":[', b",".join(changed), b'],"removed":[', b",".join(removed), b"]}"))
