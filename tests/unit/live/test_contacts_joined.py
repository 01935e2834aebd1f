"""A name and a number stand on a commitment while it holds, and no longer."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from schemas.catalogue import Function
from schemas.events.commitment import Commitment, CommitmentState
from schemas.events.incident import CallBack, Guest, Incident, OnBehalfOf, Sealed
from schemas.events.person import Person
from schemas.values import Level, Where
from services.live.rules.board import Board
from services.live.rules.joins import Reach
from tests.enveloped import event_of

NOW = datetime(2026, 1, 5, 7, 10, tzinfo=UTC)
JORIS = UUID(int=7)
KEYS = {"org:GM1735"}


def a_commitment(state: CommitmentState) -> Commitment:
    return Commitment(
        id=UUID(int=3),
        request=UUID(int=2),
        incident=UUID(int=1),
        function=Function.BACKUP_RECOVERY,
        where=Where.REMOTE,
        lender="GM0153",
        borrower="GM1735",
        person=JORIS,
        state=state,
        starts=NOW,
        ends=NOW + timedelta(days=1),
        claimed_at=NOW,
        exercise=False,
        readers={"org:GM1735": Level.OWN},
    )


def an_incident() -> Incident:
    return Incident(
        id=UUID(int=1),
        source="GM1735",
        affected=(),
        since=NOW,
        reported_at=NOW,
        reported_by=UUID(int=9),
        call_back=CallBack(phone="06 00000000"),
        exercise=False,
        readers={"org:GM1735": Level.OWN},
    )


def tables_of(board: Board) -> list[dict[str, Any]]:
    tables: list[dict[str, Any]] = json.loads(b"".join(board.picture(KEYS).encoded()))
    return [each for each in tables if each["kind"] == "commitment"]


def shown(board: Board) -> dict[str, object]:
    (table,) = tables_of(board)
    return dict(zip(table["fields"], table["rows"][0][2:], strict=True))


def test_the_contact_goes_when_the_commitment_is_over_and_the_version_rises() -> None:
    board = Board()
    board.put(event_of(an_incident(), 1))
    board.put(event_of(a_commitment(CommitmentState.FINAL), 1))
    board.join(JORIS, Reach("Joris", "06 00000000", 4))
    spot = (Commitment.TYPE, str(UUID(int=3)))
    held = board.look(spot).version
    assert shown(board)["contact"] == {"name": "Joris", "phone": "06 00000000"}
    board.put(event_of(a_commitment(CommitmentState.GIVEN_BACK), 2))
    assert "contact" not in shown(board)
    assert board.look(spot).version > held


def test_who_sees_a_commitment_below_partner_sees_no_contact() -> None:
    for level in Level:
        board = Board()
        board.put(event_of(an_incident(), 1))
        held = a_commitment(CommitmentState.FINAL)
        board.put(event_of(held.model_copy(update={"readers": {"org:GM1735": level}}), 1))
        board.join(JORIS, Reach("Joris", "06 00000000", 4))
        named = [each for each in tables_of(board) if "contact" in each["fields"]]
        assert bool(named) is (level in {Level.PARTNER, Level.COORDINATOR, Level.OWN}), level


def letting_in(ended: datetime | None = None) -> Incident:
    """The incident with Joris as its guest."""
    guest = Guest(
        person=JORIS,
        firm="Spoedhulp BV",
        organisation="GM1735",
        sponsor=UUID(int=9),
        until=NOW + timedelta(days=1),
        ended_at=ended,
    )
    return an_incident().model_copy(update={"guests": (guest,)})


def names_of_guests(board: Board) -> object:
    (table,) = json.loads(b"".join(board.picture(KEYS).encoded()))
    shown = dict(zip(table["fields"], table["rows"][0][2:], strict=True))
    look = board.look((Incident.TYPE, str(UUID(int=1))))
    alone = json.loads(board.fragment(look, Level(table["level"])))["data"]
    assert alone.get("guest_names") == shown.get("guest_names")
    return shown.get("guest_names")


def test_a_guest_is_named_while_let_in_and_not_after_and_the_version_rises() -> None:
    board, spot = Board(), (Incident.TYPE, str(UUID(int=1)))
    board.put(event_of(letting_in(), 1))
    unnamed = board.look(spot).version
    assert names_of_guests(board) is None
    assert board.join(JORIS, Reach("Joris", "06 00000000", 4)) == {spot}
    assert names_of_guests(board) == {str(JORIS): "Joris"}
    named = board.look(spot).version
    board.put(event_of(letting_in(ended=NOW), 2))
    assert names_of_guests(board) is None
    assert unnamed < named < board.look(spot).version
    assert board.of_person(JORIS) == set()


def test_a_guest_whose_time_is_up_is_named_no_more_though_nobody_ended_it() -> None:
    board, spot = Board(), (Incident.TYPE, str(UUID(int=1)))
    board.put(event_of(letting_in(), 1))
    board.join(JORIS, Reach("Joris", "06 00000000", 4))
    until = NOW + timedelta(days=1)
    assert board.lapse(until - timedelta(seconds=1)) == set()
    named = board.look(spot).version
    assert board.lapse(until) == {spot}
    assert names_of_guests(board) is None
    assert named < board.look(spot).version
    assert board.lapse(until) == set()


def test_a_forgotten_guest_has_no_name() -> None:
    board = Board()
    board.put(event_of(letting_in(), 1))
    board.join(JORIS, Reach("Joris", "06 00000000", 4))
    board.join(JORIS, Reach("", "", 5))
    assert names_of_guests(board) is None


def test_who_sees_an_incident_below_partner_sees_no_guest() -> None:
    board, spot = Board(), (Incident.TYPE, str(UUID(int=1)))
    board.put(event_of(letting_in(), 1))
    board.join(JORIS, Reach("Joris", "06 00000000", 4))
    named = {level for level in Level if b"guest" in board.fragment(board.look(spot), level)}
    assert named == {Level.PARTNER, Level.COORDINATOR, Level.OWN}


def test_nobodys_number_stands_on_their_own_row_which_all_colleagues_read() -> None:
    board = Board()
    read = {"org:GM1735": Level.OWN, f"person:{JORIS}": Level.OWN}
    board.put(event_of(Person(id=JORIS, exercise=False, readers=read), 1))
    board.join(JORIS, Reach("Joris", "06 00000000", 4))
    for keys in (KEYS, {f"person:{JORIS}"}):
        said = b"".join(board.picture(frozenset(keys)).encoded()).decode()
        assert str(JORIS) in said and "06 00000000" not in said
    assert board.name_of(JORIS) == "Joris"


PLAIN = {"call_back": '{"phone":"06 12345678","name":"Wilma"}', "caller": "De secretaris"}


def told_incident() -> Incident:
    """Whom to call and who called, sealed under Joris' key."""
    return an_incident().model_copy(
        update={
            "call_back": None,
            "reach": Sealed(person=JORIS, sealed="call_back"),
            "on_behalf_of": OnBehalfOf(entered_by="IBD", caller=""),
            "caller": Sealed(person=JORIS, sealed="caller"),
        }
    )


