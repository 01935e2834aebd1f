"""The domain's section of that name, bullet by bullet."""

from datetime import timedelta

import pytest

from schemas.catalogue import Function
from schemas.events.approach import Approach, ApproachState
from schemas.events.commitment import Commitment, CommitmentState, Party
from schemas.events.help_request import RequestState
from schemas.events.incident import Incident
from schemas.events.lending import StandingYes
from schemas.refused import Refused
from schemas.values import Level, Right, Tlp
from schemas.visibility import keys_of, level_of
from services.aid.handlers.desk import KeyReused
from services.aid.rules import commands
from services.aid.rules.world import Terms
from tests.unit.aid.stage import Stage, asked, key


def reserved_of(stage: Stage, who: str, request: object) -> dict[str, object]:
    """The fields of the lender's yes to what somebody reserved."""
    held = next(e for e in stage.all(Commitment) if e.person == key(who) and e.request == request)
    return {"lender": held.lender, "reservations": (held.id,), "terms_version": 1}


# Reporting is not asking


async def test_a_provisional_request_approaches_nobody_whatever_matching_suggests() -> None:
    stage = Stage()
    await stage.incident()
    await stage.do("wilma", stage.ask())
    await stage.suggest(key("request"), "joris", "hugo")
    assert stage.all(Approach) == []
    assert stage.the_request(key("request")).could_ask.people == 2


async def test_only_a_mandated_person_confirms_and_the_circle_is_frozen_then() -> None:
    stage = Stage()
    request = await stage.request()
    confirm = commands.ConfirmRequest(circle=("GM0153", "GM1735"))
    await stage.refused("not_your_right", "wilma", confirm, request)
    await stage.do("gert", confirm, request)
    found = stage.the_request(request)
    assert found.circle == ("GM0153",) and found.state is RequestState.OPEN and found.terms_version == 2


async def test_a_needed_by_in_the_past_is_refused() -> None:
    stage = Stage()
    await stage.incident()
    late = stage.ask(needed_by=stage.now - timedelta(seconds=1))
    await stage.refused("needed_by_past", "wilma", late)


async def test_a_label_under_which_nobody_could_read_the_request_refuses_to_ask() -> None:
    stage, request = await asked()
    await stage.do("wilma", commands.ChangeFacts(tlp=Tlp.AMBER), key("incident"))
    await stage.refused("label_too_strict", "gert", commands.ConfirmRequest(circle=("GM0153",)), request)


# Borrower's yes


async def test_with_a_standing_yes_of_the_lender_one_tap_is_final() -> None:
    stage, request = await asked()
    commitment = await stage.claim("joris", request)
    assert commitment.state is CommitmentState.FINAL and commitment.waits_for == ()
    assert [yes.party for yes in commitment.yeses] == [Party.PERSON, Party.LENDER, Party.BORROWER]
    assert commitment.deadlines == ()


async def test_i_choose_myself_makes_every_helper_wait_for_the_borrower() -> None:
    stage, request = await asked(choose_self=True)
    commitment = await stage.claim("joris", request)
    assert commitment.state is CommitmentState.RESERVED and commitment.waits_for == (Party.BORROWER,)
    await stage.refused("not_your_right", "joris", commands.ApproveCommitment(), commitment.id)
    await stage.do("gert", commands.ApproveCommitment(), commitment.id)
    assert stage.commitment(commitment.id).state is CommitmentState.FINAL


async def test_a_standing_yes_that_is_used_up_reserves_and_revoking_it_touches_nothing_given() -> None:
    stage = Stage()
    stage.lend("GM0153", standing=(StandingYes(id=key("standing"), at_most=1),))
    request = await stage.request(2)
    await stage.suggest(request, "joris", "jet")
    first, second = await stage.claim("joris", request), await stage.claim("jet", request)
    assert first.state is CommitmentState.FINAL
    assert second.state is CommitmentState.RESERVED and second.waits_for == (Party.LENDER,)
    await stage.do("bas", commands.ChangeLending(ask_people=True), "GM0153")
    assert stage.commitment(first.id).state is CommitmentState.FINAL


