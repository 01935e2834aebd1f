"""Mandates: who may act for an organisation, in what order and up to where, and what names them after."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.events.approach import Approach, ApproachState
from schemas.events.commitment import CommitmentState
from schemas.events.help_request import HelpRequest, RequestState
from schemas.events.log_entry import Entry
from schemas.mandate import Act, Mandate, MandateList, UsedMandate
from schemas.values import Level, Right
from schemas.visibility import project
from services.aid.rules import commands
from services.aid.words import WORDS
from tests.unit.aid.stage import MORNING, Stage, key

CIRCLE = ("GM0153", "GM0164")
TO_ALL = commands.ConfirmRequest(circle=CIRCLE)


def entry(who: str, **more: Any) -> Mandate:
    """An entry for somebody who may confirm, unless said."""
    return Mandate(**{"id": key(f"mandate-{who}"), "person": key(who), "acts": (Act.CONFIRM,), **more})


def keep_list(stage: Stage, *entries: Mandate, organisation: str = "GM1735", **more: Any) -> None:
    """The organisation keeps this list from now on."""
    kept = MandateList(number=1, entries=entries, changed_by=key("petra"), changed_at=MORNING, **more)
    known = stage.organisations[organisation]
    stage.organisations[organisation] = known.model_copy(update={"mandates": kept})


async def drafted(**more: Any) -> Stage:
    """Wilma asked; besides Gert also Ines and Omar hold the right."""
    stage = Stage()
    for name in ("ines", "omar"):
        stage.person(name, "GM1735", rights=(Right.MANDATE,))
    await stage.incident()
    await stage.do("wilma", stage.ask(**more))
    return stage


async def test_without_a_list_the_right_decides_without_limits_as_it_always_did() -> None:
    stage = await drafted(number=50)
    await stage.do("omar", TO_ALL, key("request"))
    confirmed = stage.the_request(key("request")).confirmed
    assert confirmed is not None
    assert confirmed.mandate is None


async def test_an_emptied_list_is_no_list() -> None:
    stage = await drafted()
    keep_list(stage)
    await stage.do("omar", TO_ALL, key("request"))
    assert stage.the_request(key("request")).state is RequestState.OPEN


async def test_with_a_list_only_who_is_on_it_confirms_and_hears_who_else_may_in_order() -> None:
    stage = await drafted()
    keep_list(stage, entry("gert"), entry("ines"))
    no = await stage.refused("mandate_missing", "omar", TO_ALL, key("request"))
    assert no.facts["others"] == [str(key("gert")), str(key("ines"))]
    assert stage.the_request(key("request")).state is RequestState.PROVISIONAL


async def test_an_entry_for_another_act_does_not_confirm() -> None:
    stage = await drafted()
    keep_list(stage, entry("gert", acts=(Act.COORDINATE,)))
    await stage.refused("mandate_missing", "gert", TO_ALL, key("request"))


async def test_a_list_gives_nothing_to_somebody_without_the_right() -> None:
    stage = await drafted()
    keep_list(stage, entry("wilma"))
    await stage.refused("not_your_right", "wilma", TO_ALL, key("request"))


async def test_the_confirmation_and_its_line_name_the_mandate_and_whose_place_was_taken() -> None:
    stage = await drafted()
    keep_list(stage, entry("gert"), entry("ines", deputy_for=key("mandate-gert")))
    await stage.do("ines", TO_ALL, key("request"))
    used = UsedMandate(id=key("mandate-ines"), person=key("ines"), deputy_for=key("gert"))
    confirmed = stage.the_request(key("request")).confirmed
    assert confirmed is not None
    assert confirmed.mandate == used
    line = next(each for each in stage.lines() if each.entry is Entry.HELP_CONFIRMED)
    assert line.mandate == used


async def test_who_was_asked_does_not_read_under_whose_mandate() -> None:
    stage = await drafted()
    keep_list(stage, entry("gert"))
    await stage.do("gert", TO_ALL, key("request"))
    for row in (stage.the_request(key("request")), stage.lines()[-1]):
        assert str(key("mandate-gert")) in str(project(row, Level.COORDINATOR))
        assert str(key("mandate-gert")) not in str(project(row, Level.PARTNER))


async def test_the_first_entry_that_allows_it_is_the_one_used() -> None:
    stage = await drafted(number=3)
    wide = entry("gert", id=key("wide"))
    keep_list(stage, entry("gert", id=key("narrow"), people=2), wide)
    await stage.do("gert", TO_ALL, key("request"))
    confirmed = stage.the_request(key("request")).confirmed
    assert confirmed is not None
    assert confirmed.mandate == UsedMandate(id=key("wide"), person=key("gert"))


@pytest.mark.parametrize(
    ("code", "period"),
    [
        ("mandate_not_yet", {"starts": MORNING + timedelta(minutes=1)}),
        ("mandate_over", {"until": MORNING}),
    ],
)
async def test_outside_its_period_a_mandate_does_not_confirm(code: str, period: dict[str, Any]) -> None:
    stage = await drafted()
    keep_list(stage, entry("gert", **period), entry("ines"))
    no = await stage.refused(code, "gert", TO_ALL, key("request"))
    assert no.facts["others"] == [str(key("ines"))]


async def test_a_mandate_counts_from_its_first_moment() -> None:
    stage = await drafted()
    keep_list(stage, entry("gert", starts=MORNING, until=MORNING + timedelta(minutes=1)))
    await stage.do("gert", TO_ALL, key("request"))
    assert stage.the_request(key("request")).state is RequestState.OPEN


async def test_who_left_the_organisation_is_not_named_as_somebody_who_may() -> None:
    stage = await drafted()
    keep_list(stage, entry("ines"), entry("omar"))
    stage.people[key("ines")] = stage.people[key("ines")].model_copy(update={"memberships": ()})
    no = await stage.refused("mandate_missing", "gert", TO_ALL, key("request"))
    assert no.facts["others"] == [str(key("omar"))]


@pytest.mark.parametrize(
    ("limit", "found"), [({"people": 2}, 3), ({"days": 2}, 3), ({"euros": 4_000}, 5_000)]
)
async def test_above_a_limit_the_refusal_says_what_was_found_and_what_is_allowed(
    limit: dict[str, int], found: int
) -> None:
    stage = await drafted(number=3)
    keep_list(stage, entry("gert", **limit), entry("ines"))
    [(name, allowed)] = limit.items()
    confirm = commands.ConfirmRequest(circle=CIRCLE, euros=5_000)
    no = await stage.refused(f"mandate_{name}", "gert", confirm, key("request"))
    assert (no.facts["found"], no.facts["allowed"]) == (found, allowed)
    assert no.facts["others"] == [str(key("ines"))]


async def test_at_its_limits_a_mandate_confirms() -> None:
    stage = await drafted(number=3)
    keep_list(stage, entry("gert", people=3, days=3, euros=5_000))
    await stage.do("gert", commands.ConfirmRequest(circle=CIRCLE, euros=5_000), key("request"))
    confirmed = stage.the_request(key("request")).confirmed
    assert confirmed is not None
    assert confirmed.euros == 5_000


async def test_a_limit_in_euros_wants_the_amount_said() -> None:
    stage = await drafted()
    keep_list(stage, entry("gert", euros=5_000))
    no = await stage.refused("mandate_euros_unsaid", "gert", TO_ALL, key("request"))
    assert no.facts["allowed"] == 5_000


async def test_more_people_later_need_a_mandate_for_that_many_and_fewer_need_none() -> None:
    stage = await drafted(number=2)
    keep_list(stage, entry("gert", people=2))
    await stage.do("gert", TO_ALL, key("request"))
    await stage.refused("mandate_people", "gert", commands.ChangeNumber(number=3), key("request"))
    keep_list(stage, entry("gert", until=stage.now))
    await stage.do("gert", commands.ChangeNumber(number=1), key("request"))
    assert len(stage.the_request(key("request")).slots) == 1


async def test_a_mandate_that_lapses_leaves_what_was_promised_and_what_was_asked() -> None:
    stage = await drafted(number=3)
    keep_list(stage, entry("gert", until=MORNING + timedelta(hours=1)))
    await stage.do("gert", TO_ALL, key("request"))
    await stage.suggest(key("request"), "joris", "jet")
    before = await stage.claim("joris", key("request"))
    stage.now += timedelta(hours=2)
    after = await stage.claim("jet", key("request"))
    assert stage.commitment(before.id).state is CommitmentState.FINAL
    assert after.state is CommitmentState.FINAL
    assert all(each.state is not ApproachState.WITHDRAWN for each in stage.all(Approach))
    await stage.refused("mandate_over", "gert", TO_ALL, key("request"))
    assert [each.state for each in stage.all(HelpRequest)] == [RequestState.OPEN]


def test_every_refusal_of_a_mandate_has_words_in_both_languages() -> None:
    ours = [words for code, words in WORDS.items() if code.startswith("mandate_")]
    assert len(ours) == 7
    assert all(words.nl and words.en for words in ours)
