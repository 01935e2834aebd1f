"""The named cost terms: what each is worth, and that they give no address away."""

from datetime import timedelta

import pytest

from schemas.events.approach import ReasonCode
from schemas.events.organisation import Place
from schemas.values import Where
from services.matching.rules.cost import Question, bill, kilometres
from services.matching.rules.cost import reasons as reasons_of
from services.matching.rules.known import Known
from tests.unit.matching.pictures import (
    BACKUP,
    BORROWER,
    NETWORK,
    NOW,
    asked,
    commitment,
    organisation,
    person,
    picture,
)

GOOR = Place(latitude=52.2344, longitude=6.5866)
DEVENTER = Place(latitude=52.2550, longitude=6.1639)


def reasons(*states: object, **request: object) -> dict[ReasonCode, tuple[int, str]]:
    places = (organisation(BORROWER, place=GOOR), organisation("GM0150", place=DEVENTER))
    joris = next((each for each in states if getattr(each, "functions", None)), person("joris", "GM0150"))
    known = Known(picture(*places, joris, *states), NOW)
    question = Question(known, asked(**request).request, known.roster.staff[BACKUP])
    row = question.staff.people.index(joris)
    minutes = bill(question)[:, row]
    found = reasons_of(question, row, minutes)
    assert sum(reason.minutes for reason in found) == minutes.sum()
    return {reason.code: (reason.minutes, reason.value) for reason in found}


def test_a_kilometre_is_a_minute_rounded_up_to_ten() -> None:
    assert 28 < kilometres(GOOR, DEVENTER) < 30
    assert reasons()[ReasonCode.DISTANCE] == (30, "30")


def test_the_next_town_is_never_nearer_than_one_step() -> None:
    assert reasons(organisation("GM0150", place=GOOR))[ReasonCode.DISTANCE] == (10, "10")


def test_help_from_a_distance_travels_a_tenth() -> None:
    assert reasons(where=Where.REMOTE)[ReasonCode.DISTANCE] == (3, "30")


def test_an_unknown_place_counts_as_far_and_says_nothing() -> None:
    assert reasons(organisation("GM0150", place=None))[ReasonCode.DISTANCE] == (100, "")


def test_the_first_function_fits_best() -> None:
    assert reasons()[ReasonCode.FUNCTION] == (0, "backup_recovery")
    second = person("joris", "GM0150", functions=(NETWORK, BACKUP))
    assert reasons(second)[ReasonCode.FUNCTION] == (15, "backup_recovery")


def test_a_language_counts_only_where_it_was_asked_for() -> None:
    assert ReasonCode.LANGUAGE not in reasons()
    assert reasons(languages=("nl", "de", "pl"))[ReasonCode.LANGUAGE] == (60, "nl")


def test_only_systems_the_requester_named_are_named() -> None:
    joris = person("joris", "GM0150", systems=("veeam", "key2burgerzaken"))
    assert ReasonCode.SAME_SYSTEM not in reasons(joris)
    assert reasons(joris, systems=("veeam", "nutanix"))[ReasonCode.SAME_SYSTEM] == (-20, "veeam")
    employer = organisation("GM0150", place=DEVENTER, systems=("nutanix",))
    assert reasons(employer, systems=("veeam", "nutanix"))[ReasonCode.SAME_SYSTEM] == (-10, "nutanix")


def test_who_carries_less_comes_first() -> None:
    later = {"starts": NOW + timedelta(days=90), "ends": NOW + timedelta(days=99)}
    own = commitment("one", "GM0150", "joris", **later)
    colleague = commitment("two", "GM0150", "anna", **later)
    assert ReasonCode.LOAD not in reasons()
    assert reasons(own, colleague)[ReasonCode.LOAD] == (40, "1")
    assert reasons(colleague)[ReasonCode.LOAD] == (5, "0")


@pytest.mark.parametrize(("hours", "expected"), [(2, (-240, "4")), (20, (-120, "24")), (60, (-60, "72"))])
def test_what_is_needed_sooner_is_filled_first(hours: int, expected: tuple[int, str]) -> None:
    assert reasons(needed_by=NOW + timedelta(hours=hours))[ReasonCode.URGENCY] == expected


def test_what_is_needed_next_week_has_no_urgency() -> None:
    assert ReasonCode.URGENCY not in reasons()
