"""A made-up history of everything that live shows, and a viewer who applies what they are sent."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from random import Random
from typing import Any
from uuid import UUID, uuid5

from schemas.catalogue import Function, ResidentService
from schemas.envelope import Event
from schemas.events.approach import Approach, ApproachState, Reason, ReasonCode
from schemas.events.commitment import Commitment, CommitmentState
from schemas.events.duty import Duty
from schemas.events.help_request import HelpRequest, Slot
from schemas.events.incident import Affected, CallBack, Incident, ServiceState, ServiceStatus
from schemas.events.lending import Lending
from schemas.events.log_entry import Entry, LogEntry
from schemas.events.person import Membership, Person
from schemas.state import Readers, Row
from schemas.values import Level, Tlp, Where, coordinator_key, organisation_key, person_key
from schemas.visibility import incident_readers, keys_of
from services.live.rules.board import Board, Spot
from services.live.rules.frames import DIGEST_SIZE, delta, place
from services.live.rules.joins import Reach
from tests.enveloped import event_of

NOW = datetime(2026, 1, 5, 7, 10, tzinfo=UTC)
NAMES = UUID("00000000-0000-4000-8000-00000000beef")
ORGANISATIONS = ("GM1735", "GM0153", "GM0164", "IBD")
PEOPLE = {f"person {number}": ORGANISATIONS[number % 3] for number in range(5)}


def key(name: str) -> UUID:
    """The id that a name has in every history."""
    return uuid5(NAMES, name)


def somebody(name: str) -> Person:
    """One of the people; their own organisation reads them."""
    organisation = PEOPLE[name]
    return Person(
        id=key(name),
        memberships=(Membership(organisation=organisation),),
        functions=(Function.NETWORK,),
        exercise=False,
        readers={person_key(key(name)): Level.OWN, organisation_key(organisation): Level.OWN},
    )


class History:
    """Random changes, each a valid successor of what was there; `log` holds the events in order."""

    def __init__(self, dice: Random) -> None:
        self._dice = dice
        self._now: dict[Spot, Row] = {}
        self._versions: dict[Spot, int] = {}
        self._contacts: dict[UUID, int] = {}
        self.board = Board()
        self.log: list[Event] = []
        self.ever: dict[Spot, set[str]] = {}
        self.incidents = [key(f"incident {number}") for number in range(2)]
        self._moves: tuple[Callable[[], set[Spot]], ...] = (
            self._incident,
            self._label,
            self._coordinators,
            self._request,
            self._approach,
            self._commitment,
            self._line,
            self._duty,
            self._lending,
            self._person,
            self._contact,
        )

    def step(self) -> set[Spot]:
        """One change; the spots that the board says look different."""
        return self._dice.choice(self._moves)()

    def contacts_joined(self) -> set[Spot]:
        """The rows that show any contact."""
        return {spot for person in self._contacts for spot in self.board.of_person(person)}

    def _put(self, row: Row) -> set[Spot]:
        spot = (row.TYPE, row.key)
        self._now[spot] = row
        self._versions[spot] = self._versions.get(spot, 0) + 1
        self.ever.setdefault(spot, set()).update(row.readers)
        event = event_of(row, self._versions[spot])
        self.log.append(event)
        return self.board.put(event)

    def _read_by(self, row: Row, readers: Readers) -> Row:
        known = self._now.get((row.TYPE, row.key))
        if known is not None:
            row = row.model_copy(update={"readers": known.readers, "lost_readers": known.lost_readers})
        return row.model_copy(update=row.read_by(readers))

    def _some_readers(self, parent: UUID) -> Readers:
        keys = [organisation_key(each) for each in ORGANISATIONS] + [person_key(key(name)) for name in PEOPLE]
        keys.append(coordinator_key(parent))
        chosen = self._dice.sample(keys, k=self._dice.randrange(4))
        return {each: self._dice.choice(list(Level)) for each in chosen}

    def _parent(self) -> UUID:
        return self._dice.choice(self.incidents)

    def _known_incident(self) -> Incident | None:
        found = self._now.get((Incident.TYPE, str(self._parent())))
        assert found is None or isinstance(found, Incident)
        return found

    def _incident(self) -> set[Spot]:
        parent = self._parent()
        before = self._now.get((Incident.TYPE, str(parent)))
        service = ServiceStatus(
            service=self._dice.choice(list(ResidentService)), state=ServiceState.DOWN, since=NOW
        )
        affected = (Affected(organisation="GM1735", services=(service,)),)
        if isinstance(before, Incident):
            return self._put(before.model_copy(update={"affected": affected}))
        made = Incident(
            id=parent,
            source="GM1735",
            affected=affected,
            since=NOW,
            reported_at=NOW,
            reported_by=key("person 0"),
            call_back=CallBack(phone="06 00000000"),
            exercise=False,
        )
        return self._put(self._read_by(made, incident_readers(made)))

    def _label(self) -> set[Spot]:
        incident = self._known_incident()
        if incident is None:
            return self._incident()
        update = {"tlp": self._dice.choice(list(Tlp)), "audience_version": incident.audience_version + 1}
        return self._put(incident.model_copy(update=update))

    def _coordinators(self) -> set[Spot]:
        incident = self._known_incident()
        if incident is None:
            return self._incident()
        readers = {**incident_readers(incident), **self._some_readers(incident.id)}
        moved = incident.model_copy(update={"audience_version": incident.audience_version + 1})
        return self._put(self._read_by(moved, readers))

    def _request(self) -> set[Spot]:
        parent = self._parent()
        made = HelpRequest(
            id=key(f"request {self._dice.randrange(3)} of {parent}"),
            incident=parent,
            borrower="GM1735",
            region="VR05",
            function=Function.NETWORK,
            where=Where.REMOTE,
            needed_by=NOW,
            asked_at=NOW,
            asked_by=key("person 0"),
            slots=(Slot(),) * self._dice.randrange(1, 4),
            exercise=False,
        )
        return self._put(self._read_by(made, self._some_readers(parent)))

    def _approach(self) -> set[Spot]:
        parent, name = self._parent(), self._dice.choice(list(PEOPLE))
        made = Approach(
            id=key(f"approach {name} of {parent}"),
            request=key("request"),
            incident=parent,
            lender=PEOPLE[name],
            person=key(name),
            function=Function.NETWORK,
            state=self._dice.choice(list(ApproachState)),
            asked_at=NOW,
            reasons=(Reason(code=ReasonCode.DISTANCE, minutes=18, value="18"),),
            exercise=False,
        )
        return self._put(self._read_by(made, self._some_readers(parent)))

    def _commitment(self) -> set[Spot]:
        parent, name = self._parent(), self._dice.choice([None, *PEOPLE])
        made = Commitment(
            id=key(f"commitment {self._dice.randrange(3)} of {parent}"),
            request=key("request"),
            incident=parent,
            function=Function.NETWORK,
            where=Where.REMOTE,
            lender="GM0153",
            borrower="GM1735",
            person=None if name is None else key(name),
            state=self._dice.choice(list(CommitmentState)),
            starts=NOW,
            ends=NOW,
            claimed_at=NOW,
            exercise=False,
        )
        return self._put(self._read_by(made, self._some_readers(parent)))

    def _line(self) -> set[Spot]:
        parent = self._parent()
        made = LogEntry(
            id=key(f"line {len(self.log)}"),
            incident=parent,
            at=NOW,
            entry=self._dice.choice((Entry.REPORTED, Entry.COMMITTED, Entry.NOTE)),
            about={"number": len(self.log)},
            exercise=False,
        )
        return self._put(self._read_by(made, self._some_readers(parent)))

    def _duty(self) -> set[Spot]:
        name = self._dice.choice(list(PEOPLE))
        made = Duty(id=key(name), on=self._dice.random() < 0.5, changed_at=NOW, exercise=False)
        return self._put(self._read_by(made, {person_key(key(name)): Level.OWN}))

    def _lending(self) -> set[Spot]:
        lender = self._dice.choice(ORGANISATIONS)
        made = Lending(id=lender, cover={Function.NETWORK: self._dice.randrange(3)}, exercise=False)
        return self._put(self._read_by(made, {organisation_key(lender): Level.OWN}))

    def _person(self) -> set[Spot]:
        person = somebody(self._dice.choice(list(PEOPLE)))
        return self._put(self._read_by(person, dict(person.readers)))

    def _contact(self) -> set[Spot]:
        person = key(self._dice.choice(list(PEOPLE)))
        version = self._contacts.get(person, 0) + 1
        self._contacts[person] = version
        if self._dice.random() < 0.3:
            return self.board.join(person, Reach("", "", version))
        return self.board.join(person, Reach(f"Naam {version}", f"06 0000000{version % 10}", version))


class Viewer:
    """Somebody with these keys: a snapshot, then frames; `touched` waits for their next frame."""

    def __init__(self, history: History, keys: frozenset[str], *, tick: int = 0) -> None:
        self.keys = keys
        self._board = history.board
        self.snapshot = self.asked_anew(tick)
        self.frames: list[dict[str, Any]] = []
        self.removed: list[Spot] = []
        self.rows: dict[Spot, tuple[list[int], str, dict[str, Any]]] = rows_of(self.snapshot)
        self._gone: dict[Spot, list[int]] = {}
        self.touched: set[Spot] = set()
        self.read = len(history.log)

    def asked_anew(self, tick: int) -> dict[str, Any]:
        """A fresh snapshot, as it comes over the wire."""
        me = {"person": "", "name": "", "organisations": [], "rights": {}, "keys": sorted(self.keys)}
        head = {"cursor": str(tick), "at": NOW.isoformat(), "demonstration": True, "me": me}
        return {**head, "tables": json.loads(b"".join(self._board.picture(self.keys).encoded()))}

    def hear(self, tick: int) -> None:
        """The frame with everything that waits."""
        touched, self.touched = self.touched, set()
        frame = delta(place(str(tick), NOW.isoformat()), self._board.since(touched, self.keys))
        sent = json.loads(frame.text("0" * DIGEST_SIZE))
        self.frames.append(sent)
        for row in sent["changed"]:
            spot = (row["kind"], row["id"])
            if row["v"] > self._known(spot):
                self.rows[spot] = (row["v"], row["level"], row["data"])
                self._gone.pop(spot, None)
        for row in sent["removed"]:
            spot = (row["kind"], row["id"])
            self.removed.append(spot)
            if row["v"] >= self._known(spot):
                self.rows.pop(spot, None)
                self._gone[spot] = row["v"]

    def _known(self, spot: Spot) -> list[int]:
        return self.rows[spot][0] if spot in self.rows else self._gone.get(spot, [])

    def resume(self, history: History) -> None:
        """The network dropped: what waits is worked out from the log, as for a cursor."""
        events = history.log[self.read :]
        self.touched = self._board.touched_by(events) | history.contacts_joined()


def rows_of(snapshot: dict[str, Any]) -> dict[Spot, tuple[list[int], str, dict[str, Any]]]:
    """Version, level and data of every row of a snapshot."""
    return {
        (table["kind"], row_id): (version, table["level"], dict(zip(table["fields"], values, strict=True)))
        for table in snapshot["tables"]
        for row_id, version, *values in table["rows"]
    }


def viewers_of(history: History) -> list[frozenset[str]]:
    """Key sets: of everybody, of the IBD, of a coordinator, and of nobody at all."""
    keys = [keys_of(somebody(name), []) for name in PEOPLE]
    keys.append(frozenset({organisation_key("IBD"), "public"}))
    keys.append(frozenset({organisation_key("GM0164"), coordinator_key(history.incidents[0]), "public"}))
    return [*keys, frozenset({"public"})]
