"""What a provider says late, twice or not at all wakes nobody again, and whoever left nobody at all."""

import asyncio
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from schemas.events.bell import Bell
from schemas.events.delivery import AttemptState, DeliveryState, Passed, PassedOver
from schemas.events.duty import Duty
from schemas.events.person import Membership, Person
from services.notification import caller
from services.notification.app import Notification
from services.notification.callback import Wanted
from services.notification.carrier import Carrier
from services.notification.ports import Call, Ended, Heard, Unreachable
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
)
from tests.enveloped import event_of

__all__ = ["database", "home"]


async def ordered(service: Notification) -> UUID:
    """The attempt of the first turn, once its order went out or may have."""

    async def look() -> UUID | None:
        attempt = (await delivery(service)).attempts[0].id
        return attempt if await service.receipts.is_ordered(attempt) else None

    return await until(look, "the receipt is written")


async def unheard(*_: object) -> str:
    raise Unreachable("it never arrived")


async def test_who_left_the_organisation_is_not_called_for_it_though_the_list_names_them(
    home: House, database: str
) -> None:
    elsewhere = (Membership(organisation="GM0141"),)
    await replica(database, Person(id=ILSE, memberships=elsewhere, exercise=False))
    here = (Membership(organisation="GM0153"),)
    await replica(database, Person(id=COR, memberships=here, exercise=False))
    async with home.service() as service:
        await service.heed(event_of(asked()))
        await home.phones.ringing(NUMBERS[COR])
        found = await delivery(service)
        assert [each.person for each in found.attempts] == [COR]
        assert found.passed == (Passed(person=BAS, why=PassedOver.OFF_DUTY),)
        assert await called(home) == [NUMBERS[COR]]


async def test_who_answered_while_a_lost_order_was_looked_up_is_not_called_for_it_again(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring, looks, goes_on = Carrier.call, asyncio.Event(), asyncio.Event()

    async def lossy(self: Carrier, call: Call) -> str:
        await ring(self, call)
        raise Unreachable("its answer never arrived")

    async def late(*_: object) -> str | None:
        looks.set()
        await goes_on.wait()
        return None

    monkeypatch.setattr(Carrier, "call", lossy)
    monkeypatch.setattr(Carrier, "find", late)
    async with home.service() as service:
        await service.heed(event_of(asked()))
        sid = await home.phones.ringing(NUMBERS[ILSE])
        await looks.wait()
        await home.phones.press(sid, "1")
        await in_state(service, DeliveryState.ANSWERED)
        goes_on.set()
        assert service.caller is not None
        await service.caller.once()
        assert await called(home) == [NUMBERS[ILSE]]


async def test_who_went_off_duty_before_a_lost_order_is_ordered_again_is_left_alone(
    home: House, database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(Carrier, "call", unheard)
        broken.setattr(Carrier, "find", unheard)
        async with home.service() as service:
            await service.heed(event_of(asked()))
            await ordered(service)
            await replica(database, Duty(id=ILSE, on=False, changed_at=datetime.now(UTC), exercise=False))
    async with home.service() as service:
        await home.phones.ringing(NUMBERS[COR])
        assert await called(home) == [NUMBERS[COR]]
        assert [each.person for each in (await delivery(service)).attempts] == [COR]


async def test_an_order_that_may_still_be_under_way_is_not_looked_up_nor_ordered_again(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[UUID] = []

    async def lost(self: Carrier, call: Call) -> str:
        tries.append(call.reference)
        raise Unreachable("its answer did not come yet")

    async def tried() -> bool | None:
        return bool(tries) or None

    monkeypatch.setattr(Carrier, "call", lost)
    monkeypatch.setattr(caller, "GRACE", timedelta(hours=1))
    async with home.service() as service:
        await service.heed(event_of(asked()))
        await until(tried, "it was ordered")
        assert service.caller is not None
        for _ in range(3):
            await service.caller.once()
        assert len(tries) == 1


async def test_a_call_that_the_provider_took_by_a_slower_clock_is_found(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring, find = Carrier.call, Carrier.find

    async def lossy(self: Carrier, call: Call) -> str:
        await ring(self, call)
        raise Unreachable("its answer never arrived")

    async def slower(self: Carrier, number: str, since: datetime, known: Collection[str]) -> str | None:
        return await find(self, number, since + timedelta(seconds=4), known)

    monkeypatch.setattr(Carrier, "call", lossy)
    monkeypatch.setattr(Carrier, "find", slower)
    async with home.service() as service:
        await service.heed(event_of(asked()))

        async def known() -> bool | None:
            return bool(await service.receipts.known_calls(datetime.now(UTC))) or None

        await until(known, "the call is found")
        assert await called(home) == [NUMBERS[ILSE]]


async def test_a_call_at_which_a_code_was_keyed_in_is_not_taken_for_a_lost_one(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    tries: list[UUID] = []
    ring = Carrier.call

    async def lossy(self: Carrier, call: Call) -> str:
        tries.append(call.reference)
        if len(tries) == 1:
            raise Unreachable("it never arrived")
        return await ring(self, call)

    monkeypatch.setattr(Carrier, "call", lossy)
    monkeypatch.setattr(caller, "GRACE", timedelta(hours=1))
    async with home.service() as service:
        await service.heed(event_of(asked()))
        attempt = await ordered(service)
        assert service.call_backs is not None
        await service.call_backs.place(Wanted(UUID(int=70), ILSE, "314159"))
        await home.phones.press(await home.phones.ringing(NUMBERS[ILSE]), "314159")
        monkeypatch.setattr(caller, "GRACE", timedelta(0))
        await home.phones.press(await home.phones.ringing(NUMBERS[ILSE]), "1")
        assert (await in_state(service, DeliveryState.ANSWERED)).attempts[0].id == attempt
        assert tries == [attempt, UUID(int=70), attempt]


async def test_what_is_told_of_a_call_in_another_order_and_again_is_told_once(home: House) -> None:
    async with home.service() as service:
        await service.heed(event_of(asked()))
        await home.phones.ringing(NUMBERS[ILSE])
        attempt = (await delivery(service)).attempts[0].id
        assert service.caller is not None
        over = Heard(attempt, ended=Ended.COMPLETED)
        for heard in (over, over, Heard(attempt, keys="1"), over, Heard(attempt, keys="2")):
            await service.caller.hear(heard)
        found = await delivery(service)
        assert (found.state, found.turn) == (DeliveryState.ANSWERED, None)
        assert [(each.person, each.state) for each in found.attempts[:1]] == [(ILSE, AttemptState.YES)]
        assert len(found.attempts) == 2 and (await called(home)).count(NUMBERS[ILSE]) == 1


async def test_whose_turn_passed_while_nobody_was_here_to_call_is_called_after_all(home: House) -> None:
    async with home.service() as service:
        assert service.intake is not None
        service.intake.caught_up = False
        await service.heed(event_of(asked()))
        turn = (await delivery(service)).turn
        assert turn is not None
        service.now = lambda: turn.due + timedelta(minutes=10)
        key = (await delivery(service)).id
        await service.heed(event_of(Bell(id=turn.id, delivery=key, due=turn.due)))
        service.intake.caught_up = True
        await home.phones.ringing(NUMBERS[ILSE])
        assert [each.person for each in (await delivery(service)).attempts] == [ILSE]
