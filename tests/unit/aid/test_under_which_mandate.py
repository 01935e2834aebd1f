"""Mandates: who may act for an organisation, in what order and up to where, and what names them after."""

from datetime import timedelta
from typing import Any

import pytest

from schemas.events.approach import Approach, ApproachState
from schemas.events.commitment import CommitmentState, Party
from schemas.events.help_request import HelpRequest, RequestState
from schemas.events.lending import StandingYes
from schemas.events.log_entry import Entry
from schemas.mandate import Act, UsedMandate
from schemas.night import Wake
from schemas.values import Level, Tlp
from schemas.visibility import project
from services.aid.rules import commands
from services.aid.words import WORDS
from tests.unit.aid.mandates import CIRCLE, TO_ALL, drafted, entry, keep_list
from tests.unit.aid.stage import MORNING, Stage, key


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


async def asked(**more: Any) -> Stage:
    """Three slots, confirmed; Joris and Jet of Enschede, Hugo and Hans of Hengelo are asked."""
    stage = await drafted(number=3)
    await stage.do("gert", commands.ConfirmRequest(circle=CIRCLE, **more), key("request"))
    await stage.suggest(key("request"), "joris", "jet", "hugo", "hans")
    return stage


async def test_a_lenders_yes_names_its_mandate_and_stays_within_its_limits() -> None:
    stage = await asked()
    keep_list(stage, entry("anouk", acts=(Act.LEND,), people=1), organisation="GM0164")
    held = [await stage.claim(who, key("request")) for who in ("hugo", "hans")]
    both = commands.Lend(lender="GM0164", reservations=tuple(each.id for each in held), terms_version=1)
    no = await stage.refused("mandate_people", "anouk", both, key("request"))
    assert (no.facts["found"], no.facts["allowed"]) == (2, 1)
    one = commands.Lend(lender="GM0164", reservations=(held[0].id,), terms_version=1)
    await stage.do("anouk", one, key("request"))
    yes = next(each for each in stage.commitment(held[0].id).yeses if each.party is Party.LENDER)
    assert yes.mandate == UsedMandate(id=key("mandate-anouk"), person=key("anouk"))


async def test_a_lender_counts_unnamed_slots_and_days_too() -> None:
    stage = await asked()
    keep_list(stage, entry("anouk", acts=(Act.LEND,), people=1), organisation="GM0164")
    two = commands.Lend(lender="GM0164", unnamed=2, terms_version=1)
    await stage.refused("mandate_people", "anouk", two, key("request"))
    keep_list(stage, entry("anouk", acts=(Act.LEND,), days=2), organisation="GM0164")
    await stage.refused("mandate_days", "anouk", two, key("request"))


async def test_a_standing_yes_is_given_under_a_mandate_and_outlives_it() -> None:
    stage = await asked()
    standing = StandingYes(id=key("new"), at_most=2, max_days=5)
    given = commands.ChangeLending(standing=(standing,), ask_people=True)
    keep_list(stage, entry("anouk", acts=(Act.LEND,), people=1), organisation="GM0164")
    await stage.refused("mandate_people", "anouk", given, "GM0164")
    until = stage.now + timedelta(hours=1)
    keep_list(stage, entry("anouk", acts=(Act.LEND,), people=2, days=5, until=until), organisation="GM0164")
    await stage.do("anouk", given, "GM0164")
    stage.now += timedelta(hours=2)
    claimed = await stage.claim("hugo", key("request"))
    yes = next(each for each in claimed.yeses if each.party is Party.LENDER)
    used = UsedMandate(id=key("mandate-anouk"), person=key("anouk"))
    assert (yes.standing, yes.mandate) == (standing.id, used)
    # What stays as it was needs no mandate now; what is wider does.
    await stage.do("anouk", given.model_copy(update={"ask_people": False}), "GM0164")
    wider = commands.ChangeLending(standing=(standing.model_copy(update={"at_most": 3}),))
    await stage.refused("mandate_over", "anouk", wider, "GM0164")


async def test_a_borrowers_yes_names_the_mandate_whether_given_before_or_for_one_helper() -> None:
    stage = await drafted(number=2)
    keep_list(stage, entry("gert"), entry("ines"))
    await stage.do("gert", TO_ALL, key("request"))
    await stage.suggest(key("request"), "joris", "jet")
    before = await stage.claim("joris", key("request"))
    [mandate] = [each.mandate for each in before.yeses if each.party is Party.BORROWER]
    assert mandate == UsedMandate(id=key("mandate-gert"), person=key("gert"))
    choosing = commands.ConfirmRequest(circle=CIRCLE, choose_self=True)
    await stage.do("gert", choosing, key("request"))
    one = await stage.claim("jet", key("request"))
    await stage.refused("mandate_missing", "omar", commands.ApproveCommitment(), one.id)
    await stage.do("ines", commands.ApproveCommitment(), one.id)
    yes = next(each for each in stage.commitment(one.id).yeses if each.party is Party.BORROWER)
    assert yes.mandate == UsedMandate(id=key("mandate-ines"), person=key("ines"))


async def test_a_coordinator_is_named_under_a_mandate_and_the_role_taken_back_by_right() -> None:
    stage = await drafted()
    keep_list(stage, entry("gert"), entry("ines", acts=(Act.COORDINATE,)))
    give = commands.ChangeCoordinators(coordinators=("GM0141",))
    no = await stage.refused("mandate_missing", "gert", give, key("incident"))
    assert no.facts["others"] == [str(key("ines"))]
    await stage.do("ines", give, key("incident"))
    line = next(each for each in stage.lines() if each.entry is Entry.COORDINATOR_NAMED)
    assert line.mandate == UsedMandate(id=key("mandate-ines"), person=key("ines"))
    await stage.do("gert", commands.ChangeCoordinators(coordinators=()), key("incident"))


