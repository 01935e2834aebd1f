"""The plan over all requests: as cheap as trying everything, never below a cover, the same every time."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import chain, combinations

from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.codec import state_bytes
from schemas.events.duty import Duty
from schemas.events.person import Person
from schemas.events.suggestion import Suggestion
from services.matching.rules.cost import UNFILLED
from services.matching.rules.flow import solve
from services.matching.rules.known import Known
from services.matching.rules.network import Demand
from services.matching.rules.options import Option, field_of
from services.matching.rules.picture import Asked, Picture
from services.matching.rules.suggest import Choice, Plan, suggest
from tests.unit.matching.pictures import (
    BACKUP,
    NETWORK,
    NOW,
    asked,
    commitment,
    lending,
    neighbour,
    on_duty,
    organisation,
    person,
    picture,
    uid,
)
from tests.unit.matching.small_pictures import FUNCTIONS, LENDERS, small_pictures


def chosen(known: Known) -> tuple[list[Demand], list[Choice]]:
    plan = Plan(known)
    return list(chain.from_iterable(plan.demands)), list(plan.choices(map(solve, plan.problems)))


def fillings(demand: Demand) -> Iterator[tuple[Option, ...]]:
    """Every way to fill none, some or all of a request's slots."""
    units = tuple(chain.from_iterable([option] * option.units for option in demand.options))
    for number in range(demand.request.open_slots + 1):
        yield from combinations(units, number)


def sound(known: Known, asks: Sequence[Demand], taken: Sequence[Option]) -> bool:
    """Nobody in two places, no lender below its cover; all periods here overlap."""
    people = [option.person for option in taken if option.person is not None]
    if len(people) != len(set(people)):
        return False
    requests = {demand.request.id: demand.request for demand in asks}
    return all(
        sum(function in other.uses for other in taken if other.lender == option.lender)
        <= known.spare(option.lender, function, requests[option.request])
        for option in taken
        for function in option.uses
    )


def cost(asks: Sequence[Demand], taken: Sequence[Option]) -> int:
    slots = sum(demand.request.open_slots for demand in asks)
    return sum(option.cost for option in taken) + UNFILLED * (slots - len(taken))


def cheapest(known: Known, asks: Sequence[Demand], without: Option | None = None) -> int:
    """Try everything."""
    ways: list[tuple[Option, ...]] = [()]
    for demand in asks:
        ways = [
            (*way, *more)
            for way in ways
            for more in fillings(demand)
            if without not in more and sound(known, asks, (*way, *more))
        ]
    return min(cost(asks, way) for way in ways)


@settings(max_examples=150)
@given(small_pictures(several_functions=False))
def test_the_plan_is_as_cheap_as_trying_everything(given_picture: Picture) -> None:
    known = Known(given_picture, NOW)
    asks, choices = chosen(known)
    taken = [choice.option for choice in choices for _ in range(choice.units)]
    assert sound(known, asks, taken)
    best = cheapest(known, asks)
    assert cost(asks, taken) == best
    for choice in choices[:2]:
        assert best + choice.price == cheapest(known, asks, without=choice.option)


@settings(max_examples=150)
@given(small_pictures(several_functions=True))
def test_a_plan_with_people_of_several_functions_never_breaks_a_cover(given_picture: Picture) -> None:
    known = Known(given_picture, NOW)
    asks, choices = chosen(known)
    taken = [choice.option for choice in choices for _ in range(choice.units)]
    assert sound(known, asks, taken)
    assert cost(asks, taken) >= cheapest(known, asks)
    assert all(choice.price >= 0 for choice in choices)


@settings(max_examples=150)
@given(small_pictures(several_functions=True))
def test_what_is_suggested_is_what_the_rules_allow(given_picture: Picture) -> None:
    for key, suggestion in suggest(given_picture, NOW).items():
        request = given_picture.requests[key].request
        known = Known(given_picture, NOW)
        listed = [each.rank for each in field_of(known, request).options]
        found = suggestion.candidates
        assert {(c.cost_minutes, c.lender, str(c.person or "")) for c in found} <= set(listed)
        assert [c.chosen for c in found] == sorted((c.chosen for c in found), reverse=True)
        for group in (True, False):
            costs = [c.cost_minutes for c in found if c.chosen is group]
            assert costs == sorted(costs)
        assert all(c.price_minutes == 0 or c.chosen for c in found)
        assert all(sum(reason.minutes for reason in c.reasons) == c.cost_minutes for c in found)
        with_function = {p.id for p in given_picture.people.values() if request.function in p.functions}
        counted = suggestion.could_ask.people + sum(each.people for each in suggestion.shortfall)
        assert counted == len(with_function)


