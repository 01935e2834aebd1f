"""Who is sent the same is found from groups, and is what looking at everybody would find."""

from collections import defaultdict
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from schemas.visibility import Keys
from services.live.rules.audiences import Audiences

SHARED = ("org:GM1735", "org:GM0153", "public")
OWN = ("person:1", "person:2", "person:3")
KEYS = st.frozensets(st.sampled_from((*SHARED, *OWN)))


@dataclass(eq=False)
class Somebody:
    own_key: str
    keys: Keys


@given(st.lists(st.tuples(st.sampled_from(OWN), KEYS, st.booleans()), max_size=12), KEYS)
def test_groups_are_what_looking_at_everybody_would_find(
    made: list[tuple[str, Keys, bool]], changed: Keys
) -> None:
    audiences: Audiences[Somebody] = Audiences()
    here: list[Somebody] = []
    for own, keys, stays in made:
        somebody = Somebody(own, keys)
        audiences.add(somebody)
        if stays:
            here.append(somebody)
        else:
            audiences.discard(somebody)
    expected: defaultdict[Keys, set[Somebody]] = defaultdict(set)
    for each in here:
        if each.keys & changed:
            expected[each.keys & changed].add(each)
    found = audiences.of(changed)
    assert {keys: set(members) for keys, members in found.items()} == expected
    assert sum(map(len, found.values())) == sum(map(len, expected.values()))
    assert list(audiences) == here and len(audiences) == len(here)


def test_who_shares_keys_costs_a_tick_one_look_for_all_of_them() -> None:
    looks: list[int] = []

    class Counted(frozenset[str]):
        def __and__(self, other: object) -> Keys:
            looks.append(1)
            return super().__and__(other)  # type: ignore[operator]  # any set: as its parent has it

        def __sub__(self, other: object) -> Keys:
            return Counted(super().__sub__(other))  # type: ignore[operator]  # any set: as its parent has it

    audiences: Audiences[Somebody] = Audiences()
    for number in range(100):
        own = f"person:{number}"
        audiences.add(Somebody(own, Counted({own, *SHARED[number % 2 : number % 2 + 1]})))
    audiences.of(frozenset({*SHARED, "person:7"}))
    assert len(looks) == 3, "two groups, and one person who reads a row by a key of their own"


def test_who_went_leaves_nothing_behind() -> None:
    audiences: Audiences[Somebody] = Audiences()
    somebody = Somebody("person:1", frozenset({"person:1", "public"}))
    audiences.add(somebody)
    audiences.discard(somebody)
    audiences.discard(somebody)
    assert not audiences._by_shared and not audiences._by_own