async def test_a_standing_yes_counts_only_for_what_it_says() -> None:
    for fields in (
        {"functions": (Function.NETWORK,)},
        {"where": ("remote",)},
        {"circle": ("GM0141",)},
        {"max_days": 1},
    ):
        stage = Stage()
        stage.lend("GM0153", standing=(StandingYes(id=key("standing"), at_most=9, **fields),))
        request = await stage.request()
        await stage.suggest(request, "joris")
        assert (await stage.claim("joris", request)).waits_for == (Party.LENDER,), fields


async def test_a_helper_who_waits_for_the_borrower_uses_up_the_lenders_standing_yes() -> None:
    stage = Stage()
    stage.lend("GM0153", standing=(StandingYes(id=key("standing"), at_most=1),))
    request = await stage.request(2, choose_self=True)
    await stage.suggest(request, "joris", "jet")
    assert (await stage.claim("joris", request)).waits_for == (Party.BORROWER,)
    assert set((await stage.claim("jet", request)).waits_for) == {Party.LENDER, Party.BORROWER}


# Who may claim


async def test_who_was_not_asked_cannot_claim_and_learns_nothing() -> None:
    stage, request = await asked()
    stolen = stage.a_claim("joris", request)
    for who in ("kees", "hugo", "anouk"):
        await stage.refused("not_found", who, stolen, request)


async def test_off_duty_cannot_claim_and_past_until_is_off_duty() -> None:
    stage, request = await asked()
    await stage.do("joris", commands.ChangeDuty(on=True, until=stage.now + timedelta(hours=1)))
    stage.later(hours=1)
    await stage.refused("off_duty", "joris", stage.a_claim("joris", request), request)


@pytest.mark.parametrize("now", [("GM0168", Function.BACKUP_RECOVERY), ("GM0164", Function.NETWORK)])
async def test_who_left_the_lender_or_has_the_function_no_more_takes_no_slot_of_what_was_asked_before(
    now: tuple[str, Function],
) -> None:
    stage, request = await asked(2, "hugo")
    await stage.do("anouk", commands.Lend(lender="GM0164", unnamed=1, terms_version=1), request)
    (held,) = stage.all(Commitment)
    await stage.do("anouk", commands.NamePerson(person=key("hans")), held.id)
    for who in ("hugo", "hans"):
        stage.person(who, now[0], now[1:])
    await stage.refused("not_asked_any_more", "hugo", stage.a_claim("hugo", request), request)
    await stage.refused("not_asked_any_more", "hans", commands.AcceptCommitment(), held.id)
    assert stage.commitment(held.id).state is CommitmentState.RESERVED
    # A no is still theirs to say.
    await stage.do("hans", commands.RefuseCommitment(), held.id)
    await stage.do("hugo", commands.Decline(approach=stage.approach("hugo", request).id), request)


async def test_so_many_are_asked_per_open_slot_the_chosen_first() -> None:
    stage = Stage(Terms(approaches_per_slot=2))
    request = await stage.request()
    await stage.suggest(request, "GM0164", "joris", "jet", "hugo")
    open_now = [each for each in stage.all(Approach) if each.state is ApproachState.OPEN]
    assert {each.person for each in open_now} == {key("joris"), key("jet")}


async def test_an_organisation_that_keeps_its_people_apart_is_asked_once_itself() -> None:
    stage = Stage()
    stage.lend("GM0164")
    await stage.do("anouk", commands.ChangeLending(), "GM0164")
    request = await stage.request()
    await stage.suggest(request, "hugo", "GM0164", "GM0164")
    assert [(each.lender, each.person) for each in stage.all(Approach)] == [("GM0164", None)]


async def test_a_hint_about_an_older_version_is_ignored() -> None:
    stage, request = await asked(1, "joris")
    hint = stage.hint(request, "jet")
    await stage.do("gert", commands.ChangeNumber(number=2), request)
    with pytest.raises(Refused, match="stale_hint"):
        await stage.desk.heed(hint, key("hint"))
    assert len(stage.all(Approach)) == 1


