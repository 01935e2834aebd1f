"""Whether a transaction counts is asked until the database says it."""

import asyncio
from typing import Any

import pytest

from services.runtime import answered, commits
from services.runtime.answered import unit
from services.runtime.commits import is_committed
from services.runtime.problems import Problem


class Lost(Exception):
    """The connection died; `sqlstate` as a driver's own exceptions have it."""

    def __init__(self, sqlstate: str = "") -> None:
        super().__init__(sqlstate)
        self.sqlstate = sqlstate


class Pool:
    """Says one thing after the other, raises those that are exceptions, and closes when it knows no more."""

    def __init__(self, *said: Any, dies_at_commit: bool = False) -> None:
        self.said = list(said)
        self.dies = dies_at_commit

    def is_closing(self) -> bool:
        return not self.said

    async def fetchval(self, query: str, *_: Any) -> Any:
        if "pg_xact_status" not in query:
            return "7"
        found = self.said.pop(0)
        if isinstance(found, Exception):
            raise found
        return found

    def acquire(self) -> "Pool":
        return self

    def transaction(self) -> "Pool":
        return self

    async def __aenter__(self) -> "Pool":
        return self

    async def __aexit__(self, *_: object) -> None:
        if self.dies:
            self.dies = False
            raise Lost


@pytest.mark.parametrize(
    ("said", "known"),
    [
        (["committed"], True),
        (["aborted"], False),
        (["in progress", "in progress", "committed"], True),
        ([Lost(), ConnectionRefusedError(), "committed"], True),
        ([Lost(), "in progress", Lost(), "aborted"], False),
        ([Lost("22023"), "committed"], False),
        ([None], False),
        ([Lost()], False),
        ([], False),
    ],
)
async def test_it_is_asked_until_it_is_known_or_nobody_is_left_to_ask(
    said: list[Any], known: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(commits, "PAUSE_SECONDS", 0.0)
    assert await is_committed(Pool(*said), "7") is known


@pytest.mark.parametrize("counts", [True, False])
async def test_a_unit_ends_as_its_transaction_did_whatever_was_heard_of_it(counts: Any) -> None:
    pool, ended = Pool("committed" if counts else "aborted", dies_at_commit=True), False
    try:
        async with unit(pool):
            pass
        ended = True
    except Lost:
        pass
    assert ended is counts


async def test_a_unit_that_fails_before_it_was_whole_asks_nobody() -> None:
    pool = Pool("committed")
    with pytest.raises(ZeroDivisionError):
        async with unit(pool):
            raise ZeroDivisionError
    assert pool.said == ["committed"]


async def test_a_unit_that_wrote_nothing_has_nothing_to_lose(monkeypatch: pytest.MonkeyPatch) -> None:
    async def nameless(_: object) -> None:
        return None

    monkeypatch.setattr(answered, "name_of", nameless)
    pool, ended = Pool("aborted", dies_at_commit=True), False
    async with unit(pool):
        ended = True
    assert ended and pool.said == ["aborted"]


class Asked:
    """Stands in for whoever asks whether a transaction counts: `begun` once it does, until `says`."""

    def __init__(self) -> None:
        self.begun, self.says = asyncio.Event(), asyncio.Event()

    async def __call__(self, *_: object) -> bool:
        self.begun.set()
        await self.says.wait()
        return True


async def carry_out(pool: Pool, ended: list[Pool]) -> None:
    async with unit(pool):
        pass
    ended.append(pool)


async def test_a_later_commit_ends_after_an_earlier_one_of_which_it_is_not_known_whether_it_counts(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What they wrote is remembered as they end: the earlier must not overwrite what the later says."""
    asked, ended, first, second = Asked(), list[Pool](), Pool(dies_at_commit=True), Pool()
    monkeypatch.setattr(answered, "is_committed", asked)
    earlier = asyncio.create_task(carry_out(first, ended))
    await asked.begun.wait()
    later = asyncio.create_task(carry_out(second, ended))
    await asyncio.wait([later], timeout=0.05)
    asked.says.set()
    await asyncio.gather(earlier, later)
    assert ended == [first, second]


async def test_who_waits_too_long_for_an_earlier_commit_is_told_to_come_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked, ended, first = Asked(), list[Pool](), Pool(dies_at_commit=True)
    monkeypatch.setattr(answered, "is_committed", asked)
    earlier = asyncio.create_task(carry_out(first, ended))
    await asked.begun.wait()
    monkeypatch.setattr(answered, "PATIENCE_SECONDS", 0.0)
    with pytest.raises(Problem, match="unavailable"):
        await carry_out(Pool(), ended)
    asked.says.set()
    await earlier
    assert ended == [first]