def test_what_was_told_is_opened_for_who_may_read_it_and_goes_with_the_key_of_who_told_it() -> None:
    board = Board()
    board.put(event_of(told_incident(), 1))
    spot = (Incident.TYPE, str(UUID(int=1)))
    seen = [json.loads(board.fragment(board.look(spot), level))["data"] for level in Level]
    assert not any(each.get("call_back") for each in seen)
    before = board.look(spot).version
    opened = Reach("Joris", "06 00000000", 4, lambda sealed, field: PLAIN[field] if sealed == field else "")
    assert spot in board.join(JORIS, opened)
    assert board.look(spot).version > before
    may = {Level.COORDINATOR, Level.OWN}
    for level in Level:
        shown = json.loads(board.fragment(board.look(spot), level))["data"]
        call, caller = (
            {"phone": "06 12345678", "name": "Wilma"},
            {"entered_by": "IBD", "caller": "De secretaris"},
        )
        assert shown.get("call_back") == (call if level in may else None), level
        assert shown.get("on_behalf_of") == (caller if level in may else None), level
        assert not shown.keys() & {"reach", "caller", "contact", "guest_names"}, level
    assert "06 12345678" in b"".join(board.picture(frozenset(KEYS)).encoded()).decode()
    held = board.look(spot).version
    assert spot in board.join(JORIS, Reach("", "", 5))
    assert board.look(spot).version > held
    said = b"".join(board.picture(frozenset(KEYS)).encoded()).decode()
    assert not [word for word in ("06 12345678", "secretaris") if word in said]
