"""Of a call at which a code is keyed in the first answer counts, whatever the provider tells after it."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from services.notification.callback import CallBacks, Wanted
from services.notification.ports import Call, Ended, Heard
from services.notification.rules.code import CodeState
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
    """The table of calls, a number for everybody and a telephone that takes every call."""

    def __init__(self) -> None:
        self.kept: dict[UUID, CodeCall] = {}

    async def read(self, call: UUID) -> CodeCall | None:
        """One of them."""
        return self.kept.get(call)

    async def in_the_last_hour(self, *_: object) -> int:
        """None was placed."""
        return 0

    async def place(self, call: CodeCall) -> bool:
        """Note it."""
        self.kept[call.id] = call
        return True

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
