"""A call to confirm names who asks where they are a colleague, and else the organisation they work for."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from schemas.catalogue import Function
from schemas.events.delivery import Asks, Attempt, AttemptState, Delivery, DeliveryState
from schemas.events.help_request import Offer
from schemas.values import IBD, OurLanguage
from services.notification.caller import GATHERS, Caller, Reach
from services.notification.ports import Call
from services.notification.store.receipts import Receipt

NIGHT = datetime(2026, 1, 5, 2, 10, tzinfo=UTC)
ASKER, CALLED = UUID(int=1), UUID(int=2)


def ladder() -> Delivery:
    offer = Offer(number=2, days=1, circle=("GM0141",), asked_by=ASKER)
    ringing = Attempt(id=UUID(int=9), person=CALLED, state=AttemptState.CALLING, at=NIGHT, offer=offer)
    return Delivery(
        id=UUID(int=7),
        request=UUID(int=8),
        organisation="GM1735",
        asks=Asks.CONFIRM,
        function=Function.NETWORK,
        asked_at=NIGHT,
        exercise=False,
        state=DeliveryState.CALLING,
        attempts=(ringing,),
        offer=offer,
    )


@dataclass
class Known:
    """What the caller looks up, and the call that it places."""

    works_for_: tuple[str, ...]
    spoken_in: OurLanguage
    placed: list[Call] = field(default_factory=list)
    asks: Asks = Asks.CONFIRM

    async def calling(self) -> Sequence[Delivery]:
        return [ladder().model_copy(update={"asks": self.asks})]

    async def told_with(self, _attempt: UUID) -> Sequence[Delivery]:
        return ()

    async def names_of(self, keys: Sequence[str]) -> tuple[list[str], str]:
        return [f"Gemeente {each}" for each in keys], ""

    async def change(self, _delivery: UUID, _rule: object, _now: datetime) -> Delivery:
        return ladder()

    async def is_ordered(self, _attempt: UUID) -> bool:
        return True

    async def claim(self, attempt: Attempt, _now: datetime, _grace: object) -> Receipt:
        return Receipt(attempt=attempt.id, fresh=True, ordered_at=NIGHT, call=None)

    async def complete(self, _attempt: UUID, _call: str) -> None: ...

    async def of(self, _person: UUID) -> str:
        return "+31612345678"

    async def language(self, _person: UUID) -> OurLanguage:
        return self.spoken_in

    async def works_for(self, _person: UUID) -> tuple[str, ...]:
        return self.works_for_

    async def name(self, _person: UUID) -> str:
        return "Wilma Bakker"

    async def call(self, call: Call) -> str:
        self.placed.append(call)
        return "placed"


@pytest.mark.parametrize(
    ("works_for", "language", "begins"),
    [
        (("GM1735",), "nl", "Dit is Noaber. Wilma Bakker vraagt"),
        (("GM0153", "GM1735"), "en", "This is Noaber. Wilma Bakker asks"),
        (("GM0153",), "nl", "Dit is Noaber. Gemeente GM0153 vraagt"),
        ((IBD,), "nl", "Dit is Noaber. De IBD vraagt"),
        ((IBD,), "en", "This is Noaber. The IBD asks"),
        ((), "nl", "Dit is Noaber. Een collega vraagt"),
    ],
)
def test_only_a_colleague_is_named(works_for: tuple[str, ...], language: OurLanguage, begins: str) -> None:
    known: Any = Known(works_for, language)
    caller = Caller(
        known,
        known,
        Reach(known, known),
        now=lambda: NIGHT,
        may_call=lambda: True,
        wake_relay=lambda: None,
    )
    asyncio.run(caller.once())
    [call] = known.placed
    assert call.text.startswith(begins)


def test_a_call_for_others_waits_a_moment_for_what_begins_with_it_and_one_for_their_own_does_not() -> None:
    for asks, later, calls in (
        (Asks.HELP, timedelta(0), 0),
        (Asks.HELP, GATHERS, 1),
        # A clock that was ahead wrote when it began: nobody waits an hour for that.
        (Asks.HELP, timedelta(hours=-1), 1),
        (Asks.CONFIRM, timedelta(0), 1),
    ):
        known: Any = Known((), "nl", asks=asks)
        caller = Caller(
            known,
            known,
            Reach(known, known),
            now=lambda later=later: NIGHT + later,  # type: ignore[misc]
            may_call=lambda: True,
            wake_relay=lambda: None,
        )
        asyncio.run(caller.once())
        assert len(known.placed) == calls
