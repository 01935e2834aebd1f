"""What the sender of text messages does with one that is due, on doubles of its table and the telephone."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.notification.caller import Reach
from services.notification.rounds import all_ended
from services.notification.rules.ladder import STALE
from services.notification.rules.notices import About
from services.notification.rules.sending import Lost, TextMessage, TextState
from services.notification.texter import Texter

NIGHT = datetime(2026, 11, 26, 2, 10, tzinfo=UTC)
TEXT, ILSE = UUID(int=6), UUID(int=1)


class Table:
    """One message that is due once. `became`: what was written of it; `needed`: each time that is asked."""

    def __init__(self, text: TextMessage, needed: list[bool]) -> None:
        self._due = [text]
        self._needed = needed
        self.became: list[str] = []

    async def spread(self, _: datetime) -> bool:
        """Nothing is to be spread."""
        return False

    async def due(self, *_: object) -> list[TextMessage]:
        """The message, and then nothing."""
        due, self._due = self._due, []
        return due

    async def needed(self, _: UUID) -> bool:
        """Whether what it tells is still so; what was said last stays."""
        return self._needed.pop(0) if len(self._needed) > 1 else self._needed[0]

    async def claim(self, *_: object) -> bool:
        """Nobody else has it."""
        return True

    async def known(self, _: UUID) -> list[str]:
        """No other message is accounted for."""
        return []

    async def become(self, _: UUID, state: TextState, __: str) -> None:
        """What came of it."""
        self.became.append(state)

    async def complete(self, _: UUID, message: str) -> None:
        """It was taken."""
        self.became.append(f"sent {message}")

    async def lost(self) -> list[Lost]:
        """Nothing."""
        return []

    async def note_lost(self, _: Lost) -> None:
        """Nobody is told."""

    async def tidy(self, _: datetime) -> None:
        """Nothing is old."""

    async def trouble(self) -> str:
        """None."""
        return ""


class Telephone:
    """Has one number for everybody; `taken`: what it knows of an earlier order."""

    def __init__(self, taken: str | None) -> None:
        self._taken = taken
        self.ordered: list[str] = []

    async def of(self, _: UUID) -> str:
        """The number."""
        return "+31600000001"

    async def until(self, _: UUID, moment: datetime) -> str:
        """The number that counted before."""
        assert moment == NIGHT
        return "+31600000009"

    async def find_text(self, *_: object) -> str | None:
        """The earlier order."""
        return self._taken

    async def text(self, reference: UUID, number: str, body: str) -> str:
        """Take it."""
        assert reference == TEXT
        self.ordered.append(f"{body} to {number}")
        return "new"


async def sent(
    state: TextState, tries: int, taken: str | None, *, needed: tuple[bool, ...]
) -> tuple[list[str], int]:
    """(what was written, number of orders) for one message of ten minutes ago."""
    became, orders = await ordered(TextMessage(TEXT, ILSE, "x", state, tries, NIGHT), taken, needed)
    return became, len(orders)


async def ordered(
    message: TextMessage, taken: str | None, needed: tuple[bool, ...]
) -> tuple[list[str], list[str]]:
    """(what was written, what was ordered)."""
    table, telephone = Table(message, [*needed]), Telephone(taken)
    doubles: Any = (table, Reach(telephone, telephone))  # type: ignore[arg-type]
    later = NIGHT + timedelta(minutes=10)
    texter = Texter(*doubles, now=lambda: later, may_send=lambda: True, on_lost=table.note_lost)
    running = asyncio.create_task(texter.run())
    async with asyncio.timeout(10):
        while not table.became:
            await asyncio.sleep(0)
    running.cancel()
    return table.became, telephone.ordered


@pytest.mark.parametrize("state", [TextState.WAITING, TextState.ORDERED])
async def test_what_is_no_longer_so_is_not_ordered_also_where_an_earlier_order_was_lost(
    state: TextState,
) -> None:
    assert await sent(state, 1, None, needed=(False,)) == (["not_needed"], 0)


@pytest.mark.parametrize(
    ("about", "number"), [(About.OWN_NUMBER, "+31600000009"), (About.CARD_USED, "+31600000001")]
)
async def test_what_is_for_the_number_before_goes_there_and_all_else_to_the_one_that_counts(
    about: About,
    number: str,
) -> None:
    message = TextMessage(TEXT, ILSE, "x", TextState.WAITING, 0, NIGHT, about)
    assert (await ordered(message, None, (True,)))[1] == [f"x to {number}"]


async def test_what_is_over_between_the_look_and_the_order_is_not_ordered() -> None:
    assert await sent(TextState.WAITING, 0, None, needed=(True, False)) == (["not_needed"], 0)
    assert await sent(TextState.WAITING, 0, None, needed=(True, True)) == (["sent new"], 1)


async def test_an_order_that_was_taken_is_noted_also_where_it_is_no_longer_needed() -> None:
    assert await sent(TextState.ORDERED, 1, "old", needed=(False,)) == (["sent old"], 0)
    assert await sent(TextState.ORDERED, 1, None, needed=(True,)) == (["sent new"], 1)


async def test_what_was_too_long_ago_is_given_up_and_not_ordered() -> None:
    old = TextMessage(TEXT, ILSE, "x", TextState.WAITING, 0, NIGHT - STALE)
    assert await ordered(old, None, (True, True)) == (["unknown"], [])


async def test_what_a_backup_holds_as_declined_is_asked_for_before_it_is_ordered_again() -> None:
    assert await sent(TextState.WAITING, 1, "old", needed=(True,)) == (["sent old"], 0)


async def test_one_that_fails_stops_no_other_and_is_said_when_all_have_ended() -> None:
    ended: list[str] = []
    go_on = asyncio.Event()

    async def fails() -> None:
        go_on.set()
        raise RuntimeError("unexpected")

    async def goes_on() -> None:
        await go_on.wait()
        for _ in range(5):
            await asyncio.sleep(0)
        ended.append("well")

    with pytest.raises(ExceptionGroup) as failed:
        await all_ended(fails(), goes_on())
    assert ended == ["well"] and isinstance(failed.value.exceptions[0], RuntimeError)
