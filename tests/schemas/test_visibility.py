"""Who sees what: the expected fields stand here written by hand, not derived from the code."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from schemas.catalogue import Function
from schemas.events.access import Access
from schemas.events.contact import Contact
from schemas.events.duty import Duty
from schemas.events.help_request import HelpRequest, Slot
from schemas.events.incident import Affected, CallBack, Incident
from schemas.events.person import Membership, Person
from schemas.events.session import Session
from schemas.live import ROW_STATES
from schemas.state import Row
from schemas.values import Level, Tlp, Where
from schemas.visibility import field_levels, incident_readers, keys_of, level_of, project

NOW = datetime(2026, 1, 5, 7, 10, tzinfo=UTC)
INCIDENT, REQUEST, PERSON = UUID(int=1), UUID(int=2), UUID(int=3)


def an_incident(**changes: Any) -> Incident:
    made = Incident(
        id=INCIDENT,
        source="GM1735",
        affected=(Affected(organisation="GM1735"),),
        since=NOW,
        reported_at=NOW,
        reported_by=PERSON,
        call_back=CallBack(phone="06 00000000"),
        exercise=False,
    )
    made = made.model_copy(update=changes)
    return made.model_copy(update=made.read_by(incident_readers(made)))


def a_request(**changes: Any) -> HelpRequest:
    made = HelpRequest(
        id=REQUEST,
        incident=INCIDENT,
        borrower="GM1735",
        region="VR05",
        function=Function.BACKUP_RECOVERY,
        where=Where.ON_SITE,
        needed_by=NOW,
        asked_at=NOW,
        asked_by=PERSON,
        slots=(Slot(), Slot()),
        exercise=False,
        readers={"org:GM0153": Level.ASKED, "org:GM1735": Level.OWN},
    )
    return made.model_copy(update=changes)


ASKED = {
    *("id", "region", "function", "lane", "where", "needed_by", "ends", "assumed_days", "at_least"),
    *(
        "languages",
        "systems",
        "wake",
        "state",
        "asked_at",
        "choose_self",
        "terms_version",
        "counts",
        "exercise",
        "tlp",
    ),
}
PARTNER = ASKED | {"incident", "borrower", "place", "note", "call_back"}
COORDINATOR = PARTNER | {"confirmed", "first_yes", "circle", "proposed", "slots", "could_ask", "shortfall"}
TABLE: dict[Level, set[str]] = {
    Level.PUBLIC: {"exercise"},
    Level.ASKED: ASKED,
    Level.PARTNER: PARTNER,
    Level.COORDINATOR: COORDINATOR,
    Level.OWN: COORDINATOR | {"asked_by"},
}


@pytest.mark.parametrize(("level", "fields"), TABLE.items())
def test_each_level_sees_exactly_these_fields_of_a_help_request(level: Level, fields: set[str]) -> None:
    assert set(project(a_request(), level)) == fields


def test_who_reads_a_row_is_never_shown_to_anybody() -> None:
    for row in (an_incident(), a_request(), Duty(id=PERSON, on=True, changed_at=NOW, exercise=False)):
        assert not {"readers", "lost_readers"} & set(project(row, Level.OWN))


@pytest.mark.parametrize(
    ("keys", "level"),
    [
        ({"org:GM1735"}, Level.OWN),
        ({"org:IBD"}, Level.COORDINATOR),
        ({f"incident:{INCIDENT}:coordinator"}, Level.COORDINATOR),
        ({"org:GM1735", "org:IBD"}, Level.OWN),
        ({"org:GM0168", "public"}, None),
        ({"org:VR05"}, None),
        (set(), None),
    ],
)
def test_an_incident_is_seen_by_its_organisation_the_ibd_and_coordinators_only(
    keys: set[str], level: Level | None
) -> None:
    assert level_of(an_incident(), keys) is level


@pytest.mark.parametrize(
    ("label", "asked", "coordinator"),
    [
        (Tlp.CLEAR, Level.ASKED, Level.COORDINATOR),
        (Tlp.GREEN, Level.ASKED, Level.COORDINATOR),
        (Tlp.AMBER, None, Level.COORDINATOR),
        (Tlp.AMBER_STRICT, None, None),
        (Tlp.RED, None, None),
    ],
)
def test_the_stricter_label_of_row_and_parent_caps_what_is_seen(
    label: Tlp, asked: Level | None, coordinator: Level | None
) -> None:
    row = a_request(
        readers={"org:GM0153": Level.ASKED, "org:IBD": Level.COORDINATOR, "org:GM1735": Level.OWN}
    )
    for capped, parent in (
        (row, an_incident(tlp=label)),
        (row.model_copy(update={"tlp": label}), an_incident()),
    ):
        assert level_of(capped, {"org:GM0153"}, parent) is asked
        assert level_of(capped, {"org:IBD"}, parent) is coordinator
        assert level_of(capped, {"org:GM1735"}, parent) is Level.OWN


def test_an_unknown_parent_hides_the_row_even_from_its_owner() -> None:
    assert level_of(a_request(), {"org:GM1735"}) is None


def test_what_lets_people_in_and_how_they_are_called_is_shown_to_no_viewer() -> None:
    for state in (Access, Contact, Session):
        assert not issubclass(state, Row) and state not in ROW_STATES
        assert field_levels(state) == {}


def test_a_coordinators_key_comes_from_the_incident_that_gave_the_role() -> None:
    person = Person(id=PERSON, memberships=(Membership(organisation="GM0141"),), exercise=False)
    given = an_incident(coordinators=("org:GM0141",))
    assert keys_of(person, []) == {f"person:{PERSON}", "org:GM0141", "members", "public"}
    assert keys_of(Person(id=PERSON, exercise=False), []) == {f"person:{PERSON}", "public"}
    assert keys_of(person, [given]) == keys_of(person, []) | {f"incident:{INCIDENT}:coordinator"}
    assert keys_of(person, [an_incident(coordinators=("org:GM0150",))]) == keys_of(person, [])


def test_a_lost_reader_is_remembered_until_it_reads_again() -> None:
    row: Row = a_request()
    narrowed = row.model_copy(update=row.read_by({"org:GM1735": Level.OWN}))
    assert narrowed.lost_readers == ("org:GM0153",)
    again = narrowed.model_copy(update=narrowed.read_by(a_request().readers))
    assert again.lost_readers == ()
