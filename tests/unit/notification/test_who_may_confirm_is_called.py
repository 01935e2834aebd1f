"""A request that waits for its own organisation's yes calls who may give it, in order, each once."""

from datetime import timedelta
from uuid import UUID

from schemas.events.delivery import Asks, AttemptState, DeliveryState, PassedOver
from schemas.events.help_request import (
    Became,
    RequestState,
    Spoken,
)
from schemas.events.organisation import Kind, Organisation
from schemas.events.wake_list import Turn, WakeList
from schemas.mandate import Act
from schemas.night import Wake
from schemas.values import IBD_PHONE, Level
from services.notification.rules import mandated
from services.notification.rules.audience import shown
from services.notification.rules.confirm_words import Names, after_confirm, confirm_call, shared_region
from services.notification.rules.ladder import ended, keyed, rung
from services.notification.rules.notices import About, of_delivery, told
from tests.unit.notification.confirming import (
    ALL,
    CIRCLE,
    GERT,
    INES,
    NIGHT,
    OMAR,
    PIET,
    WILMA,
    answer,
    at,
    begun,
    entry,
    first_yes,
    own,
    presses,
    request,
    says,
    whom,
)


def test_who_stands_first_on_the_list_is_called_at_once_whatever_the_request_says_of_waking() -> None:
    for wake in Wake:
        found = begun(wake=wake)
        assert (found.state, found.asks, whom(found)) == (DeliveryState.CALLING, Asks.CONFIRM, GERT)


def test_it_needs_no_call_where_who_asked_may_confirm() -> None:
    assert mandated.begin(request(asked_by=INES), ALL, NIGHT) is None
    assert mandated.begin(request(asked_by=INES), own(entry(INES, euros=5)), NIGHT) is None


def test_a_first_yes_in_the_app_lets_the_others_be_called_also_where_who_asked_said_it() -> None:
    here = own(entry(GERT), entry(INES), mandates={"two_persons": (Act.CONFIRM,)})
    assert whom(begun(here, asked_by=GERT, first_yes=first_yes(GERT))) == INES
    assert whom(begun(here, first_yes=first_yes(GERT))) == INES


def test_who_asks_is_never_called_and_neither_is_who_said_the_first_yes_meanwhile() -> None:
    here = own(entry(GERT, people=1), entry(INES), entry(OMAR))
    ladder = begun(here, asked_by=GERT)
    assert whom(ladder) == INES
    told = mandated.told(ladder, request(asked_by=GERT, first_yes=first_yes(OMAR)), here, NIGHT)
    assert presses(told, "2", here).state is DeliveryState.NOBODY


def test_deputies_come_after_everybody_else_on_the_list() -> None:
    deputy = entry(INES, deputy_for=UUID(int=GERT.int + 100))
    here = own(entry(GERT), deputy, entry(OMAR))
    second = presses(begun(here), "2", here)
    assert whom(second) == OMAR
    assert whom(presses(second, "2", here)) == INES


def test_whose_mandate_does_not_count_now_or_not_for_so_much_is_not_called() -> None:
    over = entry(GERT, until=NIGHT)
    narrow = entry(INES, people=1)
    assert whom(begun(own(over, narrow, entry(OMAR)))) == OMAR
    assert whom(begun(own(entry(WILMA), entry(PIET), entry(OMAR)))) == OMAR


def test_without_a_list_the_right_decides_and_the_wake_up_list_only_the_order() -> None:
    turns = tuple(Turn(person=each, from_hour=8, to_hour=9) for each in (PIET, OMAR))
    here = own(listed=WakeList(id="GM1735", turns=turns, exercise=False))
    found = begun(here)
    assert whom(found) == OMAR
    assert whom(presses(found, "2", here)) == GERT


def test_duty_and_hours_of_the_wake_up_list_do_not_count_but_its_minutes_and_phone_do() -> None:
    turns = (Turn(person=GERT, from_hour=8, to_hour=9),)
    listed = WakeList(id="GM1735", turns=turns, minutes=7, phone="14 0547", exercise=False)
    here = own(entry(GERT), listed=listed)
    found = begun(here)
    assert found.turn is not None
    assert (whom(found), found.turn.due) == (GERT, NIGHT + timedelta(minutes=7))
    assert presses(found, "2", here).phone == "14 0547"


def test_an_exercise_calls_only_who_enrolled_and_says_so_first() -> None:
    turns = (Turn(person=INES, exercises=True), Turn(person=GERT))
    here = own(entry(GERT), entry(INES), listed=WakeList(id="GM1735", turns=turns, exercise=False))
    found = begun(here, exercise=True)
    assert whom(found) == INES
    assert [(each.person, each.why) for each in found.passed] == [(GERT, PassedOver.NOT_ENROLLED)]
    assert confirm_call(found, found.attempts[0], Names("", CIRCLE), "nl").startswith("Oefening.")


def test_nobody_who_may_confirm_shows_whom_to_phone_instead() -> None:
    found = begun(own(entry(PIET)))
    assert (found.state, found.phone, found.attempts) == (DeliveryState.NOBODY, IBD_PHONE, ())