# Several at once, names follow


async def test_a_lender_takes_what_is_free_and_hears_how_many_that_were() -> None:
    stage, request = await asked(2, "joris", "hugo", "hans")
    await stage.claim("joris", request)
    done = await stage.do("anouk", commands.Lend(lender="GM0164", unnamed=2, terms_version=1), request)
    taken = [each.state for each in done.rows if isinstance(each.state, Commitment)]
    assert len(taken) == 1 and taken[0].person is None and taken[0].waits_for == (Party.PERSON,)


async def test_less_than_at_least_is_refused_with_who_holds_the_slots() -> None:
    stage, request = await asked(2, "joris", "hugo", "hans", at_least=2)
    await stage.claim("joris", request)
    lend = commands.Lend(lender="GM0164", unnamed=2, terms_version=1)
    refusal = await stage.refused("taken", "anouk", lend, request)
    assert [each["lender"] for each in refusal.facts["commitments"]] == ["GM0153"]


async def test_less_than_at_least_above_the_own_minimum_is_refused() -> None:
    stage, request = await asked(2, "hugo", "hans", at_least=2)
    stage.lend("GM0164", cover={Function.BACKUP_RECOVERY: 2})
    two = commands.Lend(lender="GM0164", unnamed=2, terms_version=1)
    await stage.refused("below_cover", "anouk", two, request)
    stage.lend("GM0164", cover={Function.BACKUP_RECOVERY: 1})
    await stage.do("anouk", two, request)


async def test_a_lenders_yes_lists_reservations_and_apart_from_them_unnamed_ones() -> None:
    stage, request = await asked(3, "hugo", "hans")
    waiting = await stage.claim("hugo", request)
    lend = commands.Lend(lender="GM0164", reservations=(waiting.id,), unnamed=2, terms_version=1)
    await stage.do("anouk", lend, request)
    assert stage.commitment(waiting.id).state is CommitmentState.FINAL
    assert sum(each.person is None for each in stage.all(Commitment)) == 2


async def test_only_the_lenders_desk_says_yes_for_the_lender() -> None:
    stage, request = await asked(1, "hugo")
    lend = commands.Lend(lender="GM0164", unnamed=1, terms_version=1)
    await stage.refused("not_your_right", "hugo", lend, request)
    await stage.refused("not_found", "bas", lend, request)


async def test_naming_asks_that_person_whose_yes_makes_it_final() -> None:
    stage, request = await asked(1, "hugo")
    await stage.do("anouk", commands.Lend(lender="GM0164", unnamed=1, terms_version=1), request)
    (held,) = stage.all(Commitment)
    await stage.refused("not_yours_to_name", "anouk", commands.NamePerson(person=key("joris")), held.id)
    await stage.refused("wrong_function", "anouk", commands.NamePerson(person=key("anouk")), held.id)
    await stage.do("anouk", commands.NamePerson(person=key("hans")), held.id)
    assert stage.commitment(held.id).state is CommitmentState.RESERVED
    await stage.refused("not_found", "hugo", commands.AcceptCommitment(), held.id)
    await stage.do("hans", commands.AcceptCommitment(), held.id)
    assert stage.commitment(held.id).state is CommitmentState.FINAL


async def test_naming_somebody_off_duty_or_overlapping_is_refused() -> None:
    stage, request = await asked(2, "hugo", "hans")
    await stage.claim("hugo", request)
    await stage.do("anouk", commands.Lend(lender="GM0164", unnamed=1, terms_version=1), request)
    held = next(each for each in stage.all(Commitment) if each.person is None)
    await stage.refused("elsewhere", "anouk", commands.NamePerson(person=key("hugo")), held.id)
    await stage.do("hans", commands.ChangeDuty(on=False))
    await stage.refused("off_duty", "anouk", commands.NamePerson(person=key("hans")), held.id)


