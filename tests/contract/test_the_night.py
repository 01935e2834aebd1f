"""Nobody is called twice for one thing, forgotten, or called off duty: also when the process dies."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

import asyncpg
import pytest

from schemas.events.approach import ApproachState
from schemas.events.delivery import AttemptState, DeliveryState
from schemas.events.duty import Duty
from schemas.events.person import Membership, Person
from schemas.events.wake_list import Turn, WakeList
from services.notification.carrier import Carrier
from services.notification.ports import Call, Unreachable
from services.notification.rules.sending import TextState
from services.notification.store.receipts import Receipts
from tests.contract.exchange import House, until
from tests.contract.night import (
    BAS,
    COR,
    ILSE,
    NUMBERS,
    asked,
    called,
    database,
    delivery,
    home,
    in_state,
    replica,
    rung,
)
from tests.enveloped import event_of

__all__ = ["database", "home"]


async def test_the_list_is_called_in_turn_without_who_is_off_duty_until_a_yes(
    home: House, database: str
) -> None:
    async with home.service() as service:
        for again in range(3):
            await service.heed(event_of(asked(), 1 + again))
        sid = await home.phones.ringing(NUMBERS[ILSE])
        await rung(service)
        await home.phones.press(await home.phones.ringing(NUMBERS[COR]), "1")
        found = await in_state(service, DeliveryState.ANSWERED)
        assert [each.state for each in found.attempts] == [AttemptState.UNANSWERED, AttemptState.YES]
        assert [each.person for each in found.passed] == [BAS]
        await home.phones.press(sid, "2")
        assert (await delivery(service)).state is DeliveryState.ANSWERED
        assert await called(home) == [NUMBERS[ILSE], NUMBERS[COR]]
    connection = await asyncpg.connect(database)
    told = await connection.fetchval("SELECT string_agg(convert_from(payload, 'UTF8'), ' ') FROM journal")
    waits = await connection.fetchval("SELECT count(*) FROM outbox WHERE aggregate = 'delivery'")
    await connection.close()
    assert waits == 4 and '"yes"' in told and "60000000" not in told


async def test_a_death_between_the_order_and_its_receipt_rings_no_phone_twice(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(*_: object) -> None:
        await asyncio.Event().wait()

    with monkeypatch.context() as broken:
        broken.setattr(Receipts, "complete", dies)
        async with home.service() as service:
            await service.heed(event_of(asked()))
            await home.phones.ringing(NUMBERS[ILSE])
    async with home.service() as service:
        await service.heed(event_of(asked()))
        attempt = (await delivery(service)).attempts[0]

        async def complete() -> bool | None:
            found = await service.receipts.claim(attempt, datetime.now(UTC), timedelta(0))
            return True if found is not None and found.call else None

        await until(complete, "the call is found at the provider")
        assert await called(home) == [NUMBERS[ILSE]]


async def test_a_death_before_the_order_went_out_forgets_nobody(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(self: Carrier, call: Call) -> str:
        await asyncio.Event().wait()
        return ""

    with monkeypatch.context() as broken:
        broken.setattr(Carrier, "call", dies)
        async with home.service() as service:
            await service.heed(event_of(asked()))

            async def claimed() -> bool | None:
                return await service.receipts.is_ordered((await delivery(service)).attempts[0].id) or None

            await until(claimed, "the receipt is written")
    assert await called(home) == []
    async with home.service() as service:
        await home.phones.press(await home.phones.ringing(NUMBERS[ILSE]), "1")
        await in_state(service, DeliveryState.ANSWERED)
        assert await called(home) == [NUMBERS[ILSE]]


async def test_of_two_orders_to_one_person_without_an_answer_each_is_looked_up_as_itself(
    home: House, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    await replica(database, WakeList(id="GM0141", turns=(Turn(person=ILSE),), exercise=False))
    tries: Counter[UUID] = Counter()
    placed: list[UUID] = []
    ring = Carrier.call

    async def lossy(self: Carrier, call: Call) -> str:
        tries[call.reference] += 1
        if tries[call.reference] == 1 and len(tries) == 1:
            raise Unreachable("it never arrived")
        placed.append(call.reference)
        sid = await ring(self, call)
        if tries[call.reference] == 1:
            raise Unreachable("its answer never arrived")
        return sid

    monkeypatch.setattr(Carrier, "call", lossy)
    async with home.service() as service:
        await service.heed(event_of(asked()))
        await service.heed(event_of(asked(id=UUID(int=10), lender="GM0141")))

        async def known() -> int:
            return len(await service.receipts.known_calls(datetime.now(UTC)))

        async def first() -> bool | None:
            return await known() == 1 or None

        async def both() -> bool | None:
            return await known() == 2 or None

        await until(first, "the first call is known")
        await home.phones.press(await home.phones.ringing(NUMBERS[ILSE]), "1")
        await until(both, "both calls are known")
        turns = [(await delivery(service, organisation=each)).attempts[0].id for each in ("GM0153", "GM0141")]
        assert sorted(placed) == sorted(turns)
        assert await called(home) == [NUMBERS[ILSE]] * 2


async def test_nobody_is_called_before_everything_was_heard_nor_after_going_off_duty(
    home: House, database: str
) -> None:
    async with home.service() as service:
        assert service.intake is not None
        service.intake.caught_up = False
        await service.heed(event_of(asked()))
        await replica(database, Duty(id=ILSE, on=False, changed_at=datetime.now(UTC), exercise=False))
        assert await called(home) == []
        service.intake.caught_up = True
        await home.phones.ringing(NUMBERS[COR])
        assert await called(home) == [NUMBERS[COR]]


async def test_what_is_no_longer_asked_is_not_called_for_while_somebody_else_there_is_still_asked(
    home: House,
) -> None:
    async with home.service() as service:
        first, second = asked(), asked(id=UUID(int=10), person=COR)
        await service.heed(event_of(first))
        await service.heed(event_of(second))
        closed = {"state": ApproachState.WITHDRAWN}
        await service.heed(event_of(first.model_copy(update=closed), 2))
        assert (await delivery(service)).state is DeliveryState.CALLING
        await service.heed(event_of(second.model_copy(update=closed), 2))
        # An older state that comes late wakes nobody again.
        await service.heed(event_of(first, 1))
        assert (await delivery(service)).state is DeliveryState.OVER
        assert len(await called(home)) <= 1
        await service.heed(event_of(first, 3))
        assert (await delivery(service)).state is DeliveryState.CALLING


async def test_whom_the_text_that_nobody_is_left_did_not_reach_stands_in_the_ladder_once(
    home: House, database: str
) -> None:
    now = datetime.now(UTC)
    for person in NUMBERS:
        works = (Membership(organisation="GM0153"),)
        await replica(database, Person(id=person, memberships=works, exercise=False))
        await replica(database, Duty(id=person, on=False, changed_at=now, exercise=False))
    connection = await asyncpg.connect(database)
    await connection.execute("DELETE FROM replica WHERE aggregate = 'contact' AND key = $1", str(COR))
    async with home.service() as service:
        await service.heed(event_of(asked()))

        async def says(*untold: UUID) -> bool | None:
            return (await delivery(service)).untold == untold or None

        await until(lambda: says(COR), "the ladder says who has no number")
        [bas] = await connection.fetch(
            "SELECT id FROM text_message WHERE person = $1 AND state = 'sent'", BAS
        )
        await service.notices.become(bas["id"], TextState.UNDELIVERED, "it did not arrive")
        await until(lambda: says(COR, BAS), "the ladder says whom it did not reach")
        assert await service.notices.lost() == []
    await connection.close()
    assert [number for number, _ in await home.phones.texts()].count(NUMBERS[ILSE]) == 1