def test_what_is_old_or_past_or_closed_wakes_nobody() -> None:
    for more in (
        {"asked_at": NIGHT - timedelta(hours=19)},
        {"needed_by": NIGHT},
        {"is_over": True},
        {"state": RequestState.OPEN},
    ):
        assert mandated.begin(request(**more), ALL, NIGHT) is None


def test_a_yes_waits_for_what_becomes_of_it_and_nobody_else_is_called_meanwhile() -> None:
    found = presses(begun())
    assert (found.state, found.turn, whom(found)) == (DeliveryState.ANSWERED, None, None)
    assert mandated.waits(found.attempts[0])
    # The request is told of anew for another reason meanwhile.
    assert mandated.told(found, request(), ALL, NIGHT + timedelta(minutes=1)) == found
    confirmed = says(found, Became.CONFIRMED, state=RequestState.OPEN)
    assert (confirmed.state, confirmed.attempts[0].became) == (DeliveryState.ANSWERED, Became.CONFIRMED)


def test_the_first_of_two_yeses_lets_the_second_person_be_called_and_so_does_a_refused_one() -> None:
    found = presses(begun())
    assert whom(says(found, Became.AGREED, first_yes=first_yes(GERT))) == INES
    refused = says(found, Became.REFUSED, refused="mandate_over")
    assert (whom(refused), refused.attempts[0].refused) == (INES, "mandate_over")


def test_told_again_it_stays_as_it_is_and_nobody_is_called_twice() -> None:
    found = begun()
    assert mandated.told(found, request(), ALL, NIGHT + timedelta(minutes=1)) == found
    agreed = says(presses(found), Became.AGREED, first_yes=first_yes(GERT))
    assert (
        says(agreed.model_copy(update={"attempts": agreed.attempts[:1]}), Became.AGREED).state is agreed.state
    )
    none = presses(presses(agreed, "2"), "2")
    assert [each.person for each in none.attempts] == [GERT, INES, OMAR]
    assert none.state is DeliveryState.NOBODY


def test_it_is_over_when_anybody_confirms_withdraws_or_closes_also_when_nobody_answered() -> None:
    ringing = begun()
    nobody = begun(own(entry(PIET)))
    for ladder in (ringing, nobody):
        for more in ({"state": RequestState.OPEN}, {"state": RequestState.WITHDRAWN}, {"is_over": True}):
            found = mandated.told(ladder, request(**more), ALL, NIGHT)
            assert (found.state, found.turn, found.phone) == (DeliveryState.OVER, None, "")


def test_it_goes_on_when_it_waits_again_with_whose_phone_rang_or_with_the_next() -> None:
    over = mandated.told(begun(), request(is_over=True), ALL, NIGHT)
    again = mandated.told(over, request(), ALL, NIGHT + timedelta(minutes=5))
    assert (again.state, whom(again), len(again.attempts)) == (DeliveryState.CALLING, GERT, 1)
    assert again.turn is not None and again.turn.due > NIGHT + timedelta(minutes=5)
    declined = mandated.told(presses(begun(), "2"), request(is_over=True), ALL, NIGHT)
    silent = declined.model_copy(update={"attempts": declined.attempts[:1]})
    assert whom(mandated.told(silent, request(), ALL, NIGHT)) == INES
    nobody = begun(own(entry(PIET)))
    found = mandated.told(nobody, request(), ALL, NIGHT)
    assert (whom(found), found.phone) == (GERT, "")
    assert mandated.told(nobody, request(), own(entry(PIET)), NIGHT) == nobody
    old = request(asked_at=NIGHT - timedelta(hours=17))
    assert mandated.told(over, old, ALL, NIGHT + timedelta(hours=2)).state is DeliveryState.OVER


def test_a_yes_that_comes_late_takes_nobodys_turn() -> None:
    first = begun()
    second = ended(first, first.attempts[0].id, AttemptState.UNANSWERED, at(first))
    answered = keyed(second, first.attempts[0].id, "1", at(second))
    assert whom(second) == INES and answered.state is DeliveryState.ANSWERED
    spoken = Spoken(attempt=first.attempts[0].id, became=Became.REFUSED, refused="mandate_over")
    found = mandated.told(answered, request(spoken=(spoken,)), ALL, NIGHT + timedelta(minutes=2))
    assert (found.state, whom(found), len(found.attempts)) == (DeliveryState.CALLING, INES, 2)
    assert found.turn is not None and found.turn.next == OMAR


def test_whose_yes_was_looked_at_is_not_called_for_another_after_a_restore() -> None:
    spoken = Spoken(attempt=begun().attempts[0].id, became=Became.REFUSED, refused="mandate_over")
    assert whom(begun(spoken=(spoken,))) == INES