async def test_who_is_named_leaves_no_other_function_below_the_own_minimum() -> None:
    stage, request = await asked(1, "GM0164")
    stage.helper("hetty", "GM0164", Function.BACKUP_RECOVERY, Function.NETWORK)
    stage.lend("GM0164", cover={Function.NETWORK: 1})
    await stage.do("anouk", commands.Lend(lender="GM0164", unnamed=1, terms_version=1), request)
    (held,) = stage.all(Commitment)
    await stage.refused("below_cover", "anouk", commands.NamePerson(person=key("hetty")), held.id)
    await stage.do("anouk", commands.NamePerson(person=key("hans")), held.id)


async def test_who_is_named_and_goes_off_duty_cannot_say_yes_until_back() -> None:
    stage, request = await asked(1, "hugo")
    await stage.do("anouk", commands.Lend(lender="GM0164", unnamed=1, terms_version=1), request)
    (held,) = stage.all(Commitment)
    await stage.do("anouk", commands.NamePerson(person=key("hans")), held.id)
    await stage.do("hans", commands.ChangeDuty(on=False))
    await stage.refused("off_duty", "hans", commands.AcceptCommitment(), held.id)
    await stage.do("hans", commands.ChangeDuty(on=True))
    await stage.do("hans", commands.AcceptCommitment(), held.id)


async def test_a_named_person_who_cannot_leaves_the_slot_held_and_unnamed() -> None:
    stage, request = await asked(1, "hugo")
    await stage.do("anouk", commands.Lend(lender="GM0164", unnamed=1, terms_version=1), request)
    (held,) = stage.all(Commitment)
    await stage.do("anouk", commands.NamePerson(person=key("hans")), held.id)
    await stage.do("hans", commands.RefuseCommitment(), held.id)
    assert stage.commitment(held.id).person is None and stage.commitment(held.id).holds


async def test_at_names_due_the_slot_frees_even_if_the_clock_is_late() -> None:
    stage, request = await asked(1, "hugo")
    await stage.do("anouk", commands.Lend(lender="GM0164", unnamed=1, terms_version=1), request)
    (held,) = stage.all(Commitment)
    assert held.deadlines[0].due == stage.now + timedelta(hours=36)
    stage.later(hours=36)
    await stage.refused("expired", "anouk", commands.NamePerson(person=key("hans")), held.id)
    assert stage.commitment(held.id).state is CommitmentState.LAPSED
    assert stage.the_request(request).open_slots == 1


async def test_with_less_than_a_day_left_names_are_due_half_way() -> None:
    stage = Stage()
    request = await stage.request(needed_by=stage.now + timedelta(hours=10))
    await stage.suggest(request, "hugo")
    await stage.do("anouk", commands.Lend(lender="GM0164", unnamed=1, terms_version=1), request)
    assert stage.all(Commitment)[0].deadlines[0].due == stage.now + timedelta(hours=5)


async def test_once_the_work_has_begun_names_are_due_within_the_acute_expiry() -> None:
    stage, request = await asked(1, "hugo")
    stage.later(hours=49)
    await stage.do("anouk", commands.Lend(lender="GM0164", unnamed=1, terms_version=1), request)
    assert stage.all(Commitment)[0].deadlines[0].due == stage.now + timedelta(minutes=30)


# Expiry


async def test_a_yes_after_the_expiry_is_refused_and_the_slot_is_free() -> None:
    stage, request = await asked(1, "hugo")
    waiting = await stage.claim("hugo", request)
    assert waiting.deadlines[0].due == stage.now + timedelta(minutes=30)
    stage.later(minutes=30)
    lend = commands.Lend(lender="GM0164", reservations=(waiting.id,), terms_version=1)
    await stage.refused("expired", "anouk", lend, request)
    assert stage.the_request(request).open_slots == 1


