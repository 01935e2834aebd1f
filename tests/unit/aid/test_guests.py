"""Guests of an incident: let in by a mandated sponsor, seen by all, and out for good."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from schemas.events.incident import CallBack, Incident
from schemas.events.log_entry import LogEntry
from schemas.events.person import Membership
from schemas.mandate import Act, UsedMandate
from schemas.state import Row
from schemas.values import Command, Level, Right
from schemas.visibility import keys_of, level_of
from services.aid.rules import commands
from services.aid.rules.guests import MOST_GUESTS
from tests.unit.aid.mandates import entry, keep_list
from tests.unit.aid.stage import Stage, key


async def with_bram() -> Stage:
    stage = Stage()
    await stage.incident()
    stage.guest("bram", "gert")
    await stage.do("gert", admitting("bram"), key("incident"))
    return stage


def admitting(name: str) -> commands.AdmitGuest:
    return commands.AdmitGuest(guest=key(name))


def seen(stage: Stage, who: str) -> list[tuple[str, Level]]:
    """Kind and level of all that somebody sees."""
    [incident] = stage.all(Incident)
    keys = keys_of(stage.people[key(who)], [incident])
    rows = [each.state for each in stage.memory.states.values() if isinstance(each.state, Row)]
    levels = ((row, level_of(row, keys, incident)) for row in rows)
    return [(row.TYPE, level) for row, level in levels if level is not None]


async def test_a_guest_reads_the_incident_as_a_partner_does_and_no_other_row() -> None:
    stage = await with_bram()
    await stage.request(1)
    assert stage.all(LogEntry)
    assert seen(stage, "bram") == [("incident", Level.PARTNER)]


async def test_whoever_is_on_the_incident_sees_who_the_guest_is_and_who_let_them_in() -> None:
    stage = await with_bram()
    [guest] = stage.all(Incident)[0].guests
    assert (guest.person, guest.firm, guest.organisation) == (key("bram"), "Spoedhulp BV", "GM1735")
    assert (guest.sponsor, guest.until) == (key("gert"), stage.now + timedelta(days=2))
    assert stage.lines()[-1].about == {"changed": "guest_admitted"}


@pytest.mark.parametrize("command", [commands.EndGuest(guest=key("bram")), commands.CloseIncident()])
async def test_after_the_end_a_guest_sees_nothing(command: Command) -> None:
    stage = await with_bram()
    await stage.do("gert", command, key("incident"))
    assert seen(stage, "bram") == []
    [incident] = stage.all(Incident)
    assert incident.let_in == frozenset() and incident.guests[0].ended_at == stage.now
    assert f"person:{key('bram')}" in incident.lost_readers


async def test_who_was_ended_is_not_let_in_by_the_same_invitation_again() -> None:
    stage = await with_bram()
    stage.guest("britt", "gert")
    await stage.do("gert", admitting("britt"), key("incident"))
    await stage.refused("guest_over", "gert", admitting("bram"), key("incident"))
    await stage.do("wilma", commands.EndGuest(guest=key("bram")), key("incident"))
    assert stage.all(Incident)[0].let_in == {key("britt")}
    await stage.refused("guest_over", "gert", admitting("bram"), key("incident"))
    await stage.refused("no_such_guest", "wilma", commands.EndGuest(guest=key("bram")), key("incident"))


@pytest.mark.parametrize(
    "said", [{"incident": uuid4()}, {"organisation": "GM0141"}, {"sponsor": "wilma"}], ids=str
)
async def test_a_guest_of_another_incident_organisation_or_sponsor_is_none_here(
    said: dict[str, Any],
) -> None:
    stage = Stage()
    await stage.incident()
    stage.guest("bram", **{"sponsor": "gert", **said})
    await stage.refused("no_such_guest", "gert", admitting("bram"), key("incident"))
    await stage.refused("no_such_guest", "gert", admitting("joris"), key("incident"))


@pytest.mark.parametrize(
    ("also", "said"),
    [("GM1735", "GM1735"), ("GM0168", "GM0141")],
    ids=["of an organisation that is not hit", "of one where the sponsor does not work"],
)
async def test_whose_guest_it_is_was_hit_and_is_whom_the_sponsor_works_for(also: str, said: str) -> None:
    stage = Stage()
    mandated = [
        Membership(organisation=each, rights=(Right.MANDATE, Right.REPORT)) for each in ("SV01", also)
    ]
    pia = stage.person("pia", "SV01").model_copy(update={"memberships": tuple(mandated)})
    stage.people[pia.id] = pia
    phone = CallBack(phone="06 00000000")
    report = commands.ReportIncident(id=key("incident"), affected="GM0141", since=stage.now, call_back=phone)
    await stage.do("pia", report)
    stage.guest("bram", "pia", organisation=said)
    await stage.refused("no_such_guest", "pia", admitting("bram"), key("incident"))


async def test_it_takes_a_mandate_to_share_outside_which_is_named() -> None:
    stage = Stage()
    await stage.incident()
    stage.guest("bram", "gert")
    keep_list(stage, entry("gert"))
    await stage.refused("mandate_missing", "gert", admitting("bram"), key("incident"))
    keep_list(stage, entry("gert", acts=(Act.SHARE,)))
    await stage.do("gert", admitting("bram"), key("incident"))
    assert stage.lines()[-1].mandate == UsedMandate(id=key("mandate-gert"), person=key("gert"))


async def test_the_sponsor_ends_it_also_without_any_right_left() -> None:
    stage = await with_bram()
    stage.person("gert", "GM1735")
    await stage.do("gert", commands.EndGuest(guest=key("bram")), key("incident"))
    assert stage.all(Incident)[0].let_in == frozenset()


async def test_an_invitation_whose_time_is_up_lets_nobody_in() -> None:
    stage = Stage()
    await stage.incident()
    stage.guest("bram", "gert")
    stage.later(days=2)
    await stage.refused("guest_over", "gert", admitting("bram"), key("incident"))


async def test_an_incident_has_fifty_guests_and_those_that_ended_count() -> None:
    stage = Stage()
    await stage.incident()
    for number in range(MOST_GUESTS + 1):
        stage.guest(f"guest {number}", "gert")
    for number in range(MOST_GUESTS):
        await stage.do("gert", admitting(f"guest {number}"), key("incident"))
        await stage.do("gert", commands.EndGuest(guest=key(f"guest {number}")), key("incident"))
    await stage.refused("too_many_guests", "gert", admitting(f"guest {MOST_GUESTS}"), key("incident"))
