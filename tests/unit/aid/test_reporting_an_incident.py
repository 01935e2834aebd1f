"""Who may report for whom, what is refused, and who sees a report by default."""

import json
from datetime import timedelta
from typing import Any

import pytest
from pydantic import ValidationError

from schemas.catalogue import ResidentService
from schemas.events.approach import Approach
from schemas.events.help_request import HelpRequest
from schemas.events.incident import CallBack, Incident, Sealed, ServiceState
from schemas.events.log_entry import Entry
from schemas.events.person import Person
from schemas.export import ROOT
from schemas.night import Wake
from schemas.upcast import lift
from schemas.values import Level, Tlp
from schemas.visibility import keys_of, level_of
from services.aid.rules import commands
from tests.unit.aid.stage import MORNING, Stage, key

EXAMPLES = ROOT / "schemas" / "examples"


def a_report(**changes: Any) -> commands.ReportIncident:
    made: dict[str, Any] = {
        "id": key("incident"),
        "affected": "GM1735",
        "since": MORNING - timedelta(hours=2),
        "call_back": CallBack(phone="06 00000000"),
    }
    return commands.ReportIncident(**{**made, **changes})


async def reported(who: str = "wilma", **changes: Any) -> tuple[Stage, Incident]:
    stage = Stage()
    await stage.do(who, a_report(**changes))
    return stage, stage.all(Incident)[0]


async def test_three_fields_are_enough_and_the_rest_is_not_known_yet() -> None:
    _, incident = await reported()
    assert (incident.pattern, incident.severity, incident.description) == ("unknown", "unknown", "")
    assert (incident.source, incident.reported_at, incident.on_behalf_of) == ("GM1735", MORNING, None)


async def test_a_service_without_a_moment_is_down_since_the_incident_began() -> None:
    since = MORNING - timedelta(minutes=5)
    services = (
        commands.ServiceDown(service=ResidentService.PASSPORTS),
        commands.ServiceDown(service=ResidentService.DEATHS, since=since),
    )
    _, incident = await reported(services=services)
    found = [status.since for status in incident.affected[0].services]
    assert found == [MORNING - timedelta(hours=2), since]


async def test_a_since_in_the_future_is_refused_and_a_past_one_is_not() -> None:
    await Stage().refused("since_in_future", "wilma", a_report(since=MORNING + timedelta(seconds=1)))
    late = commands.ServiceDown(service=ResidentService.MAIL, since=MORNING + timedelta(hours=1))
    await Stage().refused("since_in_future", "wilma", a_report(services=(late,)))
    await reported(since=MORNING - timedelta(days=400))


async def test_a_service_named_twice_is_refused() -> None:
    twice = (commands.ServiceDown(service=ResidentService.MAIL),) * 2
    await Stage().refused("service_twice", "wilma", a_report(services=twice))


async def test_nobody_reports_for_an_organisation_without_the_right() -> None:
    for who in ("joris", "kees", "fatima", "anouk"):
        refusal = await Stage().refused("not_your_right", who, a_report())
        assert refusal.facts == {"right": "report", "organisation": "GM1735"}


async def test_the_ibd_reports_namens_a_caller_and_names_that_caller() -> None:
    await Stage().refused("caller_missing", "ruud", a_report())
    _, incident = await reported("ruud", caller="Wilma, 06 00000000")
    assert incident.on_behalf_of is not None
    assert incident.on_behalf_of.entered_by == "IBD" and incident.source == "GM1735"


async def test_an_unknown_organisation_is_refused() -> None:
    await Stage().refused("unknown_organisation", "ruud", a_report(affected="GM9999", caller="iemand"))


async def test_own_organisation_and_the_ibd_see_it_and_nobody_else() -> None:
    stage, incident = await reported()
    levels = {
        name: level_of(incident, keys_of(stage.people[key(name)], [incident]))
        for name in ("wilma", "gert", "ruud", "fatima", "kees", "joris")
    }
    assert levels == {
        "wilma": Level.OWN,
        "gert": Level.OWN,
        "ruud": Level.COORDINATOR,
        "fatima": None,
        "kees": None,
        "joris": None,
    }