async def test_an_expiry_is_four_hours_after_the_acute_phase_and_never_past_need_by() -> None:
    stage = Stage()
    await stage.incident()
    await stage.do("wilma", commands.ChangeFacts(phase="recovery"), key("incident"))
    long = await stage.request(name="long")
    short = await stage.request(name="short", needed_by=stage.now + timedelta(hours=1))
    await stage.suggest(long, "hugo")
    await stage.suggest(short, "hans")
    assert (await stage.claim("hugo", long)).deadlines[0].due == stage.now + timedelta(hours=4)
    assert (await stage.claim("hans", short)).deadlines[0].due == stage.now + timedelta(hours=1)


async def test_a_reservation_made_after_need_by_lasts_as_long_as_any_other() -> None:
    stage, request = await asked(1, "hugo")
    stage.later(hours=49)
    assert (await stage.claim("hugo", request)).deadlines[0].due == stage.now + timedelta(minutes=30)


async def test_the_reservation_of_another_request_that_has_expired_holds_nobody() -> None:
    stage = Stage()
    first = await stage.request(name="first")
    second = await stage.request(name="second")
    await stage.suggest(first, "hugo")
    await stage.suggest(second, "hugo")
    await stage.claim("hugo", first)
    await stage.refused("elsewhere", "hugo", stage.a_claim("hugo", second), second)
    stage.later(minutes=30)
    assert (await stage.claim("hugo", second)).holds


# Too late


async def test_who_comes_too_late_hears_who_has_it_and_what_else_is_open() -> None:
    stage, request = await asked(1, "joris", "hugo")
    other = await stage.request(name="other")
    await stage.suggest(other, "hugo")
    claim = stage.a_claim("hugo", request)
    winner = await stage.claim("joris", request)
    refusal = await stage.refused("taken", "hugo", claim, request)
    assert refusal.facts["commitments"] == [{"id": str(winner.id), "lender": "GM0153"}]
    assert refusal.facts["open"] == [{"request": str(other), "function": Function.BACKUP_RECOVERY}]


# Off duty afterwards


async def test_going_off_duty_withdraws_what_was_asked_and_touches_nothing_promised() -> None:
    stage, request = await asked(1, "joris")
    other = await stage.request(name="other", needed_by=stage.now + timedelta(days=30))
    await stage.suggest(other, "joris")
    held = await stage.claim("joris", request)
    await stage.do("joris", commands.ChangeDuty(on=False))
    assert stage.commitment(held.id).state is CommitmentState.FINAL
    assert stage.approach("joris", other).state is ApproachState.WITHDRAWN


async def test_a_suggestion_after_off_duty_asks_nobody() -> None:
    stage = Stage()
    request = await stage.request()
    await stage.do("joris", commands.ChangeDuty(on=False))
    await stage.suggest(request, "joris")
    assert stage.all(Approach) == []


# Given back


async def test_a_slot_given_back_goes_to_the_next_and_not_to_who_gave_it_back() -> None:
    stage, request = await asked(1, "joris", "hugo")
    held = await stage.claim("joris", request)
    assert stage.approach("hugo", request).state is ApproachState.FULL
    await stage.do("joris", commands.GiveBack(), held.id)
    assert stage.approach("hugo", request).state is ApproachState.OPEN
    assert stage.approach("joris", request).state is ApproachState.GIVEN_BACK
    await stage.suggest(request, "joris")
    assert stage.approach("joris", request).state is ApproachState.GIVEN_BACK
    assert (await stage.claim("hugo", request)).holds


async def test_a_slot_that_frees_is_offered_to_nobody_who_is_off_duty_or_elsewhere_by_then() -> None:
    stage, request = await asked(1, "joris", "hugo", "hans", "hilde")
    other = await stage.request(name="other")
    await stage.suggest(other, "hans")
    held = await stage.claim("joris", request)
    await stage.do("hugo", commands.ChangeDuty(on=True, until=stage.now + timedelta(hours=1)))
    await stage.claim("hans", other)
    stage.later(minutes=20)
    await stage.do("anouk", commands.Lend(**reserved_of(stage, "hans", other)), other)
    stage.later(hours=1)
    await stage.do("joris", commands.GiveBack(), held.id)
    states = {who: stage.approach(who, request).state for who in ("hugo", "hans", "hilde")}
    assert states == {
        "hugo": ApproachState.WITHDRAWN,
        "hans": ApproachState.WITHDRAWN,
        "hilde": ApproachState.OPEN,
    }


