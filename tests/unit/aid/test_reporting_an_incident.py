"""Who may report for whom, what is refused, and who sees a report by default."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from schemas.catalogue import ResidentService
from schemas.events.incident import CallBack, Incident
from schemas.events.organisation import Kind, Organisation
from schemas.events.person import Membership, Person
from schemas.refused import Refused
from schemas.values import Level, Right
from schemas.visibility import keys_of, level_of
from services.aid.rules.commands import ReportIncident, ServiceDown
from services.aid.rules.incident import report

NOW = datetime(2026, 1, 5, 7, 10, tzinfo=UTC)
PARTNERSHIP = Organisation(id="SV01", kind=Kind.PARTNERSHIP, name="Fictief", delivers_ict_to=("GM1735",))


def someone(organisation: str, *rights: Right, number: int = 1) -> Person:
    member = Membership(organisation=organisation, rights=rights)
    return Person(id=UUID(int=number), memberships=(member,), exercise=False, fictitious=True)


WILMA = someone("GM1735", Right.REPORT)
RUUD = someone("IBD", Right.IBD)


def a_report(**changes: Any) -> ReportIncident:
    made: dict[str, Any] = {
        "id": UUID(int=9),
        "affected": "GM1735",
        "since": NOW - timedelta(hours=2),
        "call_back": CallBack(phone="06 00000000"),
    }
    return ReportIncident(**{**made, **changes})


def reported(reporter: Person = WILMA, source: Organisation | None = None, **changes: Any) -> Incident:
    return report(a_report(**changes), reporter, source, NOW).incident


def test_three_fields_are_enough_and_the_rest_is_not_known_yet() -> None:
    incident = reported()
    assert (incident.pattern, incident.severity, incident.description) == ("unknown", "unknown", "")
    assert incident.source == "GM1735" and incident.reported_at == NOW and incident.on_behalf_of is None


def test_a_service_without_a_moment_is_down_since_the_incident_began() -> None:
    since = NOW - timedelta(minutes=5)
    services = (
        ServiceDown(service=ResidentService.PASSPORTS),
        ServiceDown(service=ResidentService.DEATHS, since=since),
    )
    (affected,) = reported(services=services).affected
    assert [status.since for status in affected.services] == [NOW - timedelta(hours=2), since]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"since": NOW + timedelta(minutes=1)}, "since_in_future"),
        (
            {"services": (ServiceDown(service=ResidentService.MAIL, since=NOW + timedelta(days=1)),)},
            "since_in_future",
        ),
        ({"services": (ServiceDown(service=ResidentService.MAIL),) * 2}, "service_twice"),
    ],
)
def test_what_cannot_be_true_is_refused(changes: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused, match=code):
        reported(**changes)


@pytest.mark.parametrize(
    "stranger",
    [someone("GM0168", Right.REPORT), someone("GM1735"), someone("GM1735", Right.LEND, Right.MANDATE)],
)
def test_nobody_reports_without_the_right_for_that_organisation(stranger: Person) -> None:
    with pytest.raises(Refused, match="not_your_right"):
        reported(stranger)


def test_a_partnership_reports_for_its_members_and_is_the_source() -> None:
    incident = reported(someone("SV01", Right.REPORT), PARTNERSHIP)
    assert incident.source == "SV01" and incident.victims == {"GM1735"}
    with pytest.raises(Refused, match="not_your_right"):
        reported(someone("SV01", Right.MANDATE), PARTNERSHIP)


def test_an_ibd_duty_officer_enters_a_report_on_behalf_of_a_named_caller() -> None:
    with pytest.raises(Refused, match="caller_missing"):
        reported(RUUD)
    incident = reported(RUUD, caller="piket Hof van Twente")
    assert incident.on_behalf_of is not None and incident.on_behalf_of.entered_by == "IBD"


def test_a_report_is_seen_by_the_own_organisation_and_the_ibd_and_by_no_curious_neighbour() -> None:
    incident = reported()
    curious = someone("GM0168", *Right, number=5)
    assert level_of(incident, keys_of(WILMA, [incident])) is Level.OWN
    assert level_of(incident, keys_of(RUUD, [incident])) is Level.COORDINATOR
    assert level_of(incident, keys_of(curious, [incident])) is None


@pytest.mark.parametrize("reporter", [someone("GM0168", Right.REPORT), RUUD])
def test_a_partnership_that_delivers_nothing_there_cannot_be_made_the_source_and_so_a_reader(
    reporter: Person,
) -> None:
    with pytest.raises(Refused, match="source_delivers_nothing_there"):
        reported(reporter, PARTNERSHIP, affected="GM0168", caller="piket")
