"""Faults that were found once: each of these was red, and stays away."""

from datetime import timedelta

import pytest

from schemas.events.approach import Approach, ApproachState
from schemas.events.commitment import Commitment, CommitmentState
from schemas.events.help_request import Shortfall, ShortfallReason
from schemas.events.incident import CallBack
from schemas.events.lending import StandingYes
from schemas.events.log_entry import Entry
from schemas.values import Level, Tlp, desk_key, organisation_key
from schemas.visibility import keys_of
from services.aid.handlers.desk import HintWaits
from services.aid.handlers.retrying import ATTEMPTS
from services.aid.ports import Locked
from services.aid.reach import Reach
from services.aid.rules import commands
from tests.unit.aid.memory import MemoryUnit
from tests.unit.aid.stage import Stage, asked, key


async def test_no_refusal_names_the_victim_to_somebody_who_is_only_asked() -> None:
    stage, request = await asked()
    for command in (
        commands.WithdrawRequest(),
        commands.ChangeNumber(number=2),
        commands.ConfirmRequest(circle=("GM0153",)),
    ):
        refusal = await stage.refused("not_your_right", "joris", command, request)
        assert "GM1735" not in str(refusal.facts)


async def test_a_line_of_what_was_due_is_not_written_over_by_the_command() -> None:
    stage, request = await asked(2, "hugo", "hans")
    await stage.claim("hugo", request)
    stage.later(minutes=31)
    await stage.claim("hans", request)
    told = [line.entry for line in stage.lines()]
    assert told.count(Entry.LAPSED) == 1 and told.count(Entry.RESERVED) == 2


async def test_a_command_that_was_refused_while_something_was_due_may_come_again() -> None:
    stage, request = await asked(2, "hugo", "hans")
    await stage.claim("hugo", request)
    claim = stage.a_claim("hans", request)
    await stage.do("hans", commands.ChangeDuty(on=True, until=stage.now + timedelta(minutes=20)))
    stage.later(minutes=31)
    await stage.refused("off_duty", "hans", claim, request)
    known = {line.id for line in stage.lines()}
    await stage.do("hans", commands.ChangeDuty(on=True))
    await stage.do("hans", claim, request, key_text="again")
    fresh = [each for each in stage.memory.history if each.state.TYPE == "log_entry"]
    assert all(each.version == 1 for each in fresh) and len(stage.lines()) == len(known) + 1


async def test_under_a_stricter_label_nobody_is_asked_and_the_borrower_can_still_withdraw() -> None:
    stage, request = await asked(2, "joris")
    await stage.do("wilma", commands.ChangeFacts(tlp=Tlp.RED), key("incident"))
    assert stage.approach("joris", request).state is ApproachState.WITHDRAWN
    await stage.suggest(request, "jet")
    assert all(each.state is not ApproachState.OPEN for each in stage.all(Approach))
    await stage.do("gert", commands.WithdrawRequest(), request)


async def test_a_closed_incident_asks_nobody_and_takes_no_claims() -> None:
    stage, request = await asked(1, "joris")
    claim = stage.a_claim("joris", request)
    await stage.do("gert", commands.CloseIncident(), key("incident"))
    assert stage.approach("joris", request).state is ApproachState.WITHDRAWN
    await stage.refused("closed", "joris", claim, request)


async def test_a_colleague_without_the_right_to_lend_sees_nothing_of_what_others_promised() -> None:
    stage, request = await asked(1, "joris")
    held = await stage.claim("joris", request)
    for row in (stage.commitment(held.id), stage.approach("joris", request), stage.the_request(request)):
        assert organisation_key("GM0153") not in row.readers
        assert row.readers[desk_key("GM0153")].rank >= Level.PARTNER.rank
    jet, bas = (keys_of(stage.people[key(name)], []) for name in ("jet", "bas"))
    assert desk_key("GM0153") in bas and desk_key("GM0153") not in jet


async def test_a_mission_that_is_over_does_not_use_up_a_standing_yes() -> None:
    stage = Stage()
    stage.lend("GM0153", standing=(StandingYes(id=key("standing"), at_most=1),))
    first = await stage.request(name="first")
    await stage.suggest(first, "joris")
    await stage.claim("joris", first)
    stage.later(days=30)
    second = await stage.request(name="second")
    await stage.suggest(second, "jet")
    assert (await stage.claim("jet", second)).state is CommitmentState.FINAL


async def test_a_lender_that_left_the_circle_takes_no_more_slots() -> None:
    stage, request = await asked(3, "GM0164")
    one = commands.Lend(lender="GM0164", unnamed=1, terms_version=1)
    await stage.do("anouk", one, request)
    await stage.do("gert", commands.ConfirmRequest(circle=("GM0153",)), request)
    again = commands.Lend(lender="GM0164", unnamed=1, terms_version=2)
    await stage.refused("not_asked", "anouk", again, request)