async def test_who_declined_is_not_asked_again() -> None:
    stage, request = await asked(1, "joris")
    await stage.do("joris", commands.Decline(approach=stage.approach("joris", request).id), request)
    await stage.suggest(request, "joris")
    assert stage.approach("joris", request).state is ApproachState.DECLINED


async def test_a_no_of_either_organisation_closes_that_persons_approach_only() -> None:
    stage, request = await asked(2, "hugo", "hans", choose_self=True)
    first, second = await stage.claim("hugo", request), await stage.claim("hans", request)
    await stage.do("anouk", commands.RefuseCommitment(), first.id)
    assert stage.approach("hugo", request).state is ApproachState.DECLINED
    assert stage.commitment(second.id).holds
    await stage.do("gert", commands.RefuseCommitment(), second.id)
    assert stage.commitment(second.id).over_by is Party.BORROWER


# A lender becomes a victim


async def test_a_lender_that_is_hit_is_asked_no_more_and_keeps_what_it_promised() -> None:
    stage = Stage()
    stage.lend("GM0141", standing=())
    stage.helper("farid", "GM0141")
    stage.helper("frits", "GM0141")
    stage.helper("fenna", "GM0141")
    request = await stage.request(3)
    await stage.suggest(request, "farid", "frits", "fenna")
    final = await stage.claim("farid", request)
    waiting = await stage.claim("frits", request)
    # farid's employer says yes before it is hit itself.
    stage.person("faas", "GM0141", rights=(Right.LEND,))
    lend = commands.Lend(lender="GM0141", reservations=(final.id,), terms_version=1)
    await stage.do("faas", lend, request)
    report = commands.ReportIncident(
        id=key("second"), affected="GM0141", since=stage.now, call_back={"phone": "06 00000000"}
    )
    await stage.do("fatima", report)
    assert stage.commitment(final.id).state is CommitmentState.FINAL
    assert stage.commitment(waiting.id).state is CommitmentState.LAPSED
    assert stage.approach("fenna", request).state is ApproachState.LAPSED
    await stage.suggest(request, "fenna")
    assert stage.approach("fenna", request).state is ApproachState.LAPSED


async def test_who_is_hit_in_an_exercise_is_asked_for_real_help_and_keeps_what_it_was_asked() -> None:
    stage = Stage()
    stage.person("bob", "GM0164", rights=(Right.REPORT,))
    request = await stage.request(3)
    await stage.suggest(request, "hugo", "hans")
    waiting = await stage.claim("hugo", request)
    drill = commands.ReportIncident(
        id=key("drill"),
        affected="GM0164",
        since=stage.now,
        call_back={"phone": "06 00000000"},
        exercise=True,
    )
    await stage.do("bob", drill)
    await stage.suggest(request, "hilde")
    assert stage.commitment(waiting.id).holds
    assert {stage.approach(who, request).state for who in ("hans", "hilde")} == {ApproachState.OPEN}


# Cover


async def test_the_last_one_above_the_own_minimum_cannot_go() -> None:
    stage = Stage()
    stage.lend("GM0164", cover={Function.BACKUP_RECOVERY: 2})
    request = await stage.request(2)
    await stage.suggest(request, "hugo", "hans")
    await stage.claim("hugo", request)
    await stage.refused("below_cover", "hans", stage.a_claim("hans", request), request)


async def test_an_unnamed_slot_is_a_unit_of_cover() -> None:
    stage, request = await asked(3, "hugo", "hans")
    stage.lend("GM0164", cover={Function.BACKUP_RECOVERY: 1})
    await stage.do("anouk", commands.Lend(lender="GM0164", unnamed=2, terms_version=1), request)
    await stage.refused("below_cover", "hans", stage.a_claim("hans", request), request)


