"""That nobody answered is told to whose yes would count, since only theirs is of use."""

from typing import Any
from uuid import UUID

from schemas.events.delivery import DeliveryState
from schemas.events.wake_list import Turn, WakeList
from services.notification.rules import mandated
from services.notification.rules.notices import About, of_delivery, told
from tests.unit.notification.confirming import (
    ALL,
    GERT,
    INES,
    NIGHT,
    OMAR,
    PIET,
    begun,
    entry,
    first_yes,
    own,
    presses,
)


def texted(here: mandated.Own, **more: Any) -> list[UUID]:
    """Who reads that nobody answered, once nobody did."""
    found = begun(here, **more)
    while found.state is not DeliveryState.NOBODY:
        found = presses(found, "2", here)
    [notice] = of_delivery(found, NIGHT)
    assert notice.about is About.UNCONFIRMED
    return [each.id for each in told(notice, mandated.to_tell(here, found, NIGHT), here.people)]


def test_that_nobody_answered_is_told_to_whose_yes_would_count_and_to_nobody_else_with_the_right() -> None:
    narrow, lapsed = entry(INES, people=1), entry(OMAR, until=NIGHT)
    assert texted(own(entry(GERT), narrow, lapsed)) == [GERT]
    assert texted(own(entry(GERT), entry(INES, euros=5_000), entry(PIET))) == [GERT, INES]
    assert texted(ALL, asked_by=OMAR, first_yes=first_yes(INES)) == [GERT]


def test_where_nobodys_yes_would_count_everybody_with_the_right_is_told() -> None:
    assert texted(own(entry(PIET))) == [GERT, INES, OMAR]


def test_of_an_exercise_only_who_enrolled_is_told_that_nobody_answered() -> None:
    turns = (Turn(person=GERT, exercises=True), Turn(person=PIET, exercises=True), Turn(person=INES))
    listed = WakeList(id="GM1735", turns=turns, exercise=False)
    for entries in ((entry(GERT), entry(INES)), (entry(PIET),)):
        assert texted(own(*entries, listed=listed), exercise=True) == [GERT]
