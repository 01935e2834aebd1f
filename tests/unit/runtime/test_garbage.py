"""Garbage among what came lately is freed often, among what was kept for long now and then."""

import asyncio
import gc
import weakref
from collections.abc import Iterator

import pytest

from services.runtime import garbage


class Circle:
    """Only a collection frees it."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def as_it_was() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


def test_what_came_lately_is_freed_soon() -> None:
    garbage.collect(whole=False)
    gone = weakref.ref(Circle())
    garbage.collect(whole=False)
    assert gone() is None


def test_what_was_kept_is_freed_when_everything_is_looked_at() -> None:
    kept = Circle()
    gone = weakref.ref(kept)
    garbage.collect(whole=False)
    del kept
    garbage.collect(whole=False)
    assert gone() is not None
    garbage.collect(whole=True)
    assert gone() is None


async def test_nobody_else_looks_at_everything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(garbage, "ROUND_SECONDS", 0.001)
    monkeypatch.setattr(garbage, "WHOLE", 3)
    rounds: list[bool] = []
    monkeypatch.setattr(garbage, "collect", lambda *, whole: rounds.append(whole))
    young, middle, _ = gc.get_threshold()
    task = asyncio.create_task(garbage.collect_garbage())
    async with asyncio.timeout(5):
        while len(rounds) < 6:
            await asyncio.sleep(0.001)
    task.cancel()
    assert rounds[:6] == [False, False, True, False, False, True]
    assert gc.get_threshold() == (young, middle, garbage.NEVER)
