"""The newest states, indexed by who may read them, and what a set of keys sees of them."""

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from schemas.envelope import Event
from schemas.events.incident import Incident
from schemas.events.person import Person
from schemas.live import ROW_STATES, Kind, Removed, Version
from schemas.state import Row
from schemas.values import Level
from schemas.visibility import Keys, keys_of, level_of, project_json
from services.live.rules.frames import Part, Seen
from services.live.rules.joins import Joins, Reach, people_of, row_of
from services.live.rules.picture import Picture

Spot = tuple[str, str]
"""Kind and id of a row."""

IN_A_PART: Final = 24
"""Rows that are packed together. Fewer are shared by more audiences, but pack less well: 24 take a tenth more
bytes than 100, single ones three times as many."""


@dataclass(frozen=True)
class Look:
    """How a row stands now: what decides who sees it, and its bytes at each level that was asked for."""

    spot: Spot
    row: Row
    parent: Row | None
    version: Version
    shown: dict[Level, bytes] = field(default_factory=dict)


class Changes:
    """Rows that look different, looked at once for everybody: who sees what of them is found per set of keys.

    `keys` are those that see or once saw any of the rows: no other key of a viewer makes a difference here.
    """

    def __init__(self, board: "Board", touched: Iterable[Spot]) -> None:
        self._board = board
        self._looks = sorted((board.look(spot) for spot in touched), key=_readers)
        self._parts: dict[tuple[tuple[int, Level], ...], Part] = {}
        self._by_key: defaultdict[str, list[int]] = defaultdict(list)
        for number, look in enumerate(self._looks):
            for key in {*look.row.readers, *look.row.lost_readers}:
                self._by_key[key].append(number)
        self.keys: Keys = frozenset(self._by_key)

    def seen_with(self, keys: Keys) -> Seen:
        """The rows that these keys see, in parts, and what is said of those they lost."""
        changed: defaultdict[int, list[tuple[int, Level]]] = defaultdict(list)
        removed: list[bytes] = []
        for number in sorted({number for key in keys & self.keys for number in self._by_key[key]}):
            look = self._looks[number]
            level = level_of(look.row, keys, look.parent)
            if level is None:
                removed.append(self._board.removed(look))
            else:
                changed[number // IN_A_PART].append((number, level))
        return [self._part(tuple(rows)) for rows in changed.values()], removed

    def _part(self, rows: tuple[tuple[int, Level], ...]) -> Part:
        if rows not in self._parts:
            fragments = [self._board.fragment(self._looks[number], level) for number, level in rows]
            self._parts[rows] = Part(b",".join(fragments))
        return self._parts[rows]


def _readers(look: Look) -> tuple[object, ...]:
    """Rows that the same people see alike stand together: most of their parts are then the same."""
    return (tuple(look.row.readers.items()), look.spot)


class Board:
    """Rows by kind and id. It changes only by `put` and `join`; both say which rows look different now."""

    def __init__(self) -> None:
        self._events: dict[Spot, Event] = {}
        self._incidents: dict[UUID, Incident] = {}
        self._coordinated: dict[UUID, Incident] = {}
        # Whole events: a picture is then a copy of a dict, which takes a millisecond for 40,000 rows.
        self._by_key: defaultdict[str, dict[Spot, Event]] = defaultdict(dict)
        self._children: defaultdict[UUID, set[Spot]] = defaultdict(set)
        self._of_person: defaultdict[UUID, set[Spot]] = defaultdict(set)
        self._contacts: dict[UUID, Reach] = {}
        self._joins = Joins(self._incidents, self._contacts)
        self._fragments: dict[tuple[Spot, Level], tuple[Version, bytes]] = {}
        self.coordinated = 0
        """Rises whenever the role of coordinator is given or taken, anywhere."""

    def put(self, event: Event) -> set[Spot]:
        """A newer state; the spots that look different now, for whoever could or can see them."""
        if not isinstance(event.state, ROW_STATES):
            return set()
        spot = (event.state.TYPE, event.envelope.key)
        before = self._events.get(spot)
        self._index(spot, None if before is None else row_of(before), event)
        self._events[spot] = event
        changed = {spot}
        if isinstance(event.state, Incident):
            self._incidents[event.state.id] = event.state
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

    def lapse(self, now: datetime) -> set[Spot]:
        """Drop the names of guests whose time is up though nobody ended them: they read nothing any more."""
        up = {
            guest.person
            for incident in self._incidents.values()
            for guest in incident.guests
            if guest.ended_at is None and guest.until <= now
        }
        changed: set[Spot] = set()
        for person in up & self._contacts.keys():
            known = self._contacts[person]
            if known.name:
                changed |= self.join(person, Reach("", "", known.version + 1))
        return changed

    def of_person(self, person: UUID) -> set[Spot]:
        """The rows that show this person's contact."""
        return set(self._of_person[person])

    def keys(self, person: Person) -> Keys:
        """The keys that the person holds now."""
        return keys_of(person, self._coordinated.values())

    def lets_in(self, person: Person) -> bool:
        """Whether somebody may look at all: a guest only while their incident says so."""
        if person.guest is None:
            return True
        incident = self._incidents.get(person.guest.incident)
        return incident is not None and person.id in incident.let_in

    def name_of(self, person: UUID) -> str:
        """The person's name, where it can be read; else nothing."""
        reach = self._contacts.get(person)
        return "" if reach is None else reach.name

    def picture(self, keys: Keys) -> Picture:
        """Everything the keys see now; to encode it takes long, and may be done while rows change."""
        events: dict[Spot, Event] = {}
        for key in keys:
            events |= self._by_key.get(key, {})
        return Picture(keys, events, self._joins.kept())

    def look(self, spot: Spot) -> Look:
        """A row as it stands now; its version is (epoch, version, join)."""
        event = self._events[spot]
        row = row_of(event)
        parent = self._joins.parent(row)
        return Look(spot, row, parent, self._joins.version(event, row, parent))

    def fragment(self, look: Look, level: Level) -> bytes:
        """The row as JSON at a level; encoded once per version and level."""
        if level not in look.shown:
            version, encoded = self._fragments.get((look.spot, level), (None, b""))
            if version != look.version:
                encoded = self._encoded(look, level)
                self._fragments[look.spot, level] = (look.version, encoded)
            look.shown[level] = encoded
        return look.shown[level]

    def removed(self, look: Look) -> bytes:
        """What is said of a row that went out of sight."""
        kind, key = look.spot
        return Removed(kind=Kind(kind), id=key, v=look.version).model_dump_json().encode()

    def since(self, touched: Iterable[Spot], keys: Keys) -> Seen:
        """Those of the touched rows that these keys see, and what is said of those they lost."""
        return Changes(self, touched).seen_with(keys)

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

    def _encoded(self, look: Look, level: Level) -> bytes:
        """A row as JSON, without the way through Python objects: it is the busiest place."""
        kind, key = look.spot
        head = json.dumps({"kind": kind, "id": key, "v": look.version, "level": level})
        data = project_json(self._joins.opened(look.row), level)
        for name, shown in self._joins.joined(look.row, level).items():
            data = b'%b,"%b":%b}' % (data[:-1], name.encode(), json.dumps(shown).encode())
        return b'%b,"data":%b}' % (head[:-1].encode(), data)

    def _note_coordinators(self, incident: Incident) -> None:
        # Kept apart: every viewer's keys are found anew each second, and rows are many.
        before = self._coordinated.pop(incident.id, None)
        if incident.coordinators:
            self._coordinated[incident.id] = incident
        if incident.coordinators != (() if before is None else before.coordinators):
            self.coordinated += 1

    def _index(self, spot: Spot, before: Row | None, event: Event) -> None:
        after = row_of(event)
        for key in set(before.readers) - set(after.readers) if before is not None else ():
            self._by_key[key].pop(spot, None)
        for key in after.readers:
            self._by_key[key][spot] = event
        if after.parent_id is not None:
            self._children[after.parent_id].add(spot)
        people = people_of(after)
        for gone in people_of(before) - people if before is not None else ():
            self._of_person[gone].discard(spot)
        for person in people:
            self._of_person[person].add(spot)


def _audience(event: Event) -> int:
    return event.state.audience_version if isinstance(event.state, Incident) else 0
