"""Loaded rows become states only where a rule looks, and equal rows become one."""

import pytest

from schemas.events.duty import Duty
from services.aid.store.shelf import Shelf
from tests.unit.aid.stage import MORNING, key


def row(name: str, *, on: bool = True) -> str:
    return Duty(id=key(name), on=on, changed_at=MORNING, exercise=False).model_dump_json()


def test_a_row_that_nobody_looks_at_is_not_read() -> None:
    shelf = Shelf(Duty)
    shelf.put(key("joris"), row("joris"))
    shelf.put(key("hugo"), "no state at all")
    assert shelf[key("joris")].id == key("joris")
    assert set(shelf) == {key("joris"), key("hugo")} and len(shelf) == 2
    with pytest.raises(ValueError, match="Invalid JSON"):
        shelf[key("hugo")]


def test_what_is_not_there_is_not_there() -> None:
    shelf = Shelf(Duty)
    assert shelf.get(key("joris")) is None and key("joris") not in shelf
    with pytest.raises(KeyError):
        shelf[key("joris")]


def test_a_row_that_changed_is_read_anew() -> None:
    before, after = Shelf(Duty), Shelf(Duty)
    before.put(key("jet"), row("jet"))
    after.put(key("jet"), row("jet", on=False))
    assert before[key("jet")].on and not after[key("jet")].on
    again = Shelf(Duty)
    again.put(key("jet"), row("jet"))
    assert again[key("jet")] is before[key("jet")]
