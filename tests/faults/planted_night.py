"""Planted bugs of the night: somebody is called twice, forgotten, called off duty or for nothing."""

from tests.faults.books import ASKED_AGAIN, DESK, FIRST, MANDATE, OTHER_REQUEST, SECOND, name
from tests.faults.checker import History
from tests.faults.planting import plant
from tests.faults.small_night import (
    LADDER,
    STEP_DESK,
    STEP_FIRST,
    STEP_SECOND,
    asked_at_home,
    called,
    climbed,
    dark,
    seconds,
    step,
    woken,
    woken_at_home,
)


@plant("called_twice", "one call for one thing", delivery=LADDER, person=FIRST)
def called_twice() -> History:
    books = woken()
    called(books, STEP_FIRST, 8)
    return books.finish()


@plant("called_twice", "one call for one thing", delivery=LADDER, person=FIRST)
def called_twice_under_another_reference() -> History:
    books = dark()
    called(books, STEP_FIRST, 6)
    called(books, STEP_SECOND, 7)
    steps = step(STEP_FIRST, FIRST, 6, "no"), step(STEP_SECOND, FIRST, 7, "yes")
    return climbed(books, *steps).finish()


@plant("called_twice", "one call for one thing", delivery=LADDER, person=FIRST)
def called_thrice_of_which_a_restore_excuses_one() -> History:
    books = woken()
    called(books, STEP_FIRST, 8)
    called(books, STEP_FIRST, 9)
    books.history.add("restore", owner="notification", backup_at=seconds(5), restored_at=seconds(10))
    return books.finish()


@plant("called_twice", "one call for one thing", delivery=LADDER, person=FIRST)
def called_again_though_the_backup_had_its_receipt() -> History:
    books = woken()
    called(books, STEP_FIRST, 12)
    books.history.add("restore", owner="notification", backup_at=seconds(8), restored_at=seconds(10))
    return books.finish()


@plant("called_off_duty", "off duty since", delivery=LADDER, person=SECOND)
def called_off_duty() -> History:
    books = dark()
    called(books, STEP_SECOND, 6)
    return climbed(books, step(STEP_SECOND, SECOND, 6, "yes")).finish()


@plant("called_out_of_turn", "no call at 12 h", delivery=LADDER, person=DESK)
def called_in_other_hours() -> History:
    books = dark()
    called(books, STEP_DESK, 6, hour=12)
    return climbed(books, step(STEP_DESK, DESK, 6, "yes")).finish()


@plant("called_out_of_turn", "no call at 3 h; on the list: []", delivery=LADDER, person=name(5))
def called_who_is_not_on_the_list() -> History:
    books = dark()
    called(books, STEP_DESK, 6)
    return climbed(books, step(STEP_DESK, name(5), 6, "yes")).finish()


@plant("forgotten", "a ladder for what is asked now", request=OTHER_REQUEST, organisation="GM0002")
def no_ladder_begins() -> History:
    return dark().finish()


@plant("forgotten", "a call for this step", delivery=LADDER, person=FIRST)
def nobody_was_called_in_that_turn() -> History:
    books = dark()
    called(books, STEP_DESK, 7)
    steps = step(STEP_FIRST, FIRST, 6, "unanswered"), step(STEP_DESK, DESK, 7, "yes")
    return climbed(books, *steps).finish()


@plant("forgotten", "a call for this step", delivery=LADDER, person=FIRST)
def the_last_turn_waits_for_its_call() -> History:
    turn = {"id": name(70), "due": "2026-11-25T12:30:30Z"}
    attempt = step(STEP_FIRST, FIRST, 29, "calling")
    return climbed(dark(), attempt, state="calling", turn=turn).finish()


@plant("forgotten", "due long ago", delivery=LADDER)
def the_ladder_stands_still() -> History:
    books = dark()
    called(books, STEP_FIRST, 6)
    turn = {"id": name(70), "due": "2026-11-25T12:07:00Z"}
    return climbed(books, step(STEP_FIRST, FIRST, 6, "calling"), state="calling", turn=turn).finish()


@plant("forgotten", "somebody is asked", delivery=LADDER)
def over_though_somebody_is_still_asked() -> History:
    return climbed(dark(), state="over").finish()


@plant("woken_for_nothing", "a step of some ladder", reference=name(69))
def called_for_no_ladder() -> History:
    books = woken()
    called(books, name(69), 8)
    return books.finish()


@plant("woken_for_nothing", "nobody is asked any more", delivery=LADDER)
def goes_on_though_nobody_is_asked() -> History:
    books = dark()
    asked = {**books.newest("approach", ASKED_AGAIN), "state": "withdrawn"}
    books.deed(name(602), ("approach", asked))
    called(books, STEP_FIRST, 29)
    turn = {"id": name(70), "due": "2026-11-25T12:30:30Z"}
    return climbed(books, step(STEP_FIRST, FIRST, 29, "calling"), state="calling", turn=turn).finish()


@plant("forgotten", "what waits for a yes", request=OTHER_REQUEST)
def nobody_is_woken_for_their_own_request() -> History:
    return asked_at_home().finish()


@plant("called_out_of_turn", "no right to confirm", delivery=LADDER, person=FIRST)
def called_who_may_not_confirm() -> History:
    return woken_at_home(person=FIRST, state="open").finish()


@plant("forgotten", "what became of this yes", delivery=LADDER, person=MANDATE)
def a_key_that_came_to_nothing() -> History:
    pressed = {**step(STEP_FIRST, MANDATE, 6, "yes"), "offer": {}, "became": None}
    return woken_at_home(pressed).finish()


@plant("confirmed_by_nobody", "a key that was pressed", request=OTHER_REQUEST)
def confirmed_by_a_call_in_which_nobody_pressed() -> History:
    spoken = [{"attempt": STEP_SECOND, "became": "confirmed", "refused": ""}]
    return woken_at_home(state="open", spoken=spoken).finish()


@plant("woken_for_nothing", "nobody is asked any more", delivery=LADDER)
def goes_on_though_it_was_confirmed() -> History:
    turn = step(STEP_FIRST, MANDATE, 29, "calling")
    return woken_at_home(turn, state="open", ladder="calling").finish()
