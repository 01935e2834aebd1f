"""What the checker lets pass of a night: calls that were promised so, and steps that something broke."""

from tests.faults.books import DESK, FIRST, MANDATE, SECOND
from tests.faults.checker import History, check
from tests.faults.small_night import (
    STEP_DESK,
    STEP_FIRST,
    STEP_SECOND,
    called,
    climbed,
    dark,
    off_duty,
    seconds,
    step,
    woken,
    woken_at_home,
)


def wrong(history: History) -> list[str]:
    """What is wrong with it, in full."""
    return [str(each) for each in check(history)]


def test_a_night_in_which_all_is_right_has_no_violation() -> None:
    assert wrong(woken().finish()) == []


def test_a_receipt_that_a_restore_took_excuses_one_more_call() -> None:
    books = woken()
    called(books, STEP_FIRST, 12)
    books.history.add("restore", owner="notification", backup_at=seconds(5), restored_at=seconds(10))
    assert wrong(books.finish()) == []


def test_while_something_is_broken_a_turn_may_pass_without_a_call() -> None:
    books = dark()
    called(books, STEP_DESK, 7)
    books.history.add("broken", since=seconds(5), until=seconds(6))
    steps = step(STEP_FIRST, FIRST, 6, "unanswered"), step(STEP_DESK, DESK, 7, "yes")
    assert wrong(climbed(books, *steps).finish()) == []


def test_who_went_off_duty_while_all_was_broken_may_still_be_called() -> None:
    books = dark()
    called(books, STEP_SECOND, 6)
    books.history.add("broken", since=0.0, until=seconds(6))
    assert wrong(climbed(books, step(STEP_SECOND, SECOND, 6, "yes")).finish()) == []


def test_a_clock_that_was_an_hour_ahead_calls_within_the_hours_that_it_showed() -> None:
    books = dark()
    called(books, STEP_DESK, 6, hour=21)
    assert wrong(climbed(books, step(STEP_DESK, DESK, 6, "yes")).finish()) == []


def test_for_their_own_request_who_may_confirm_is_called_at_any_hour_off_duty_and_on_no_list() -> None:
    pressed = {**step(STEP_FIRST, MANDATE, 6, "yes"), "offer": {}, "became": "agreed"}
    books = woken_at_home(pressed, spoken=[{"attempt": STEP_FIRST, "became": "agreed", "refused": ""}])
    off_duty(books, MANDATE)
    assert wrong(books.finish()) == []


def test_who_was_called_for_several_things_at_once_was_called_once() -> None:
    books = dark()
    called(books, STEP_DESK, 7)
    first = {**step(STEP_FIRST, FIRST, 6, "unanswered"), "called_with": STEP_DESK}
    assert wrong(climbed(books, first, step(STEP_DESK, DESK, 7, "yes")).finish()) == []


def test_a_ladder_for_a_yes_may_end_once_help_was_needed_before_then() -> None:
    steps = {**step(STEP_FIRST, MANDATE, 6, "unanswered")}
    past = "2026-11-25T12:20:00Z"
    assert wrong(woken_at_home(steps, ladder="over", needed_by=past).finish()) == []
    assert any("goes on" in each for each in wrong(woken_at_home(steps, ladder="over").finish()))
