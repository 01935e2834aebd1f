"""A call at which a code is keyed in: what its order and answers make of it, and what is kept of the code."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.notification.callback import CallBacks, Wanted
from services.notification.ports import Call, Declined, Ended, Heard, Unreachable
from services.notification.rules.code import LASTS, RUNNING, CodeState, state_at
from services.notification.store.codes import CodeCall

NOW = datetime(2026, 11, 26, 2, 10, tzinfo=UTC)
CALL, WILMA = UUID(int=7), UUID(int=1)
RIGHT, WRONG = Heard(CALL, keys="314159"), Heard(CALL, keys="000000")
SAID = {
    CodeState.WRONG: "That code is not right. Ask for another call on your screen.",
    CodeState.RIGHT: "Thank you. You can hang up and go on with your screen.",
    CodeState.UNANSWERED: "",
}
HUNG_UP = Heard(CALL, ended=Ended.COMPLETED)


class House:
    """The table of calls, a number for everybody, and a telephone that takes every call or answers `no`."""

    def __init__(self, no: Exception | None = None) -> None:
        self.kept: dict[UUID, CodeCall] = {}
        self._no = no

    async def read(self, call: UUID) -> CodeCall | None:
        """One of them."""
        return self.kept.get(call)

    async def place(self, call: CodeCall) -> bool:
        """Note it."""
        self.kept[call.id] = call
        return True

    async def taken(self, call: UUID, by_provider: str) -> None:
        """By the provider, under an id of its own."""

    async def become(self, call: UUID, state: CodeState) -> None:
        """Whatever is said, unlike the real table: the rule alone is looked at."""
        self.kept[call] = CodeCall(**{**vars(self.kept[call]), "state": state})

    async def of(self, _: UUID) -> str:
        """The number."""
        return "+31600000001"

    async def language(self, _: UUID) -> str:
        """Everybody's."""
        return "en"

    async def call(self, call: Call) -> str:
        """It rings, and is in that language."""
        if self._no is not None:
            raise self._no
        assert call.language == "en" and "This is Noaber" in call.text and "6 digits" in call.text
        return "CA1"


@pytest.mark.parametrize(
    ("heard", "outcome"),
    [
        ((WRONG, RIGHT), CodeState.WRONG),
        ((RIGHT, WRONG), CodeState.RIGHT),
        ((HUNG_UP, RIGHT), CodeState.UNANSWERED),
        ((RIGHT, HUNG_UP), CodeState.RIGHT),
    ],
)
async def test_the_first_answer_counts(heard: tuple[Heard, Heard], outcome: CodeState) -> None:
    house: Any = House()
    calls = CallBacks(house, house, house, lambda: NOW, "x" * 32)
    assert await calls.place(Wanted(CALL, WILMA, "314159")) is CodeState.RINGING
    for each in heard:
        said = await calls.hear(each)
        assert said is not None and said.text == SAID[outcome] and await calls.outcome(CALL) is outcome


@pytest.mark.parametrize(
    ("no", "at_once", "after_keys"),
    [
        (Declined("full"), CodeState.FAILED, CodeState.FAILED),
        # It rings perhaps, and then the keys count.
        (Unreachable("silent"), CodeState.RINGING, CodeState.RIGHT),
    ],
)
async def test_a_call_that_was_declined_has_failed_and_one_that_perhaps_rings_is_heard(
    no: Exception, at_once: CodeState, after_keys: CodeState
) -> None:
    house: Any = House(no)
    calls = CallBacks(house, house, house, lambda: NOW, "x" * 32)
    assert await calls.place(Wanted(CALL, WILMA, "314159")) is at_once
    await calls.hear(RIGHT)
    assert await calls.outcome(CALL) is after_keys


async def test_who_has_the_table_alone_finds_no_code_by_trying_nor_sees_that_two_are_the_same() -> None:
    digests = set()
    for secret in ("x" * 32, "y" * 32):
        for each in (CALL, UUID(int=8)):
            house: Any = House()
            calls = CallBacks(house, house, house, lambda: NOW, secret)
            await calls.place(Wanted(each, WILMA, "314159"))
            digests.add(house.kept[each].digest)
    assert len(digests) == 4


@pytest.mark.parametrize("state", list(CodeState))
def test_nobody_waits_for_a_call_longer_than_three_minutes_and_what_came_of_it_stays(
    state: CodeState,
) -> None:
    assert timedelta(minutes=3) == LASTS
    assert state_at(state, NOW, NOW + LASTS - timedelta(seconds=1)) is state
    assert state_at(state, NOW, NOW + LASTS) is (CodeState.UNANSWERED if state in RUNNING else state)