async def test_an_unnamed_slot_takes_nobody_from_another_function() -> None:
    stage = Stage()
    stage.helper("nadia", "GM0164", Function.NETWORK)
    stage.helper("nils", "GM0164", Function.NETWORK)
    stage.lend("GM0164", cover={Function.NETWORK: 1})
    request = await stage.request(1, name="network", function=Function.NETWORK)
    await stage.suggest(request, "nadia")
    backup = await stage.request(1)
    await stage.suggest(backup, "GM0164")
    await stage.do("anouk", commands.Lend(lender="GM0164", unnamed=1, terms_version=1), backup)
    assert (await stage.claim("nadia", request)).holds


async def test_a_desk_that_has_nobody_above_its_own_minimum_is_not_asked() -> None:
    stage = Stage()
    stage.lend("GM0164", cover={Function.BACKUP_RECOVERY: 3})
    request = await stage.request()
    await stage.suggest(request, "GM0164")
    assert stage.all(Approach) == []


async def test_off_duty_counts_as_at_home() -> None:
    stage = Stage()
    stage.helper("henk", "GM0164", on=False)
    stage.lend("GM0164", cover={Function.BACKUP_RECOVERY: 3})
    request = await stage.request()
    await stage.suggest(request, "hugo")
    assert (await stage.claim("hugo", request)).holds


async def test_exercises_never_count_against_real_requests() -> None:
    stage = Stage()
    await stage.incident("drill", exercise=True)
    drill = await stage.request(name="drill-request", incident="drill")
    await stage.suggest(drill, "joris")
    assert (await stage.claim("joris", drill)).exercise
    real = await stage.request(name="real")
    await stage.suggest(real, "joris")
    assert (await stage.claim("joris", real)).holds


async def test_overlap_refuses_and_a_missing_end_is_three_days_after_need_by() -> None:
    stage = Stage()
    first = await stage.request(name="first", needed_by=stage.now + timedelta(days=1))
    inside = await stage.request(name="inside", needed_by=stage.now + timedelta(days=4, seconds=-1))
    after = await stage.request(name="after", needed_by=stage.now + timedelta(days=4))
    for request in (first, inside, after):
        await stage.suggest(request, "joris")
    held = await stage.claim("joris", first)
    assert held.ends == stage.now + timedelta(days=4)
    await stage.refused("elsewhere", "joris", stage.a_claim("joris", inside), inside)
    assert (await stage.claim("joris", after)).holds


# Change after claims


async def test_withdrawing_lapses_reservations_and_releases_commitments() -> None:
    stage, request = await asked(2, "joris", "hugo", "hans")
    final, reserved = await stage.claim("joris", request), await stage.claim("hugo", request)
    await stage.do("gert", commands.WithdrawRequest(), request)
    assert stage.commitment(final.id).state is CommitmentState.RELEASED
    assert stage.commitment(reserved.id).state is CommitmentState.LAPSED
    assert stage.approach("hans", request).state is ApproachState.WITHDRAWN
    await stage.refused("withdrawn", "hans", stage.a_claim("hans", request), request)


async def test_the_number_cannot_fall_below_what_is_held() -> None:
    stage, request = await asked(3, "joris", "hugo")
    await stage.claim("joris", request)
    await stage.claim("hugo", request)
    await stage.refused("below_held", "gert", commands.ChangeNumber(number=1), request)
    await stage.do("gert", commands.ChangeNumber(number=2), request)
    assert stage.the_request(request).open_slots == 0


async def test_a_claim_under_other_terms_is_refused_and_free_slots_do_not_change_the_terms() -> None:
    stage, request = await asked(2, "joris", "hugo")
    claim = stage.a_claim("hugo", request)
    await stage.claim("joris", request)
    await stage.do("hugo", claim, request)
    await stage.do("gert", commands.ConfirmRequest(circle=("GM0153",)), request)
    old = commands.Lend(lender="GM0153", unnamed=1, terms_version=1)
    await stage.refused("terms_changed", "bas", old, request)


# A late claim