async def test_a_change_of_a_service_leaves_the_others_and_writes_a_line() -> None:
    services = tuple(
        commands.ServiceDown(service=each) for each in (ResidentService.MAIL, ResidentService.PHONE)
    )
    stage, _ = await reported(services=services)
    stage.later(hours=1)
    works = commands.ServiceDown(service=ResidentService.MAIL, state=ServiceState.WORKS)
    change = commands.ChangeServices(affected="GM1735", services=(works,))
    await stage.do("wilma", change, key("incident"))
    states = {s.service: s.state for s in stage.all(Incident)[0].affected[0].services}
    assert states == {"mail": "works", "phone": "down"}
    line = stage.lines()[-1]
    assert line.entry is Entry.SERVICE_CHANGED and line.about == {"service": "mail", "state": "works"}


async def test_somebody_who_does_not_see_it_hears_that_it_does_not_exist() -> None:
    stage, _ = await reported()
    note = commands.WriteLog(id=key("note"), text="nieuwsgierig")
    for target in (key("incident"), key("nothing")):
        await stage.refused("not_found", "kees", note, target)


async def test_a_coordinator_reads_and_writes_the_log_from_the_moment_the_role_is_given() -> None:
    stage, _ = await reported()
    note = commands.WriteLog(id=key("note"), text="Almelo kijkt mee")
    await stage.refused("not_found", "fatima", note, key("incident"))
    give = commands.ChangeCoordinators(coordinators=("GM0141",))
    await stage.refused("not_your_right", "wilma", give, key("incident"))
    await stage.do("gert", give, key("incident"))
    await stage.do("fatima", note, key("incident"))
    assert stage.lines()[-1].text == "Almelo kijkt mee"
    await stage.do("gert", commands.ChangeCoordinators(coordinators=()), key("incident"))
    await stage.refused("not_found", "fatima", note, key("incident"))


async def test_a_note_whose_id_was_used_before_is_refused_and_changes_nothing() -> None:
    stage = Stage()
    await stage.incident("first")
    await stage.incident("second")
    note = commands.WriteLog(id=key("note"), text="Balie dicht")
    await stage.do("wilma", note, key("first"))
    for incident in ("first", "second"):
        await stage.refused("exists", "wilma", note, key(incident))
    assert [each.version for each in stage.memory.history if each.state.key == str(key("note"))] == [1]


async def test_another_label_shows_everything_under_the_incident_anew() -> None:
    stage, before = await reported()
    await stage.do("wilma", commands.ChangeFacts(tlp=Tlp.RED), key("incident"))
    assert stage.all(Incident)[0].audience_version == before.audience_version + 1


async def test_a_closed_incident_takes_no_more_changes() -> None:
    stage, _ = await reported()
    await stage.refused("not_your_right", "wilma", commands.CloseIncident(), key("incident"))
    await stage.do("gert", commands.CloseIncident(), key("incident"))
    await stage.refused("closed", "gert", commands.CloseIncident(), key("incident"))


