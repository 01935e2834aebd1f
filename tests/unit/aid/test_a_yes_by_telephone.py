"""A key pressed in a call is that person's yes, to what the call offered, once, under their mandate."""

from typing import Any

import pytest

from schemas.events.delivery import Asks, Attempt, AttemptState, Delivery
from schemas.events.help_request import Became, HelpRequest, RequestState
from schemas.events.log_entry import Entry
from schemas.events.organisation import Kind, Organisation
from schemas.mandate import Act, UsedMandate
from schemas.refused import Refused
from schemas.values import Tlp
from services.aid.rules import commands
from tests.unit.aid.mandates import TO_ALL, drafted, entry, keep_list
from tests.unit.aid.stage import Stage, key

REGION = ("GM0141", "GM0153", "GM0164", "GM0168")


def the(stage: Stage) -> HelpRequest:
    return stage.the_request(key("request"))


def pressed(stage: Stage, who: str, **more: Any) -> Delivery:
    """The ladder once this person pressed 1 in their call."""
    said = {"offer": the(stage).offer, "state": AttemptState.YES, **more}
    attempt = Attempt(id=key(f"call-{who}"), person=key(who), at=stage.now, **said)
    return Delivery(
        id=key("ladder"),
        request=key("request"),
        organisation="GM1735",
        asks=Asks.CONFIRM,
        function=the(stage).function,
        asked_at=stage.now,
        attempts=(attempt,),
        exercise=False,
    )


async def hears(stage: Stage, who: str, **more: Any) -> tuple[Became, str]:
    """Somebody presses 1: what became of it, and the code of a no."""
    await stage.desk.hear(pressed(stage, who, **more))
    said = the(stage).spoken[-1]
    assert said.attempt == key(f"call-{who}")
    return said.became, said.refused


async def test_the_circle_that_is_proposed_are_the_other_municipalities_of_the_region() -> None:
    stage = await drafted()
    elsewhere = {"id": "GM0150", "kind": Kind.MUNICIPALITY, "name": "Deventer", "region": "VR04"}
    stage.organisations["GM0150"] = Organisation(**elsewhere)
    stage.organisations["VR05"] = Organisation(
        id="VR05", kind=Kind.SAFETY_REGION, name="Twente", region="VR05"
    )
    await stage.do("wilma", stage.ask("another"))
    assert stage.the_request(key("another")).proposed == REGION


async def test_a_key_confirms_with_the_proposed_circle_under_the_mandate_of_who_pressed_it() -> None:
    stage = await drafted()
    keep_list(stage, entry("gert"))
    assert await hears(stage, "gert") == (Became.CONFIRMED, "")
    request = the(stage)
    assert request.confirmed is not None
    assert (request.state, request.circle) == (RequestState.OPEN, REGION)
    assert request.confirmed.mandate == UsedMandate(id=key("mandate-gert"), person=key("gert"))
    assert (request.confirmed.by, request.confirmed.by_telephone) == (key("gert"), True)
    [line] = [each for each in stage.lines() if each.entry is Entry.HELP_CONFIRMED]
    assert (line.about["by"], line.by_person) == ("telephone", key("gert"))


async def test_a_yes_in_the_app_does_not_say_by_telephone() -> None:
    stage = await drafted()
    await stage.do("gert", TO_ALL, key("request"))
    confirmed = the(stage).confirmed
    assert confirmed is not None
    assert not confirmed.by_telephone
    assert not any("by" in each.about for each in stage.lines())


async def test_told_again_a_yes_changes_nothing() -> None:
    stage = await drafted()
    ladder = pressed(stage, "gert")
    await stage.desk.hear(ladder)
    before = len(stage.memory.history)
    await stage.desk.hear(ladder)
    assert len(stage.memory.history) == before


async def test_a_first_key_is_one_of_two_yeses_and_the_second_persons_key_opens() -> None:
    stage = await drafted()
    keep_list(stage, entry("gert"), entry("ines"), two_persons=(Act.CONFIRM,))
    assert await hears(stage, "gert") == (Became.AGREED, "")
    assert the(stage).state is RequestState.PROVISIONAL
    assert await hears(stage, "ines") == (Became.CONFIRMED, "")
    confirmed = the(stage).confirmed
    assert confirmed is not None
    assert (confirmed.by, confirmed.first_by) == (key("ines"), key("gert"))