async def test_who_said_no_is_neither_named_nor_asked_through_another_employer() -> None:
    stage, request = await asked(2, "hugo", "GM0164")
    await stage.do("hugo", commands.Decline(approach=stage.approach("hugo", request).id), request)
    await stage.do("anouk", commands.Lend(lender="GM0164", unnamed=1, terms_version=1), request)
    (held,) = stage.all(Commitment)
    await stage.refused("said_no", "anouk", commands.NamePerson(person=key("hugo")), held.id)
    await stage.do("anouk", commands.NamePerson(person=key("hans")), held.id)
    await stage.do("hans", commands.RefuseCommitment(), held.id)
    await stage.suggest(request, "hans")
    assert stage.the_request(request).said_no == (key("hugo"), key("hans"))
    assert [each.person for each in stage.all(Approach)] == [key("hugo"), None]


async def test_who_gave_back_is_not_named_for_it_either() -> None:
    stage, request = await asked(2, "hugo", "GM0164")
    held = await stage.claim("hugo", request)
    await stage.do("hugo", commands.GiveBack(), held.id)
    await stage.do("anouk", commands.Lend(lender="GM0164", unnamed=1, terms_version=1), request)
    unnamed = next(each for each in stage.all(Commitment) if each.person is None)
    await stage.refused("said_no", "anouk", commands.NamePerson(person=key("hugo")), unnamed.id)


async def test_a_commitment_with_two_deadlines_lapses_once() -> None:
    stage, request = await asked(1, "GM0164", choose_self=True)
    await stage.do("anouk", commands.Lend(lender="GM0164", unnamed=1, terms_version=1), request)
    stage.later(hours=40)
    await stage.do("gert", commands.ChangeNumber(number=2), request)
    assert [line.entry for line in stage.lines()].count(Entry.LAPSED) == 1


async def test_the_log_does_not_say_which_of_those_who_were_asked_said_no() -> None:
    stage, request = await asked(1, "joris")
    await stage.do("joris", commands.Decline(approach=stage.approach("joris", request).id), request)
    people = {line.entry: line.by_person for line in stage.lines()}
    assert people[Entry.DECLINED] is None and people[Entry.HELP_CONFIRMED] == key("gert")


async def test_the_counts_of_a_small_circle_tell_nothing_of_one_neighbours_staff() -> None:
    stage, request = await asked(1, "joris")
    reasons = (ShortfallReason.OFF_DUTY, ShortfallReason.BELOW_COVER, ShortfallReason.OUTSIDE_CIRCLE)
    shortfall = tuple(Shortfall(reason=reason, people=1) for reason in reasons)
    hint = stage.hint(request, "joris").model_copy(update={"shortfall": shortfall})
    await stage.desk.heed(hint, key("hint"))
    assert [each.reason for each in stage.the_request(request).shortfall] == [ShortfallReason.OUTSIDE_CIRCLE]


async def test_a_new_number_to_call_reaches_those_who_help() -> None:
    stage, request = await asked(1, "joris")
    await stage.do("wilma", commands.ChangeFacts(call_back=CallBack(phone="06 99999999")), key("incident"))
    assert stage.the_request(request).call_back == CallBack(phone="06 99999999")


async def test_a_note_keeps_the_id_its_writer_gave_it() -> None:
    stage = Stage()
    await stage.incident()
    await stage.do("wilma", commands.WriteLog(id=key("note"), text="Balie dicht"), key("incident"))
    assert stage.lines()[-1].id == key("note")


async def test_a_team_lead_works_for_the_lender() -> None:
    stage, request = await asked(1, "GM0164")
    lend = commands.Lend(lender="GM0164", unnamed=1, team_lead=key("joris"), terms_version=1)
    await stage.refused("not_yours_to_name", "anouk", lend, request)


async def test_another_number_of_slots_is_told_in_the_log() -> None:
    stage, request = await asked(1, "joris")
    await stage.do("gert", commands.ChangeNumber(number=4), request)
    assert stage.lines()[-1].about == {"function": "backup_recovery", "number": 4}


async def test_a_hint_that_meets_a_lock_is_held_and_not_taken_for_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage = Stage()
    request = await stage.request()
    hint = stage.hint(request, "joris")

    async def busy(unit: MemoryUnit, reach: Reach, answer: object) -> Reach:
        raise Locked

    with monkeypatch.context() as waiting:
        waiting.setattr(MemoryUnit, "lock", busy)
        # Refused would move the offset on, and nobody would be asked: matching says nothing twice.
        with pytest.raises(HintWaits):
            await stage.desk.heed(hint, key("hint"))
    await stage.desk.heed(hint, key("hint"))
    assert stage.approach("joris", request).state is ApproachState.OPEN


async def test_a_command_that_meets_a_lock_is_tried_again_before_its_sender_hears_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stage, request = await asked(1, "joris")
    claim, lock, tries = stage.a_claim("joris", request), MemoryUnit.lock, 0

    async def held(unit: MemoryUnit, reach: Reach, answer: object) -> Reach:
        nonlocal tries
        tries += 1
        if tries % ATTEMPTS:
            raise Locked
        return await lock(unit, reach, None)

    monkeypatch.setattr(MemoryUnit, "lock", held)
    await stage.do("joris", claim, request)
    assert tries == ATTEMPTS

    async def never(unit: MemoryUnit, reach: Reach, answer: object) -> Reach:
        raise Locked

    monkeypatch.setattr(MemoryUnit, "lock", never)
    await stage.refused("busy", "joris", claim, request)
