"""Keys of systems, told with plain values: who makes them, what they open, what a program sees."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from uuid import UUID

import pytest

from schemas.events.access import Access
from schemas.events.person import Membership, Person
from schemas.events.session import SignInWay
from schemas.refused import Refused
from schemas.values import Right
from schemas.visibility import keys_of
from services.directory.rules.forgetting import forgotten
from services.directory.rules.session import SYSTEM_LASTS, open_for_system
from services.directory.rules.systems import (
    Wanted,
    ended,
    is_let_in,
    is_over,
    may_keep_systems,
    new_key,
    system,
)
from tests.unit.directory.persons import a_person

NOW = datetime(2026, 1, 5, 3, 10, tzinfo=UTC)
PETRA, WALL = UUID(int=1), UUID(int=2)
SECRET = "s" * 43
YEAR = timedelta(days=365)


def wall() -> Person:
    return system(WALL, "GM1735", a_person(Right.ADMINISTER))


def key(days: int = 365) -> Access:
    return Access(id=WALL, system=new_key(Wanted("wall", "the region's screen", days), SECRET, PETRA, NOW))


@pytest.mark.parametrize(
    ("asker", "code"),
    [
        (a_person(Right.ADMINISTER, organisation="GM0141"), "not_found"),
        (a_person(Right.MANDATE, Right.REPORT, Right.LEND), "not_your_right"),
    ],
)
def test_only_who_administers_an_organisation_keeps_its_systems(asker: Person, code: str) -> None:
    may_keep_systems(a_person(Right.ADMINISTER), "GM1735")
    with pytest.raises(Refused, match=code):
        may_keep_systems(asker, "GM1735")


def test_a_system_may_nothing_and_sees_what_a_colleague_without_any_right_sees() -> None:
    made = wall()
    assert (made.memberships, made.functions, made.readers) == ((), (), {})
    assert not any(made.may(right, "GM1735") for right in Right)
    colleague = Person(id=WALL, memberships=(Membership(organisation="GM1735"),), exercise=False)
    assert keys_of(made, []) == keys_of(colleague, [])


def test_a_key_opens_with_its_secret_until_its_time_is_up_or_somebody_ends_it() -> None:
    access, last = key(), NOW + YEAR - timedelta(seconds=1)
    assert is_let_in(access, SECRET, NOW) and is_let_in(access, SECRET, last)
    assert not is_let_in(access, "t" * 43, NOW)
    assert not is_let_in(access, SECRET, NOW + YEAR)
    over = ended(access, PETRA, NOW)
    assert not is_let_in(over, SECRET, NOW)
    assert over.system is not None and (over.system.ended_at, over.system.ended_by) == (NOW, PETRA)
    assert ended(over, None, last) == over


@pytest.mark.parametrize("secret", ["", SECRET])
def test_who_has_no_key_is_let_in_with_nothing(secret: str) -> None:
    assert not is_let_in(Access(id=WALL), secret, NOW)


def test_of_a_key_only_a_digest_is_kept() -> None:
    kept = key().system
    assert kept is not None and kept.secret == sha256(SECRET.encode()).hexdigest()
    assert SECRET not in key().model_dump_json()


def test_what_is_over_by_itself_is_to_be_written_down_once() -> None:
    assert not is_over(key(), NOW)
    assert is_over(key(), NOW + YEAR)
    assert not is_over(ended(key(), None, NOW + YEAR), NOW + YEAR)
    assert not is_over(Access(id=WALL), NOW)


@pytest.mark.parametrize(("before_end", "lasts"), [(YEAR, SYSTEM_LASTS), (timedelta(minutes=1),) * 2])
def test_a_session_of_a_system_is_short_and_never_outlasts_its_key(
    before_end: timedelta, lasts: timedelta
) -> None:
    opened_by = key().system
    assert opened_by is not None
    now = NOW + YEAR - before_end
    session = open_for_system(UUID(int=3), wall(), opened_by, now)
    assert (session.way, session.expires_at) == (SignInWay.SYSTEM, now + lasts)


def test_of_a_system_that_is_forgotten_nobody_knows_whose_it_was() -> None:
    left = forgotten(wall(), [])[0]
    assert isinstance(left, Person) and (left.forgotten, left.organisations) == (True, ())
