"""What is known is the same however it came about, and every option's reasons are its price."""

import random
from dataclasses import replace
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from services.matching.rules.changes import changes
from services.matching.rules.flow import solve
from services.matching.rules.known import Known
from services.matching.rules.options import field_of
from services.matching.rules.picture import Asked, Picture
from services.matching.rules.suggest import Plan
from tests.unit.matching.news import news
from tests.unit.matching.pictures import (
    BACKUP,
    BORROWER,
    NETWORK,
    NOW,
    asked,
    on_duty,
    person,
    picture,
    uid,
)
from tests.unit.matching.small_pictures import small_pictures


def with_news(known: Picture, *states: object) -> Picture:
    """The picture with these states in it: untouched mappings stay the same, the others keep their places."""
    fresh = picture(*states)
    own = {uid("incident"), BORROWER}
    merged = {}
    for name, before in vars(known).items():
        new = {
            key: state
            for key, state in vars(fresh)[name].items()
            if key not in own or any(state is each for each in states)
        }
        merged[name] = {**before, **new} if new else before
    return replace(known, **merged)


def seen(known: Known) -> list[object]:
    """Everything that the rules make of it."""
    plan = Plan(known)
    requests = [each.request for each in known.picture.requests.values()]
    fields = [field_of(known, request) for request in requests]
    options = [(each.rank, each.reasons, each.units, each.uses) for field in fields for each in field.options]
    return [
        options,
        [(f.could_ask, f.shortfall) for f in fields],
        plan.suggestions(map(solve, plan.problems), 5),
    ]


@settings(max_examples=150)
@given(st.integers(0, 10**9))
def test_what_is_brought_up_to_date_equals_what_is_read_anew(seed: int) -> None:
    dice = random.Random(seed)
    known = Known(picture(*(news(dice) for _ in range(dice.randint(0, 20)))), NOW)
    for step in range(8):
        fresh = with_news(known.picture, *(news(dice) for _ in range(dice.randint(0, 3))))
        now = NOW + timedelta(minutes=2 * step)
        known = Known(fresh, now, known)
        assert seen(known) == seen(Known(fresh, now))


def test_only_what_changed_is_looked_at_again() -> None:
    first = Known(picture(asked(), person("joris", "GM0001"), on_duty("joris")), NOW)
    second = Known(with_news(first.picture, on_duty("joris", on=False)), NOW, first)
    assert second.roster is first.roster
    assert first.on_duty.tolist() == [True] and second.on_duty.tolist() == [False]
    third = Known(with_news(second.picture, person("anna", "GM0002", functions=(NETWORK,))), NOW, second)
    assert third.roster.staff[BACKUP] is first.roster.staff[BACKUP]
    assert first.roster.staff[NETWORK] is not third.roster.staff[NETWORK]


def test_two_readings_in_another_order_are_not_laid_side_by_side() -> None:
    one, other = Asked(1, asked("one").request).request, asked("other").request
    assert changes({1: one, 2: other}, {2: other, 1: one}) is None
    assert changes({1: one, 2: other}, {1: one}) is None
    newer = one.model_copy(update={"note": "new"})
    assert changes({1: one}, {1: newer, 2: other}) == [(one, newer), (None, other)]


@settings(max_examples=100)
@given(st.integers(0, 10**9))
def test_the_reasons_of_every_option_add_up_to_its_cost(seed: int) -> None:
    dice = random.Random(seed)
    known = Known(picture(*(news(dice) for _ in range(60))), NOW)
    for each in known.picture.requests.values():
        for option in field_of(known, each.request).options:
            assert sum(reason.minutes for reason in option.reasons) == option.cost


@settings(max_examples=60)
@given(small_pictures(several_functions=True))
def test_options_stand_by_their_rank(given_picture: Picture) -> None:
    known = Known(given_picture, NOW)
    for each in given_picture.requests.values():
        ranks = [option.rank for option in field_of(known, each.request).options]
        assert ranks == sorted(ranks)
