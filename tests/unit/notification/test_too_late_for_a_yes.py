"""A ladder for a yes ends when that would be refused: who presses then is told so, and nobody phones."""

from datetime import timedelta

from schemas.events.delivery import AttemptState, DeliveryState
from schemas.events.help_request import Became, Spoken
from schemas.values import Level
from services.notification.rules import mandated
from services.notification.rules.audience import shown
from services.notification.rules.ladder import checked, ended, keyed, over, rung, to_call
from tests.unit.notification.confirming import (
    ALL,
    GERT,
    INES,
    NIGHT,
    PIET,
    answer,
    at,
    begun,
    entry,
    own,
    presses,
    request,
)

SOON = NIGHT + timedelta(minutes=2)


def test_the_last_turn_ends_when_it_is_too_late_for_a_yes_and_nobody_is_called_or_phones_after_that() -> None:
    found = begun(needed_by=SOON)
    assert found.turn is not None
    assert (found.turn.due, found.turn.next) == (SOON, None)
    late = rung(found, found.turn.id, at(found, minutes=2))
    assert (late.state, late.late, late.turn, late.phone) == (DeliveryState.OVER, True, None, "")
    assert [each.person for each in late.attempts] == [GERT]
    assert rung(found, found.turn.id, at(found, minutes=60)).late
    # Whose call was not ordered by then is not called after all.
    unordered = checked(found, found.attempts[0].id, at(found, minutes=2))
    assert (unordered.state, unordered.late, unordered.attempts) == (DeliveryState.OVER, True, ())


def test_nobody_is_to_be_phoned_any_more_once_it_is_too_late() -> None:
    nobody = begun(own(entry(PIET)), needed_by=SOON)
    assert nobody.state is DeliveryState.NOBODY
    assert nobody.turn is not None
    assert rung(nobody, nobody.turn.id, at(nobody, minutes=1)) == nobody
    found = rung(nobody, nobody.turn.id, at(nobody, minutes=2))
    assert (found.state, found.late, found.phone) == (DeliveryState.OVER, True, "")


def test_a_key_that_comes_too_late_is_told_so_and_calls_nobody() -> None:
    by_app = begun(own(entry(GERT, euros=5_000), entry(INES)), needed_by=SOON)
    for ladder, keys in ((begun(needed_by=SOON), "2"), (by_app, "1"), (by_app, "2")):
        last = to_call(ladder)
        assert last is not None
        found = keyed(ladder, last.id, keys, at(ladder, minutes=3))
        assert (found.state, found.late) == (DeliveryState.OVER, True)
        assert "eerder nodig dan nu" in answer(found, keys)
        assert "needed before now" in answer(found, keys, "en")


def test_a_key_that_comes_too_late_changes_nothing_about_what_was_confirmed_or_withdrawn_in_time() -> None:
    first = begun(needed_by=SOON)
    gert = first.attempts[0].id
    silent = ended(first, gert, AttemptState.UNANSWERED, at(first, minutes=1))
    ines = to_call(silent)
    assert ines is not None
    confirmed = keyed(silent, ines.id, "1", at(silent, minutes=1))
    withdrawn = over(silent)
    for before in (confirmed, withdrawn):
        for keys in ("1", "2"):
            after = keyed(before, gert, keys, at(before, minutes=3))
            assert (after.state, after.late) == (before.state, False)
            assert shown(after).readers == shown(before).readers


def test_a_yes_that_a_rule_refuses_as_too_late_calls_nobody_else() -> None:
    found = keyed(begun(needed_by=SOON), begun().attempts[0].id, "1", at(begun(), minutes=3))
    spoken = (Spoken(attempt=found.attempts[0].id, became=Became.REFUSED, refused="needed_by_past"),)
    after = NIGHT + timedelta(minutes=3)
    refused = mandated.told(found, request(needed_by=SOON, spoken=spoken), ALL, after)
    assert (refused.state, refused.late, len(refused.attempts)) == (DeliveryState.OVER, True, 1)
    assert "eerder nodig dan nu" in answer(refused)
    # The same where it is heard of for another reason, and where it was told before it was too late.
    assert mandated.told(begun(needed_by=SOON), request(needed_by=SOON), ALL, after).late
    pressed = presses(begun(needed_by=SOON))
    assert mandated.told(pressed, request(needed_by=SOON), ALL, after).state is DeliveryState.ANSWERED
    assert mandated.told(pressed, request(needed_by=SOON, spoken=spoken), ALL, after).late


def test_the_case_reads_that_it_became_too_late_and_nothing_of_a_ladder_that_is_over_otherwise() -> None:
    late = shown(mandated.told(begun(needed_by=SOON), request(needed_by=SOON), ALL, SOON))
    assert late.readers["org:IBD"] is Level.COORDINATOR
    ended_so = shown(mandated.told(shown(begun()), request(is_over=True), ALL, NIGHT))
    assert (ended_so.readers, ended_so.lost_readers) == ({"org:GM1735": Level.OWN}, ("org:IBD",))