async def test_a_looser_label_takes_a_mandate_to_share_and_a_stricter_one_none() -> None:
    stage = await drafted()
    keep_list(stage, entry("gert"), entry("ines", acts=(Act.SHARE,)))
    await stage.do("wilma", commands.ChangeFacts(tlp=Tlp.AMBER), key("incident"))
    looser = commands.ChangeFacts(tlp=Tlp.GREEN)
    await stage.refused("not_your_right", "wilma", looser, key("incident"))
    await stage.refused("mandate_missing", "gert", looser, key("incident"))
    await stage.do("ines", looser, key("incident"))
    assert [each.mandate.id for each in stage.lines() if each.mandate] == [key("mandate-ines")]


async def by_two() -> Stage:
    stage = await drafted(number=2)
    keep_list(stage, entry("gert"), entry("ines"), entry("omar"), two_persons=(Act.CONFIRM,))
    await stage.do("gert", TO_ALL, key("request"))
    return stage


async def test_the_first_of_two_yeses_waits_where_the_case_sees_it_and_nobody_is_asked() -> None:
    stage = await by_two()
    request = stage.the_request(key("request"))
    assert request.state is RequestState.PROVISIONAL
    assert request.first_yes is not None
    assert request.first_yes.confirmation.by == key("gert")
    assert stage.lines()[-1].entry is Entry.HELP_AGREED
    await stage.suggest(key("request"), "joris")
    assert stage.all(Approach) == []


async def test_the_second_persons_same_yes_opens_the_request_and_both_are_named() -> None:
    stage = await by_two()
    await stage.do("ines", TO_ALL, key("request"))
    request = stage.the_request(key("request"))
    assert request.state is RequestState.OPEN
    assert request.first_yes is None
    assert request.confirmed is not None
    assert (request.confirmed.first_by, request.confirmed.by) == (key("gert"), key("ines"))
    assert request.confirmed.first_mandate == UsedMandate(id=key("mandate-gert"), person=key("gert"))


@pytest.mark.parametrize(
    ("first", "second", "wake"), [(Wake.NOW, None, Wake.NOW), (Wake.NOW, Wake.MORNING, Wake.MORNING)]
)
async def test_two_need_not_agree_on_calling_and_who_speaks_last_decides(
    first: Wake, second: Wake | None, wake: Wake
) -> None:
    stage = await drafted(number=2)
    keep_list(stage, entry("gert"), entry("ines"), two_persons=(Act.CONFIRM,))
    for who, said in (("gert", first), ("ines", second)):
        await stage.do(who, TO_ALL.model_copy(update={"wake": said}), key("request"))
    request = stage.the_request(key("request"))
    assert (request.state, request.wake) == (RequestState.OPEN, wake)


async def test_nobody_is_both_persons() -> None:
    stage = await by_two()
    no = await stage.refused("second_person_missing", "gert", TO_ALL, key("request"))
    assert no.facts["others"] == [str(key("ines")), str(key("omar"))]


@pytest.mark.parametrize(
    "other", [{"circle": ("GM0153",)}, {"euros": 50_000}, {"choose_self": not TO_ALL.choose_self}], ids=str
)
async def test_a_second_yes_to_something_else_is_a_first_yes(other: dict[str, object]) -> None:
    stage = await by_two()
    await stage.do("ines", TO_ALL.model_copy(update=other), key("request"))
    request = stage.the_request(key("request"))
    assert request.state is RequestState.PROVISIONAL
    assert request.first_yes is not None
    assert request.first_yes.confirmation.by == key("ines")


async def test_a_first_yes_counts_no_more_once_its_mandate_is_over() -> None:
    stage = await by_two()
    over = entry("gert", until=stage.now)
    keep_list(stage, over, entry("ines"), entry("omar"), two_persons=(Act.CONFIRM,))
    await stage.do("ines", TO_ALL, key("request"))
    assert stage.the_request(key("request")).state is RequestState.PROVISIONAL
    await stage.do("omar", TO_ALL, key("request"))
    assert stage.the_request(key("request")).state is RequestState.OPEN


async def test_another_number_takes_the_first_yes_away() -> None:
    stage = await by_two()
    await stage.do("ines", commands.ChangeNumber(number=4), key("request"))
    assert stage.the_request(key("request")).first_yes is None


async def test_what_two_confirmed_is_not_made_more_by_one() -> None:
    stage = await by_two()
    await stage.do("ines", TO_ALL, key("request"))
    await stage.refused("two_for_more", "gert", commands.ChangeNumber(number=3), key("request"))
    await stage.do("gert", commands.ChangeNumber(number=1), key("request"))


async def test_a_wider_circle_waits_for_two_while_the_old_one_goes_on() -> None:
    stage = await by_two()
    await stage.do("ines", TO_ALL, key("request"))
    wider = commands.ConfirmRequest(circle=(*CIRCLE, "GM0168"))
    await stage.do("gert", wider, key("request"))
    request = stage.the_request(key("request"))
    assert (request.state, request.circle) == (RequestState.OPEN, CIRCLE)
    await stage.do("omar", wider, key("request"))
    assert "GM0168" in stage.the_request(key("request")).circle


async def test_withdrawing_takes_the_first_yes_along() -> None:
    stage = await by_two()
    await stage.do("gert", commands.WithdrawRequest(), key("request"))
    assert stage.the_request(key("request")).first_yes is None
