"""Who is suggested and who is not: every exclusion by name, and how many could be asked."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from schemas.catalogue import Function
from schemas.events.approach import ApproachState
from schemas.events.commitment import CommitmentState, Deadline, DeadlineName
from schemas.events.help_request import RequestState, ShortfallReason, Slot, SlotState
from schemas.events.suggestion import Suggestion
from services.matching.rules.suggest import suggest
from tests.unit.matching.pictures import (
    BACKUP,
    BORROWER,
    NETWORK,
    NOW,
    approach,
    asked,
    commitment,
    incident,
    lending,
    neighbour,
    on_duty,
    organisation,
    person,
    picture,
    uid,
)

LATER = NOW + timedelta(days=20)


def suggested(*states: object, request: str = "request") -> Suggestion:
    return suggest(picture(*states), NOW)[uid(request)]


def who(suggestion: Suggestion) -> set[Any]:
    return {each.person or each.lender for each in suggestion.candidates}


def short(suggestion: Suggestion) -> Mapping[ShortfallReason, int]:
    return {each.reason: each.people for each in suggestion.shortfall}


def test_someone_on_duty_in_the_circle_with_the_function_is_suggested() -> None:
    found = suggested(asked(version=7, terms_version=2), *neighbour("GM0001", "joris"))
    assert who(found) == {uid("joris")}
    assert (found.request_version, found.terms_version) == (7, 2)
    assert (found.could_ask.people, found.could_ask.organisations) == (1, 1)
    assert found.shortfall == ()


def test_nobody_has_the_function() -> None:
    found = suggested(asked(function=Function.CISO), *neighbour())
    assert not found.candidates
    assert short(found) == {ShortfallReason.NOBODY_HAS_THE_FUNCTION: 0}


RULED_OUT: dict[str, tuple[ShortfallReason, tuple[object, ...]]] = {
    "outside the circle": (ShortfallReason.OUTSIDE_CIRCLE, (asked(circle=("GM0002",)),)),
    "switched off": (ShortfallReason.OFF_DUTY, (on_duty("joris", on=False),)),
    "duty is over": (ShortfallReason.OFF_DUTY, (on_duty("joris", until=NOW),)),
    "held elsewhere": (ShortfallReason.ALREADY_HELD, (commitment("c", "GM0001", "joris"),)),
    "held by another employer": (ShortfallReason.ALREADY_HELD, (commitment("c", "GM0002", "joris"),)),
    "held in another function": (
        ShortfallReason.ALREADY_HELD,
        (commitment("c", "GM0001", "joris", function=NETWORK),),
    ),
    "needed at home": (ShortfallReason.BELOW_COVER, (lending("GM0001", cover={BACKUP: 1}),)),
    "lender is hit itself": (ShortfallReason.LENDER_AFFECTED, (incident("other", "GM0001", "GM0003"),)),
    "fellow victim": (ShortfallReason.LENDER_AFFECTED, (incident("incident", BORROWER, "GM0001"),)),
    "fellow victim in an exercise": (
        ShortfallReason.LENDER_AFFECTED,
        (incident("incident", BORROWER, "GM0001", exercise=True),),
    ),
    "declined": (ShortfallReason.SAID_NO, (approach("a", "GM0001", "joris", ApproachState.DECLINED),)),
    "gave back": (ShortfallReason.SAID_NO, (approach("a", "GM0001", "joris", ApproachState.GIVEN_BACK),)),
    "organisation declined": (
        ShortfallReason.SAID_NO,
        (approach("a", "GM0001", None, ApproachState.DECLINED),),
    ),
    "was refused": (
        ShortfallReason.SAID_NO,
        (commitment("c", "GM0001", "joris", request=uid("request"), state=CommitmentState.REFUSED),),
    ),
}


@pytest.mark.parametrize("name", RULED_OUT)
def test_who_is_ruled_out_is_counted_under_the_reason(name: str) -> None:
    reason, states = RULED_OUT[name]
    found = suggested(asked(), *neighbour("GM0001", "joris"), *states)
    assert found.candidates == ()
    assert short(found) == {reason: 1}
    assert (found.could_ask.people, found.could_ask.organisations) == (0, 0)


NOT_RULED_OUT: dict[str, tuple[object, ...]] = {
    "duty runs on": (on_duty("joris", until=NOW + timedelta(hours=1)),),
    "held in another period": (
        commitment("c", "GM0001", "joris", starts=LATER, ends=LATER + timedelta(days=1)),
    ),
    "ends when the other starts": (
        commitment("c", "GM0001", "joris", starts=NOW, ends=NOW + timedelta(days=10)),
    ),
    "held in an exercise": (commitment("c", "GM0001", "joris", exercise=True),),
    "reservation is past its deadline": (
        commitment(
            "c",
            "GM0001",
            "joris",
            state=CommitmentState.RESERVED,
            deadlines=(Deadline(id=uid("d"), name=DeadlineName.EXPIRY, due=NOW),),
        ),
    ),
    "lender is hit in an exercise only": (incident("drill", "GM0001", exercise=True),),
    "lender was hit once": (incident("old", "GM0001", closed_at=NOW),),
    "declined another request": (
        approach("a", "GM0001", "joris", ApproachState.DECLINED, request=uid("other")),
    ),
    "was withdrawn when off duty": (approach("a", "GM0001", "joris", ApproachState.WITHDRAWN),),
    "lapsed": (approach("a", "GM0001", "joris", ApproachState.LAPSED),),
    "is asked already": (approach("a", "GM0001", "joris", ApproachState.OPEN),),
    "a colleague covers off duty": (person("colleague", "GM0001"), lending("GM0001", cover={BACKUP: 1})),
}


@pytest.mark.parametrize("name", NOT_RULED_OUT)
def test_who_is_not_ruled_out_is_suggested(name: str) -> None:
    assert uid("joris") in who(suggested(asked(), *neighbour("GM0001", "joris"), *NOT_RULED_OUT[name]))


def test_who_never_touched_duty_is_off_duty() -> None:
    found = suggested(asked(), organisation("GM0001"), lending("GM0001"), person("joris", "GM0001"))
    assert short(found) == {ShortfallReason.OFF_DUTY: 1}


def test_a_person_counts_under_the_first_reason_that_applies() -> None:
    found = suggested(
        asked(circle=("GM0002",)),
        *neighbour("GM0001", "joris"),
        on_duty("joris", on=False),
        *neighbour("GM0002", "anna"),
        on_duty("anna", on=False),
        commitment("c", "GM0002", "anna"),
    )
    assert short(found) == {ShortfallReason.OUTSIDE_CIRCLE: 1, ShortfallReason.OFF_DUTY: 1}


def test_cover_counts_who_is_away_in_any_function_and_slots_without_a_name() -> None:
    staff = neighbour("GM0001", "joris", "anna", "bram", cover={BACKUP: 1})
    assert len(suggested(asked(slots=3), *staff).candidates) == 3
    away = commitment("c", "GM0001", "anna", function=NETWORK)
    unnamed = commitment("u", "GM0001", None)
    found = suggested(asked(slots=3), *staff, away)
    assert sum(each.chosen for each in found.candidates) == 1
    assert suggested(asked(slots=3), *staff, away, unnamed).candidates == ()


def test_cover_of_a_second_function_rules_out_too() -> None:
    found = suggested(
        asked(),
        organisation("GM0001"),
        lending("GM0001", cover={NETWORK: 1}),
        person("joris", "GM0001", functions=(BACKUP, NETWORK)),
        on_duty("joris"),
    )
    assert short(found) == {ShortfallReason.BELOW_COVER: 1}


def test_real_commitments_count_against_an_exercise() -> None:
    drill = incident(exercise=True)
    found = suggested(
        asked(exercise=True), drill, *neighbour("GM0001", "joris"), commitment("c", "GM0001", "joris")
    )
    assert short(found) == {ShortfallReason.ALREADY_HELD: 1}


def test_an_exercise_takes_nobody_from_a_real_request() -> None:
    states = (asked(), asked("drill", exercise=True, needed_by=NOW + timedelta(days=1)), *neighbour())
    found = suggest(picture(*states), NOW)
    assert all(found[uid(name)].candidates[0].chosen for name in ("request", "drill"))


def test_an_organisation_whose_people_are_not_asked_directly_appears_once() -> None:
    staff = neighbour("GM0001", "joris", "anna", ask_people=False)
    found = suggested(asked(slots=2), *staff)
    assert [(each.lender, each.person, each.chosen) for each in found.candidates] == [("GM0001", None, True)]
    assert (found.could_ask.people, found.could_ask.organisations) == (2, 1)


def test_a_desk_is_asked_even_while_its_people_are_off_duty() -> None:
    found = suggested(asked(), organisation("GM0001"), person("joris", "GM0001"))
    assert who(found) == {"GM0001"}
    assert short(found) == {ShortfallReason.OFF_DUTY: 1}


@pytest.mark.parametrize(
    "states",
    [
        (lending("GM0001", cover={BACKUP: 1}),),
        (incident("other", "GM0001"),),
        (asked(circle=("GM0002",)),),
        (approach("a", "GM0001", None, ApproachState.GIVEN_BACK),),
        (commitment("c", "GM0001", "joris"),),
    ],
)
def test_an_organisation_is_ruled_out_as_its_people_are(states: tuple[object, ...]) -> None:
    found = suggested(asked(), organisation("GM0001"), person("joris", "GM0001"), *states)
    assert found.candidates == ()


def test_who_works_for_two_is_suggested_once_and_through_one_of_them() -> None:
    both = person("joris", "GM0001", "GM0002")
    states = [organisation("GM0001"), organisation("GM0002"), lending("GM0001"), lending("GM0002")]
    found = suggested(asked(slots=2), *states, both, on_duty("joris"))
    assert [(each.lender, each.person) for each in found.candidates] == [("GM0001", both.id)]
    hit = suggested(asked(), *states, both, on_duty("joris"), incident("other", "GM0001"))
    assert [each.lender for each in hit.candidates] == ["GM0002"]
    assert hit.shortfall == ()


def test_the_borrowers_own_people_are_no_help_and_no_shortfall() -> None:
    found = suggested(asked(), *neighbour(BORROWER, "wim"))
    assert short(found) == {ShortfallReason.NOBODY_HAS_THE_FUNCTION: 0}


def test_a_provisional_request_shows_how_many_and_nobody() -> None:
    request = asked(state=RequestState.PROVISIONAL, circle=(), confirmed=None)
    found = suggested(request, *neighbour("GM0001", "a", "b"), *neighbour("GM0009"), person("c", "GM0009"))
    assert found.candidates == ()
    assert (found.could_ask.people, found.could_ask.organisations) == (3, 2)
    assert short(found) == {ShortfallReason.OFF_DUTY: 1}


@pytest.mark.parametrize(
    "states",
    [
        (asked(slots=0),),
        (asked(incident=uid("not heard of yet")),),
        (asked(slots=(Slot(state=SlotState.FINAL, commitment=uid("c")),)),),
    ],
)
def test_nobody_is_suggested_where_nothing_can_be_filled(states: tuple[object, ...]) -> None:
    assert suggested(*neighbour(), *states).candidates == ()


@pytest.mark.parametrize(
    "states",
    [
        (asked(state=RequestState.WITHDRAWN),),
        (asked(), incident(closed_at=NOW)),
        (asked(state=RequestState.PROVISIONAL), incident(closed_at=NOW)),
        (asked(needed_by=NOW - timedelta(days=3), ends=NOW),),
    ],
)
def test_nothing_is_said_about_a_request_that_nobody_asks_any_more(states: tuple[object, ...]) -> None:
    assert suggest(picture(*neighbour(), *states), NOW) == {}


def test_five_others_per_open_slot_follow_the_chosen_ones() -> None:
    names = [f"p{number}" for number in range(20)]
    found = suggested(asked(slots=2), *neighbour("GM0001", *names))
    assert [each.chosen for each in found.candidates] == [True] * 2 + [False] * 10
    assert found.could_ask.people == 20