@settings(max_examples=40)
@given(small_pictures(several_functions=True), st.randoms(use_true_random=False))
def test_the_same_picture_gives_the_same_bytes(given_picture: Picture, random: object) -> None:
    def shuffled(states: dict[object, object]) -> dict[object, object]:
        keys = list(states)
        random.shuffle(keys)
        return {key: states[key] for key in keys}

    other = replace(
        given_picture,
        **{name: shuffled(states) for name, states in vars(given_picture).items()},
    )
    assert as_bytes(suggest(given_picture, NOW)) == as_bytes(suggest(other, NOW))


def as_bytes(suggestions: dict[object, Suggestion]) -> list[bytes]:
    return [state_bytes(each) for each in suggestions.values()]


def test_the_last_one_goes_where_it_is_most_urgent() -> None:
    calm, urgent = asked("calm"), asked("urgent", needed_by=NOW + timedelta(hours=2))
    found = suggest(picture(calm, urgent, *neighbour("GM0001", "joris")), NOW)
    assert found[uid("urgent")].candidates[0].chosen
    assert not found[uid("calm")].candidates[0].chosen


def test_a_nearer_helper_is_left_to_whom_nobody_else_can_help() -> None:
    near, far = neighbour("GM0001", "near"), neighbour("GM0004", "far")
    wide = asked("wide", circle=("GM0001", "GM0004"))
    narrow = asked("narrow", circle=("GM0001",))
    found = suggest(picture(wide, narrow, *near, *far), NOW)
    chosen = {key: [c.person for c in each.candidates if c.chosen] for key, each in found.items()}
    assert chosen == {uid("wide"): [uid("far")], uid("narrow"): [uid("near")]}


def test_the_price_of_the_only_helper_is_an_empty_slot() -> None:
    only = suggest(picture(asked(), *neighbour()), NOW)[uid("request")].candidates[0]
    assert only.price_minutes == UNFILLED - only.cost_minutes


def test_any_helper_however_far_busy_or_foreign_is_better_than_an_empty_slot() -> None:
    where = {"latitude": 50.77, "longitude": 5.71}
    far = organisation("GM0001", place=where, systems=())
    tongues = ("en", "de", "tr", "ar", "pl")
    one = asked(languages=tongues, function=NETWORK)
    stranger = person("joris", "GM0001", functions=(BACKUP, NETWORK))
    lent = [commitment(f"c{n}", "GM0001", None, starts=NOW, ends=NOW + timedelta(1)) for n in range(9)]
    found = suggest(picture(one, far, lending("GM0001"), stranger, on_duty("joris"), *lent), NOW)
    (only,) = found[uid("request")].candidates
    assert only.chosen and only.cost_minutes > 300


def test_a_plan_too_large_to_price_leaves_prices_at_zero(monkeypatch: object) -> None:
    monkeypatch.setattr("services.matching.rules.flow.PRICE_ARCS", 0)
    only = suggest(picture(asked(), *neighbour()), NOW)[uid("request")].candidates[0]
    assert only.chosen
    assert only.price_minutes == 0


def test_nobody_is_planned_in_two_places_through_two_employers() -> None:
    both = person("joris", "GM0001", "GM0002", functions=FUNCTIONS)
    one, other = asked("one", circle=("GM0001",)), asked("other", function=NETWORK, circle=("GM0002",))
    lenders = [each for key in LENDERS[:2] for each in (organisation(key), lending(key))]
    found = suggest(picture(one, other, *lenders, both, on_duty("joris")), NOW)
    assert sum(c.chosen for each in found.values() for c in each.candidates) == 1


def test_missions_at_different_times_do_not_share_a_cover() -> None:
    later = NOW + timedelta(days=40)
    first, second = asked("first"), asked("second", needed_by=later, ends=later + timedelta(days=1))
    states = (first, second, *neighbour("GM0001", "a", "b", "c", cover={BACKUP: 2}))
    found = suggest(picture(*states), NOW)
    assert found[uid("first")].candidates[0].chosen


def test_many_requests_for_one_function_do_not_fight_over_the_same_few() -> None:
    people: list[Person | Duty] = []
    for number in range(300):
        name = f"p{number}"
        people += [person(name, f"GM{number % 100:04}"), on_duty(name)]
    lenders = [each for n in range(100) for each in (organisation(f"GM{n:04}"), lending(f"GM{n:04}"))]
    circle = tuple(f"GM{n:04}" for n in range(100))
    requests: list[Asked] = [asked(f"r{number}", slots=3, circle=circle) for number in range(40)]
    whole = picture(*lenders, *people, *requests)
    found = suggest(whole, NOW)
    assert sum(c.chosen for each in found.values() for c in each.candidates) == 120