async def test_a_key_says_the_same_as_a_first_yes_in_the_app() -> None:
    stage = await drafted()
    keep_list(stage, entry("gert"), entry("ines"), two_persons=(Act.CONFIRM,))
    chosen = commands.ConfirmRequest(circle=("GM0153",), choose_self=True, euros=700)
    await stage.do("gert", chosen, key("request"))
    assert await hears(stage, "ines") == (Became.CONFIRMED, "")
    assert (the(stage).circle, the(stage).choose_self) == (("GM0153",), True)


async def test_what_changed_since_the_call_is_not_confirmed() -> None:
    stage = await drafted(number=2)
    offered = the(stage).offer
    await stage.do("gert", commands.ChangeNumber(number=5), key("request"))
    assert await hears(stage, "gert", offer=offered) == (Became.REFUSED, "terms_changed")
    assert the(stage).state is RequestState.PROVISIONAL


async def test_a_key_does_not_change_whom_a_confirmed_request_asks() -> None:
    stage = await drafted()
    ladder = pressed(stage, "gert")
    await stage.do("omar", TO_ALL, key("request"))
    await stage.desk.hear(ladder)
    assert the(stage).spoken[-1].refused == "confirmed_already"
    assert the(stage).circle == TO_ALL.circle


@pytest.mark.parametrize(
    ("code", "entries"),
    [
        ("mandate_euros_unsaid", [entry("gert", euros=500)]),
        ("mandate_people", [entry("gert", people=1)]),
        ("mandate_missing", [entry("ines")]),
    ],
)
async def test_the_rule_says_no_to_a_key_as_it_does_in_the_app(code: str, entries: list[Any]) -> None:
    stage = await drafted(number=2)
    keep_list(stage, *entries)
    assert await hears(stage, "gert") == (Became.REFUSED, code)


async def test_a_withdrawn_request_and_who_works_there_no_more_are_refused_and_it_is_said() -> None:
    stage = await drafted()
    ladder = pressed(stage, "gert")
    await stage.do("gert", commands.WithdrawRequest(), key("request"))
    await stage.desk.hear(ladder)
    assert the(stage).spoken[-1].refused == "withdrawn"
    del stage.people[key("omar")]
    assert await hears(stage, "omar") == (Became.REFUSED, "not_your_right")


async def test_a_call_that_offered_nothing_and_a_lenders_ladder_confirm_nothing() -> None:
    stage = await drafted()
    await stage.desk.hear(pressed(stage, "gert", offer=None))
    await stage.desk.hear(pressed(stage, "gert", state=AttemptState.NO))
    await stage.desk.hear(pressed(stage, "gert").model_copy(update={"asks": Asks.HELP}))
    assert not the(stage).spoken
    with pytest.raises(Refused):
        await stage.desk.hear(pressed(stage, "gert").model_copy(update={"request": key("another")}))


async def test_another_organisations_ladder_confirms_nothing_here() -> None:
    stage = await drafted()
    await stage.desk.hear(pressed(stage, "gert").model_copy(update={"organisation": "GM0153"}))
    assert the(stage).spoken[-1].refused == "not_your_right"


async def test_when_the_incident_closes_nobody_has_to_confirm_any_more() -> None:
    stage = await drafted()
    assert the(stage).waits_for_yes
    await stage.do("gert", commands.CloseIncident(), key("incident"))
    assert not the(stage).waits_for_yes


async def test_a_stricter_label_ends_the_calls_and_a_looser_one_lets_them_go_on() -> None:
    stage = await drafted()
    for label, waits in ((Tlp.RED, False), (Tlp.GREEN, True)):
        await stage.do("wilma", commands.ChangeFacts(tlp=label), key("incident"))
        assert the(stage).waits_for_yes is waits
    await stage.do("gert", commands.CloseIncident(), key("incident"))
    assert not the(stage).waits_for_yes
