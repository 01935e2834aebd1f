"""How much anybody may ask: the burst, what comes back, and that a refusal takes nothing."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.events.person import Membership, Person
from services.runtime.limits import OF_A_PERSON, Buckets, Limits, Rate, network_of
from services.runtime.problems import Problem
from services.runtime.settings import WebSettings

RATE = Rate(burst=3, per_minute=60)


def person(number: int, *organisations: str) -> Person:
    members = tuple(Membership(organisation=each) for each in organisations)
    return Person(id=UUID(int=number), memberships=members, exercise=False)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def limits(clock: Clock, **rates: Rate) -> Limits:
    wide = Rate(1_000, 1_000)
    return Limits(
        **{"person": wide, "organisation": wide, "client": wide, "forged": wide, **rates}, elapsed=clock
    )


def admitted(made: Limits, who: Person, session: int = 1) -> int:
    """0, or the seconds to wait; `session`: which of theirs."""
    try:
        made.admit(who, UUID(int=1_000 * who.id.int + session))
    except Problem as problem:
        assert (problem.status, problem.code) == (429, "too_many")
        wait = problem.facts["retry_after"]
        assert isinstance(wait, int) and wait >= 1
        return wait
    return 0


@given(
    st.lists(st.tuples(st.floats(0, 30), st.booleans()), max_size=60), st.integers(1, 20), st.integers(1, 600)
)
def test_never_more_passes_than_the_burst_and_what_came_back_and_waiting_is_enough(
    steps, burst, per_minute
) -> None:
    rate = Rate(burst, per_minute)
    buckets, now, taken = Buckets(rate), 0.0, 0
    for pause, patient in steps:
        now += pause
        wait = buckets.wait("a", now)
        if wait > 0 and patient:
            now += wait
            wait = buckets.wait("a", now)
            assert wait == pytest.approx(0, abs=1e-6)
            wait = 0
        if wait == 0:
            buckets.take("a", now)
            taken += 1
        assert taken <= burst + now * rate.per_second + 1e-6


def test_a_refusal_takes_nothing_however_often_it_is_repeated() -> None:
    clock = Clock()
    made = limits(clock, person=RATE)
    kees = person(1, "GM0168")
    assert [admitted(made, kees) for _ in range(3)] == [0, 0, 0]
    assert {admitted(made, kees) for _ in range(500)} == {1}
    clock.now = 1.0
    assert admitted(made, kees) == 0


def test_one_person_does_not_use_up_anothers_share() -> None:
    made = limits(Clock(), person=RATE)
    while not admitted(made, person(1, "GM0168")):
        pass
    assert admitted(made, person(2, "GM0168")) == 0


def test_who_stole_a_session_uses_up_that_one_and_many_sessions_are_no_more_than_a_few() -> None:
    made, wilma = limits(Clock(), person=RATE), person(1, "GM1735")
    assert [admitted(made, wilma, session=1) for _ in range(4)] == [0, 0, 0, 1]
    # She signs in anew, and can end the other.
    assert admitted(made, wilma, session=2) == 0
    more = [admitted(made, wilma, session) for session in range(3, 50) for _ in range(RATE.burst)]
    assert more.count(0) == RATE.burst * (OF_A_PERSON - 1) - 1


def test_an_organisation_has_a_share_of_its_own_and_its_neighbour_another() -> None:
    made = limits(Clock(), organisation=RATE)
    assert [admitted(made, person(n, "GM0168")) for n in range(4)] == [0, 0, 0, 1]
    assert admitted(made, person(9, "GM0164")) == 0
    assert admitted(made, person(8, "GM0164", "GM0168")) == 1


def test_who_is_refused_for_the_organisation_keeps_their_own_token() -> None:
    clock = Clock()
    made = limits(clock, person=Rate(1, 1), organisation=Rate(1, 60))
    assert admitted(made, person(1, "GM0168")) == 0
    assert admitted(made, person(2, "GM0168")) == 1
    clock.now = 1.0
    assert admitted(made, person(2, "GM0168")) == 0


def test_what_strangers_make_up_does_not_fill_the_memory() -> None:
    buckets = Buckets(RATE, most=100)
    for number in range(10_000):
        buckets.take(f"network {number}", 0.0)
    assert len(buckets) == 100


def test_as_shipped_two_hundred_colleagues_may_all_want_the_same_slot_at_once() -> None:
    told = {"kafka": "k:1", "http_port": 1, "token_public_keys": {}, "allowed_origins": "http://localhost:1"}
    made = WebSettings(**told).limits()
    for _ in range(8):
        assert {admitted(made, person(n, "GM0363")) for n in range(200)} == {0}


def test_a_clock_that_goes_back_gives_nothing_and_takes_nothing() -> None:
    buckets = Buckets(Rate(1, 60))
    buckets.take("a", 100.0)
    assert buckets.wait("a", 50.0) == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::9", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", ""),
        ("no address", "no address"),
    ],
)
def test_a_house_is_one_client_however_many_addresses_it_has(address, network) -> None:
    assert network_of(address) == network