def test_who_has_a_limit_in_euros_is_asked_to_open_the_app_and_has_their_turn_for_it() -> None:
    here = own(entry(GERT, euros=5_000), entry(INES))
    found = begun(here)
    assert found.attempts[0].offer is None
    pressed = presses(found, "1", here)
    assert pressed.state is DeliveryState.CALLING
    assert whom(pressed) is None
    assert not mandated.waits(pressed.attempts[0])
    assert pressed.turn is not None
    assert whom(rung(pressed, pressed.turn.id, at(pressed, here, minutes=4))) == INES
    assert "Open nu Noaber" in after_confirm(pressed, pressed.attempts[0], "1", "nl").text
    assert "euro" not in confirm_call(found, found.attempts[0], Names(), "en")


def test_without_a_circle_to_propose_a_key_confirms_nothing() -> None:
    assert begun(proposed=()).attempts[0].offer is None


def test_a_call_that_fails_is_followed_by_the_next() -> None:
    found = begun()
    assert whom(ended(found, found.attempts[0].id, AttemptState.FAILED, at(found))) == INES


def test_the_call_says_who_asks_how_many_of_what_and_of_whom() -> None:
    found = begun()
    few = Names("Wilma Bakker", ("Dinkelland", "Enschede"))
    said = confirm_call(found, found.attempts[0], few, "nl")
    assert all(
        each in said for each in ("Wilma Bakker", "2 keer", "Dinkelland en Enschede", "Toets 1", "Toets 2")
    )
    many = Names("", tuple("abcdefg"), "Twente")
    assert "7 municipalities in Twente" in confirm_call(found, found.attempts[0], many, "en")
    assert "A colleague" in confirm_call(found, found.attempts[0], many, "en")


def test_every_answer_to_a_key_is_said_in_both_languages() -> None:
    found = presses(begun())
    told = {answer(found), answer(begun(), "2")}
    codes = ("", "mandate_euros_unsaid", "withdrawn", "closed", "needed_by_past", "terms_changed")
    for refused in (*codes, "confirmed_already"):
        heard = says(found, Became.REFUSED, refused=refused)
        assert answer(heard, "1", "en") != answer(heard)
        told.add(answer(heard))
    assert len(told) == 9


def test_a_no_is_told_whether_anybody_else_is_called_for_it() -> None:
    found = begun()
    assert "volgende met mandaat" in answer(presses(found, "2"), "2")
    assert "de laatste" in answer(presses(found, "2", own(entry(GERT))), "2")
    answered = presses(presses(found, "2"))
    assert "al ja gezegd" in answer(answered, "2")
    over = mandated.told(found, request(state=RequestState.WITHDRAWN), ALL, NIGHT)
    assert "niet meer nodig" in answer(over, "2")
    by_app = over.attempts[0].model_copy(update={"offer": None})
    assert "niet meer nodig" in after_confirm(over, by_app, "1", "nl").text


def test_only_what_the_mandate_forbids_is_said_to_be_its_fault() -> None:
    def said(refused: str) -> str:
        return answer(says(presses(begun()), Became.REFUSED, refused=refused))

    assert all("mandaat laat" in said(code) for code in ("mandate_over", "not_your_right"))
    others = ("label_too_strict", "circle_empty", "unknown_organisation")
    assert {said(code) for code in others} == {"Dit kan nu niet. Open Noaber en kijk daar."}


def test_a_region_is_said_only_where_the_whole_circle_is_municipalities_of_it() -> None:
    def body(key: str, region: str | None = "VR05", kind: Kind = Kind.MUNICIPALITY) -> Organisation:
        return Organisation(id=key, kind=kind, name=key, region=region)

    circle = ("GM0141", "GM0153")
    first = body("GM0141")
    assert shared_region(circle, [first, body("GM0153")]) == "VR05"
    for other in (
        [],
        [body("GM0153", "VR06")],
        [body("GM0153", None)],
        [body("GM0153", kind=Kind.PARTNERSHIP)],
    ):
        assert shared_region(circle, [first, *other]) is None


def test_the_case_reads_how_its_own_ladder_stands_and_of_a_neighbours_only_that_nobody_is_left() -> None:
    mine = shown(begun())
    assert mine.readers == {"org:GM1735": Level.OWN, "org:IBD": Level.COORDINATOR}
    theirs = mine.model_copy(update={"asks": Asks.HELP, "organisation": "GM0153", "readers": {}})
    assert shown(theirs).readers == {"org:GM0153": Level.OWN}
    nobody = shown(
        theirs.model_copy(update={"state": DeliveryState.NOBODY, "case": {"org:GM1735": Level.COORDINATOR}})
    )
    assert nobody.readers["org:GM1735"] is Level.COORDINATOR
    again = shown(nobody.model_copy(update={"state": DeliveryState.ANSWERED}))
    assert (again.readers, again.lost_readers) == ({"org:GM0153": Level.OWN}, ("org:GM1735",))


def test_what_a_key_became_is_told_to_who_pressed_it_alone_and_once() -> None:
    found = says(presses(begun()), Became.REFUSED, refused="mandate_over")
    [receipt, _] = of_delivery(found, NIGHT)
    assert receipt.about is About.YES_REFUSED
    assert [each.id for each in told(receipt, (), ALL.people)] == [GERT]
    assert of_delivery(found, NIGHT + timedelta(hours=1))[0].id == receipt.id