async def test_a_claim_after_its_valid_until_is_refused() -> None:
    stage, request = await asked()
    claim = stage.a_claim("joris", request, valid_until=stage.now + timedelta(minutes=10))
    stage.later(minutes=10, seconds=1)
    await stage.refused("claim_too_late", "joris", claim, request)


async def test_a_claim_after_the_end_of_the_period_is_refused() -> None:
    stage, request = await asked(1, "joris", ends=None)
    stage.later(days=5)
    await stage.refused("over", "joris", stage.a_claim("joris", request), request)


# Who sees how much


async def test_asked_partner_coordinator_and_own_see_as_much_as_the_domain_says() -> None:
    stage, request = await asked(2, "joris", "hugo")

    def level(who: str) -> Level | None:
        (incident,) = stage.all(Incident)
        keys = keys_of(stage.people[key(who)], [incident])
        return level_of(stage.the_request(request), keys, incident)

    assert [level(who) for who in ("joris", "kees", "ruud", "wilma")] == [
        Level.ASKED,
        None,
        Level.COORDINATOR,
        Level.OWN,
    ]
    held = await stage.claim("joris", request)
    assert level("joris") is Level.PARTNER and level("bas") is Level.PARTNER
    await stage.do("joris", commands.GiveBack(), held.id)
    assert level("joris") is None


# Sent twice


async def test_the_same_command_twice_is_carried_out_once_and_answered_the_same() -> None:
    stage, request = await asked(2, "joris")
    claim = stage.a_claim("joris", request)
    first = await stage.do("joris", claim, request, key_text="tap")
    again = await stage.do("joris", claim, request, key_text="tap")
    assert {(r.state.TYPE, r.state.key) for r in first.rows} == {
        (r.state.TYPE, r.state.key) for r in again.rows
    }
    assert again.rows[0].state == first.rows[0].state
    assert len(stage.all(Commitment)) == 1


async def test_two_hints_about_one_version_ask_two_people_apart() -> None:
    stage, request = await asked(1, "joris")
    first, second = stage.hint(request, "hugo"), stage.hint(request, "hans")
    await stage.desk.heed(first, key("first"))
    await stage.do("hugo", commands.Decline(approach=stage.approach("hugo", request).id), request)
    version = stage.memory.states["help_request", str(request)].version
    await stage.desk.heed(second.model_copy(update={"request_version": version}), key("second"))
    assert {each.person for each in stage.all(Approach)} == {key("joris"), key("hugo"), key("hans")}
    assert len({each.id for each in stage.lines()}) == len(stage.lines())


async def test_the_same_key_with_another_body_is_not_carried_out() -> None:
    stage, request = await asked(2, "joris")
    await stage.do("gert", commands.ChangeNumber(number=3), request, key_text="tap")
    with pytest.raises(KeyReused):
        await stage.do("gert", commands.ChangeNumber(number=4), request, key_text="tap")
    assert len(stage.the_request(request).slots) == 3


async def test_nobody_outside_the_circle_is_asked_whatever_matching_says() -> None:
    stage, request = await asked(1, "joris")
    await stage.do("gert", commands.ConfirmRequest(circle=("GM0164",)), request)
    await stage.suggest(request, "jet", "hugo")
    open_now = [each.person for each in stage.all(Approach) if each.state is ApproachState.OPEN]
    assert open_now == [key("hugo")]


async def test_a_desk_that_is_hit_itself_takes_no_more_slots() -> None:
    stage = Stage()
    stage.person("faas", "GM0141", rights=(Right.LEND,))
    for name in ("farid", "frits"):
        stage.helper(name, "GM0141")
    request = await stage.request(2)
    await stage.suggest(request, "GM0141")
    one = commands.Lend(lender="GM0141", unnamed=1, terms_version=1)
    await stage.do("faas", one, request)
    report = commands.ReportIncident(
        id=key("second"), affected="GM0141", since=stage.now, call_back={"phone": "06 00000000"}
    )
    await stage.do("fatima", report)
    await stage.refused("lender_affected", "faas", one, request)
