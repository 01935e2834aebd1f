"""Guests, told with plain values: who invites them, for how long, and who ends it."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from schemas.events.organisation import Kind, Organisation
from schemas.events.person import Guesthood, Person
from schemas.events.session import SignInWay
from schemas.refused import Refused
from schemas.topics import SESSIONS
from schemas.values import Right
from schemas.visibility import keys_of
from services.directory.rules.forgetting import forgotten
from services.directory.rules.guests import LONGEST, called, guest, may_end
from services.directory.rules.session import open_for_guest
from tests.unit.directory.persons import a_person

NOW = datetime(2026, 1, 5, 3, 10, tzinfo=UTC)
GERT, BRAM, FOUR = UUID(int=1), UUID(int=2), UUID(int=4)


def wanted(lasts: timedelta = LONGEST) -> Guesthood:
    return Guesthood(
        incident=UUID(int=9), organisation="GM1735", sponsor=GERT, firm="Spoedhulp BV", until=NOW + lasts
    )


def bram() -> Person:
    return guest(BRAM, a_person(Right.MANDATE), wanted(), NOW)


def made_up() -> Person:
    """Gert, in a demonstration."""
    return a_person(Right.MANDATE).model_copy(update={"fictitious": True})


def test_a_guest_works_for_nobody_has_no_right_and_holds_one_key() -> None:
    made = bram()
    assert made.memberships == () and made.functions == () and made.readers == {}
    assert not made.fictitious and guest(BRAM, made_up(), wanted(), NOW).fictitious
    assert keys_of(made, []) == {f"person:{BRAM}"}


@pytest.mark.parametrize(
    ("asker", "lasts", "code"),
    [
        (a_person(Right.MANDATE, organisation="GM0141"), LONGEST, "not_found"),
        (a_person(Right.REPORT, Right.LEND, Right.ADMINISTER), LONGEST, "sponsor_needs_mandate"),
        (a_person(Right.MANDATE), LONGEST + timedelta(seconds=1), "guest_time"),
        (a_person(Right.MANDATE), timedelta(0), "guest_time"),
    ],
)
def test_who_may_not_invite_or_for_too_long_is_refused(asker: Person, lasts: timedelta, code: str) -> None:
    with pytest.raises(Refused, match=code):
        guest(BRAM, asker, wanted(lasts), NOW)


HOF, UTRECHT = (
    Organisation(id=key, kind=Kind.MUNICIPALITY, name=name)
    for key, name in (("GM1735", "Hof van Twente"), ("GM0344", "Utrecht"))
)


@pytest.mark.parametrize(
    ("firm", "meant"),
    [
        ("Gemeente  hof van twente ", ("GM1735",)),
        ("UTRECHT", ("GM0344",)),
        ("gm0344", ("GM0344",)),
        ("Utrecht Spoedhulp BV", ()),
    ],
)
def test_a_firm_called_as_an_organisation_that_takes_part_counts_as_it(
    firm: str, meant: tuple[str, ...]
) -> None:
    found = called(firm, (HOF, UTRECHT))
    assert found == meant
    assert wanted().model_copy(update={"firm_is": found}).hosts == {"GM1735", *meant}


def test_a_session_of_a_guest_lasts_as_long_as_they_were_let_in_for() -> None:
    for lasts in (LONGEST, timedelta(hours=1)):
        session = open_for_guest(UUID(int=3), bram(), wanted(lasts), NOW)
        assert (session.way, session.expires_at) == (SignInWay.GUEST, NOW + lasts)


def test_the_sponsor_and_who_reports_or_confirms_there_ends_it_and_nobody_else() -> None:
    for asker in (a_person(), a_person(Right.REPORT, key=FOUR), a_person(Right.MANDATE, key=FOUR)):
        may_end(asker, bram())
    others = (a_person(Right.LEND, key=FOUR), a_person(Right.MANDATE, organisation="GM0141", key=BRAM))
    for asker, whom in [*((each, bram()) for each in others), (a_person(), a_person()), (a_person(), None)]:
        with pytest.raises(Refused, match="not_found"):
            may_end(asker, whom)


def test_of_a_guest_who_is_forgotten_no_firm_is_left() -> None:
    left = forgotten(bram(), [])[0]
    assert isinstance(left, Person) and left.guest is None and left.forgotten


def test_the_longest_session_is_over_before_its_topic_may_drop_it() -> None:
    session = open_for_guest(UUID(int=3), bram(), wanted(), NOW)
    assert SESSIONS.over_after is not None
    assert session.may_be_forgotten(NOW + SESSIONS.over_after)
    assert not session.may_be_forgotten(session.expires_at)