@pytest.mark.parametrize(
    "field",
    [
        {"unknown": 1},
        {"since": "2026-01-05T07:10:00"},
        {"since": "0001-01-01T00:00:00+14:00"},
        {"since": "9999-12-31T23:59:59-14:00"},
        {"affected": "Hengelo"},
        {"description": "a\0b"},
        {"caller": "\0"},
        {"call_back": {"phone": "06 00000000", "name": "a\0b"}},
        {"call_back": {"phone": "06 00000000", "name": "n" * 201}},
    ],
)
def test_a_body_that_is_not_a_report_is_refused_before_any_rule(field: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        a_report(**field)


@pytest.mark.parametrize(
    ("hour", "said", "wake"),
    [(1, None, Wake.MORNING), (9, None, Wake.NOT), (1, Wake.NOW, Wake.NOW), (1, Wake.NOT, Wake.NOT)],
)
async def test_at_night_people_are_called_from_seven_unless_the_request_says_otherwise(
    hour: int, said: Wake | None, wake: Wake
) -> None:
    stage = Stage()
    stage.now = stage.now.replace(hour=hour)
    request = await stage.request(wake=said)
    asked: HelpRequest = stage.the_request(request)
    assert asked.wake is wake
    await stage.suggest(request, "joris")
    called = Wake.MORNING if hour == 1 and wake is Wake.NOT else wake
    assert {each.wake for each in stage.all(Approach)} == {called}


async def test_what_was_asked_by_day_and_confirmed_at_night_is_called_for_in_the_morning() -> None:
    stage = Stage()
    stage.now = stage.now.replace(hour=21, minute=50)
    request = await stage.request()
    await stage.suggest(request, "joris")
    stage.now += timedelta(hours=4)
    await stage.suggest(request, "joris", "hugo")
    assert stage.the_request(request).wake is Wake.NOT
    assert {each.person: each.wake for each in stage.all(Approach)} == {
        key("joris"): Wake.NOT,
        key("hugo"): Wake.MORNING,
    }


@pytest.mark.parametrize("said", [None, *Wake])
async def test_who_confirms_says_anew_whether_others_are_called_now(said: Wake | None) -> None:
    stage = Stage()
    await stage.incident()
    await stage.do("wilma", stage.ask(wake=Wake.MORNING))
    await stage.do("gert", commands.ConfirmRequest(circle=("GM0153",), wake=said), key("request"))
    assert stage.the_request(key("request")).wake is (said or Wake.MORNING)


def shut(text: str, person: Person, field: str) -> Sealed:
    """Sealed for a test: nobody finds the text in it, and who reads the test sees what was sealed."""
    return Sealed(person=person.id, sealed=f"{field} {text.encode().hex()}")


async def test_whom_to_call_and_who_called_are_kept_sealed_under_the_key_of_who_told_it() -> None:
    stage = Stage(seal=shut)
    call = CallBack(phone="06 12345678", name="Wilma Bakker")
    await stage.do("ruud", a_report(call_back=call, caller="De secretaris"))
    incident = stage.all(Incident)[0]
    assert (incident.call_back, incident.reach) == (
        None,
        shut(call.model_dump_json(), stage.people[key("ruud")], "call_back"),
    )
    assert incident.on_behalf_of is not None and incident.on_behalf_of.caller == ""
    assert incident.caller == shut("De secretaris", stage.people[key("ruud")], "caller")
    await stage.do("wilma", stage.ask())
    [request] = stage.all(HelpRequest)
    assert (request.call_back, request.reach) == (None, incident.reach)
    other = CallBack(phone="06 87654321", name="Gert")
    await stage.do("gert", commands.ChangeFacts(call_back=other), key("incident"))
    kept = shut(other.model_dump_json(), stage.people[key("gert")], "call_back")
    assert {stage.all(Incident)[0].reach, stage.all(HelpRequest)[0].reach} == {kept}
    told = "".join(each.model_dump_json() for each in (*stage.all(Incident), *stage.all(HelpRequest)))
    assert not [word for word in ("Wilma", "Gert", "secretaris", "06 ") if word in told]


async def test_a_record_of_before_there_were_seals_reads_as_it_was_said() -> None:
    before = json.loads((EXAMPLES / "incident.v1.json").read_text(encoding="utf-8"))
    read = Incident.model_validate(lift("incident", 1, Incident.VERSION, before))
    assert read.call_back == CallBack(phone="06 12 34 56 78", name="Wilma")
    assert read.on_behalf_of is not None and read.on_behalf_of.caller == "Wilma, piket"
    assert (read.reach, read.caller) == (None, None)
