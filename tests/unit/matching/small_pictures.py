"""Pictures drawn at random, so small that everything can be tried."""

from datetime import timedelta

from hypothesis import strategies as st

from services.matching.rules.picture import Picture
from tests.unit.matching.pictures import (
    BACKUP,
    NETWORK,
    NOW,
    asked,
    lending,
    on_duty,
    organisation,
    person,
    picture,
)

LENDERS = ("GM0001", "GM0002", "GM0003")
FUNCTIONS = (BACKUP, NETWORK)
SOON = NOW + timedelta(hours=3)


@st.composite
def small_pictures(draw: st.DrawFn, *, several_functions: bool) -> Picture:
    """At most three requests, three lenders and six people."""
    states: list[object] = [organisation(key) for key in LENDERS]
    for key in LENDERS:
        cover = {function: draw(st.integers(0, 2)) for function in FUNCTIONS}
        states.append(lending(key, ask_people=draw(st.booleans()), cover=cover))
    most = 2 if several_functions else 1
    for number in range(draw(st.integers(0, 6))):
        employers = draw(st.sets(st.sampled_from(LENDERS), min_size=1, max_size=most))
        functions = draw(st.lists(st.sampled_from(FUNCTIONS), min_size=1, max_size=most, unique=True))
        languages = draw(st.sampled_from([("nl",), ("nl", "de")]))
        name = f"p{number}"
        states.append(person(name, *sorted(employers), functions=functions, languages=languages))
        states.append(on_duty(name, on=draw(st.integers(0, 3)) > 0))
    for number in range(draw(st.integers(1, 3))):
        circle = draw(st.sets(st.sampled_from(LENDERS), min_size=1))
        states.append(
            asked(
                f"r{number}",
                slots=draw(st.integers(1, 2)),
                function=draw(st.sampled_from(FUNCTIONS)),
                circle=tuple(sorted(circle)),
                languages=draw(st.sampled_from([(), ("de",)])),
                needed_by=draw(st.sampled_from([NOW + timedelta(days=10), SOON])),
                ends=NOW + timedelta(days=12),
            )
        )
    return picture(*states)
