"""Who looks in the bench of delivery, and the rows that change before their eyes."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final
from uuid import UUID, uuid5

from schemas.catalogue import Function
from schemas.codec import encode, state_bytes
from schemas.envelope import Envelope, Record
from schemas.events.help_request import HelpRequest, Slot, SlotState
from schemas.events.incident import Affected, CallBack, Incident
from schemas.events.person import Membership, Person
from schemas.events.session import Session
from schemas.state import Readers, State
from schemas.topics import BY_STATE
from schemas.values import Level, Where, organisation_key, person_key
from schemas.visibility import project_json
from services.runtime.tokens import Claims, Signer, new_keys

NAMES: Final = UUID("00000000-0000-4000-8000-0000000be1c4")
NOW: Final = datetime.now(UTC)
ROWS: Final = 1_000
VIEWERS: Final = 1_000
ABOUT: Final = 110
"""Bytes of a row's kind, id, version and level, which stand around its fields."""

WORDS: Final = (
    *(
        "gemeentehuis",
        "servers",
        "back-up",
        "herstel",
        "domein",
        "wachtwoorden",
        "telefoon",
        "balie",
        "laptop",
    ),
    *(
        "paspoort",
        "uitkering",
        "rijbewijs",
        "sleutel",
        "ingang",
        "achterom",
        "receptie",
        "zaal",
        "burgemeester",
    ),
    *(
        "crisisteam",
        "leverancier",
        "contract",
        "netwerk",
        "kabel",
        "verdieping",
        "parkeren",
        "melden",
        "avond",
    ),
    *(
        "ochtend",
        "weekend",
        "koffie",
        "veeam",
        "azure",
        "citrix",
        "exchange",
        "rapport",
        "logboek",
        "De Höfte",
    ),
)
LEVELS: Final = (Level.COORDINATOR, Level.PARTNER, Level.ASKED)


def key(name: str) -> UUID:
    """The id that a name always has."""
    return uuid5(NAMES, name)


@dataclass(frozen=True)
class Audience:
    """`organisations` so many, each with its share of the viewers; who signs their sessions.

    With one, everybody sees every row alike. With more, each row is hidden from one organisation and the
    others see it at levels that differ from row to row: no two organisations are ever sent the same.
    """

    organisations: tuple[str, ...]
    private_key: str
    public_keys: dict[str, str]

    @classmethod
    def of(cls, number: int) -> "Audience":
        """So many organisations."""
        return cls(tuple(f"GM{100 + each:04}" for each in range(number)), *new_keys("k1"))

    @property
    def sees_a_row(self) -> int:
        """How many viewers any one row has."""
        number = len(self.organisations)
        return VIEWERS if number == 1 else VIEWERS - VIEWERS // number

    def sees(self, viewer: int, row: int) -> bool:
        """Whether one of the viewers sees one of the rows at all."""
        number = len(self.organisations)
        return number == 1 or viewer % number != row % number

    def people(self) -> Iterator[tuple[Person, Session]]:
        """Everybody, each with a session of their own."""
        for number in range(VIEWERS):
            organisation = self.organisations[number % len(self.organisations)]
            who = key(f"person {number}")
            person = Person(
                id=who,
                memberships=(Membership(organisation=organisation),),
                fictitious=True,
                exercise=False,
                readers={person_key(who): Level.OWN},
            )
            session = Session(
                id=key(f"session {number}"),
                person=who,
                started_at=NOW,
                expires_at=NOW + timedelta(hours=12),
            )
            yield person, session

    def cookie(self, session: Session) -> str:
        """What a browser shows for a session."""
        token = Signer(self.private_key).sign(Claims(session.person, session.id), session.expires_at)
        return f"noaber_session={token}"

    def incident(self) -> Incident:
        """What all rows hang on."""
        readers = {organisation_key(each): Level.PARTNER for each in self.organisations}
        return Incident(
            id=key("incident"),
            source="GM1735",
            affected=(Affected(organisation="GM1735"),),
            since=NOW,
            reported_at=NOW,
            reported_by=key("person 0"),
            call_back=CallBack(phone="06 00000000"),
            exercise=False,
            readers=readers,
        )

    def request(self, number: int, version: int = 1) -> HelpRequest:
        """One of the rows; no two say the same, so that packing has no easy time."""
        dice = Random(f"{number}/{version}")
        since = NOW + timedelta(seconds=dice.randrange(100_000))
        return HelpRequest(
            id=key(f"request {number}"),
            incident=key("incident"),
            borrower=f"GM{dice.randrange(1_000, 2_000)}",
            region=f"VR{dice.randrange(10, 26)}",
            function=dice.choice(list(Function)),
            where=dice.choice(list(Where)),
            place=" ".join(dice.choices(WORDS, k=4)),
            note=" ".join(dice.choices(WORDS, k=12)),
            call_back=CallBack(phone=f"06 {dice.randrange(10**7, 10**8)}", name=dice.choice(WORDS)),
            needed_by=since,
            asked_at=since,
            asked_by=UUID(int=dice.getrandbits(128)),
            slots=tuple(
                Slot(state=SlotState.FINAL, commitment=UUID(int=dice.getrandbits(128)))
                for _ in range(dice.randrange(1, 4))
            ),
            exercise=False,
            readers=self._readers(number),
        )

    def everybody(self, name: str, note: str) -> HelpRequest:
        """A row that nobody misses."""
        readers = {organisation_key(each): Level.COORDINATOR for each in self.organisations}
        return self.request(0).model_copy(update={"id": key(name), "readers": readers, "note": note})

    def _readers(self, number: int) -> Readers:
        if len(self.organisations) == 1:
            return {organisation_key(self.organisations[0]): Level.COORDINATOR}
        return {
            organisation_key(each): LEVELS[(place + number) % len(LEVELS)]
            for place, each in enumerate(self.organisations)
            if place != number % len(self.organisations)
        }


def record(state: State, version: int = 1) -> tuple[str, Record]:
    """The topic of a state, and the record that says it."""
    envelope = Envelope(
        id=uuid5(NAMES, f"{state.TYPE}/{state.key}/{version}"),
        type=state.event_type(),
        source=f"urn:noaber:{BY_STATE[type(state)].owner}",
        time=NOW,
        key=state.key,
        version=version,
        epoch=1,
        correlation="bench",
        exercise=False,
    )
    return BY_STATE[type(state)].name, encode(envelope, state_bytes(state))


def cursor_in(snapshot: bytes) -> str:
    """Where a viewer goes on."""
    return str(json.loads(snapshot)["cursor"])


def row_bytes(audience: Audience) -> int:
    """About how many bytes a row takes on the wire, as a message of its own without a cursor."""
    sizes = []
    for number in range(100):
        row = audience.request(number)
        sizes += [len(project_json(row, level)) for level in row.readers.values()]
    return round(sum(sizes) / len(sizes)) + ABOUT
