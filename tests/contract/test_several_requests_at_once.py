"""A phone rings for one thing at a time, and once for what an organisation is asked together."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from schemas.catalogue import Function
from schemas.events.approach import Approach, ApproachState
from schemas.events.delivery import Attempt, AttemptState, Delivery, DeliveryState
from schemas.events.duty import Duty
from schemas.events.wake_list import Turn, WakeList
from services.notification import caller
from services.notification.app import Notification
from services.notification.carrier import Carrier
from services.notification.ports import Call, Unreachable
from services.notification.rules.code import CodeState
from services.notification.store.codes import CodeCall, Codes
from tests.contract.exchange import House, until
from tests.contract.night import BAS, COR, ILSE, NUMBERS, REQUEST, asked, at_home, called, delivery
from tests.contract.tables import database_of
from tests.enveloped import event_of

OTHER, THIRD = UUID(int=18), UUID(int=28)

database = database_of("notification")


@pytest.fixture
async def home(database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """All three of GM0153 are on duty; Ilse is on the list of GM0141 too."""
    turns = tuple(Turn(person=each) for each in (ILSE, BAS, COR))
    lists = (("GM0153", turns), ("GM0141", turns[:1]))
    now = datetime.now(UTC)
    async with at_home(
        database,
        monkeypatch,
        *(WakeList(id=each, turns=turns, exercise=False) for each, turns in lists),
        *(Duty(id=each, on=True, changed_at=now, exercise=False) for each in NUMBERS),
    ) as found:
        yield found


def other(request: UUID = OTHER, **more: Any) -> Approach:
    return asked(id=UUID(int=request.int + 1), request=request, function=Function.NETWORK, **more)


async def stands(service: Notification, who: UUID, state: AttemptState, request: UUID = REQUEST) -> Delivery:
    """The ladder, once it stands so with its last step."""

    async def look() -> Delivery | None:
        found = await delivery(service, request)
        last = found.attempts[-1]
        return found if (last.person, last.state) == (who, state) else None

    return await until(look, (who, state, request))


async def together(service: Notification, *approaches: Approach) -> None:
    """Heard before anybody is called, as at seven in the morning."""
    assert service.intake is not None
    service.intake.caught_up = False
    for each in approaches:
        await service.heed(event_of(each))
    service.intake.caught_up = True


async def test_what_is_asked_together_rings_once_and_one_key_answers_all_of_it(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(caller, "GATHERS", timedelta(seconds=1))
    async with home.service() as service:
        await service.heed(event_of(asked()))
        await service.heed(event_of(other()))
        sid = await home.phones.ringing(NUMBERS[ILSE])
        [call] = await home.phones.calls()
        assert "2 hulpvragen" in call["says"]
        await home.phones.press(sid, "2")
        for request in (REQUEST, OTHER):
            await stands(service, BAS, AttemptState.CALLING, request)
        await home.phones.press(await home.phones.ringing(NUMBERS[BAS]), "1")
        told = [await stands(service, BAS, AttemptState.YES, request) for request in (REQUEST, OTHER)]
        assert [each.state for each in told] == [DeliveryState.ANSWERED] * 2
        # The record says of one of the two that it was told in the call of the other.
        steps = [each.attempts[0] for each in told]
        whole, part = sorted(steps, key=lambda each: each.called_with is not None)
        assert (whole.called_with, part.called_with) == (None, whole.id)
        assert await called(home) == [NUMBERS[ILSE], NUMBERS[BAS]]


async def test_a_call_that_ends_without_a_key_is_everybodys_next_turn(home: House) -> None:
    async with home.service() as service:
        await together(service, asked(), other())
        await home.phones.http.post(f"/simulated/calls/{await home.phones.ringing(NUMBERS[ILSE])}/hang-up")
        for request in (REQUEST, OTHER):
            await stands(service, BAS, AttemptState.CALLING, request)
        await home.phones.ringing(NUMBERS[BAS])
        assert await called(home) == [NUMBERS[ILSE], NUMBERS[BAS]]


async def test_what_comes_while_the_phone_rings_is_told_in_one_call_right_after(
    home: House,
) -> None:
    async with home.service() as service:
        await service.heed(event_of(asked()))
        sid = await home.phones.ringing(NUMBERS[ILSE])
        await service.heed(event_of(other()))
        await service.heed(event_of(other(THIRD)))
        begun = [await stands(service, ILSE, AttemptState.CALLING, each) for each in (OTHER, THIRD)]
        # The turn of who is on the phone does not run out meanwhile.
        ahead = timedelta(seconds=92)
        service.now = lambda: datetime.now(UTC) + ahead

        async def longer() -> bool | None:
            turns = [(await delivery(service, each)).turn for each in (OTHER, THIRD)]
            old = [each.turn for each in begun]
            return (
                all(turn and was and turn.due > was.due for turn, was in zip(turns, old, strict=True)) or None
            )

        await until(longer, "their turns last on")
        assert await called(home) == [NUMBERS[ILSE]]
        ahead = timedelta(seconds=112)
        await home.phones.press(sid, "1")
        second = await home.phones.ringing(NUMBERS[ILSE])
        assert "2 hulpvragen" in (await home.phones.calls())[-1]["says"]

        async def in_full() -> bool | None:
            turns = [(await delivery(service, each)).turn for each in (OTHER, THIRD)]
            left = timedelta(minutes=2, seconds=50)
            return all(turn is not None and turn.due - service.now() > left for turn in turns) or None

        await until(in_full, "both have their turn in full, whichever of them the call is of")
        await home.phones.press(second, "1")
        for request in (REQUEST, OTHER, THIRD):
            assert (await stands(service, ILSE, AttemptState.YES, request)).state is DeliveryState.ANSWERED
        assert await called(home) == [NUMBERS[ILSE]] * 2


async def test_of_two_organisations_the_second_calls_once_the_first_call_is_over(
    home: House,
) -> None:
    async with home.service() as service:
        await service.heed(event_of(asked()))
        await service.heed(event_of(asked(id=UUID(int=10), lender="GM0141")))
        first = await home.phones.ringing(NUMBERS[ILSE])
        later = timedelta(minutes=1)
        service.now = lambda: datetime.now(UTC) + later
        await home.phones.press(first, "1")
        second = await home.phones.ringing(NUMBERS[ILSE])
        ladders = [await delivery(service, organisation=each) for each in ("GM0153", "GM0141")]
        # Whose call waited for the other one has their turn in full.
        [turn] = [each.turn for each in ladders if each.turn is not None]
        assert turn.due - service.now() > timedelta(minutes=2, seconds=45)
        await home.phones.press(second, "1")
        for organisation in ("GM0153", "GM0141"):
            assert (await delivery(service, organisation=organisation)).state is DeliveryState.ANSWERED
        statuses = [each["status"] for each in await home.phones.calls()]
        assert statuses == ["completed"] * 2


async def test_who_keys_in_a_code_is_not_called_meanwhile(home: House, database: str) -> None:
    pool = await asyncpg.create_pool(database, min_size=1, max_size=1)
    now = datetime.now(UTC)
    code = CodeCall(UUID(int=70), ILSE, b"", 6, CodeState.RINGING, now)
    async with home.service() as service:
        assert await Codes(pool).place(code)
        await Codes(pool).become(code.id, CodeState.RINGING)
        await service.heed(event_of(asked()))
        attempt = (await delivery(service)).attempts[0]
        assert await service.receipts.claim(attempt, now, timedelta(0)) is None
        assert await called(home) == []
        await Codes(pool).become(code.id, CodeState.RIGHT)
        await home.phones.ringing(NUMBERS[ILSE])
    await pool.close()


@dataclass(frozen=True)
class Gathered:
    """One call that tells of three requests: the one it is of, and the steps of the other two."""

    whole: Approach
    rest: tuple[UUID, UUID]


async def gathered(service: Notification) -> Gathered:
    """Once it is claimed, so that an order went out or may have."""
    asking = {each.request: each for each in (asked(), other(), other(THIRD))}
    await together(service, *asking.values())
    turns = {each: (await delivery(service, each)).attempts[0].id for each in asking}

    async def claimed() -> UUID | None:
        found = [await service.receipts.is_ordered(each) for each in turns.values()]
        told = {each: len(await service.deliveries.of_call(turn)) for each, turn in turns.items()}
        return next((each for each in told if all(found) and told[each] == 3), None)

    whole = await until(claimed, "one of them is to tell of all three")
    first, second = turns.keys() - {whole}
    return Gathered(asking[whole], (first, second))


async def withdrawn(service: Notification, approach: Approach) -> None:
    await service.heed(event_of(approach.model_copy(update={"state": ApproachState.WITHDRAWN}), 2))


async def test_a_death_before_the_order_of_a_call_for_three_forgets_none_where_the_first_is_over_since(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(self: Carrier, call: Call) -> str:
        await asyncio.Event().wait()
        return ""

    with monkeypatch.context() as broken:
        broken.setattr(Carrier, "call", dies)
        async with home.service() as service:
            found = await gathered(service)
    assert await called(home) == []
    async with home.service() as service:
        assert service.intake is not None
        service.intake.caught_up = False
        await withdrawn(service, found.whole)
        service.intake.caught_up = True
        sid = await home.phones.ringing(NUMBERS[ILSE])
        steps = await told_in_one(service, found.rest)
        # Ordered anew, one of the two stands by itself, and the other says in whose call it was told.
        assert {each.called_with for each in steps} <= {None, *(each.id for each in steps)}
        assert "2 hulpvragen" in (await home.phones.calls())[-1]["says"]
        await home.phones.press(sid, "1")
        for each in found.rest:
            [step] = (await stands(service, ILSE, AttemptState.YES, each)).attempts
            assert step.called_with in {None, *(known.id for known in steps)} - {step.id}
        assert await called(home) == [NUMBERS[ILSE]]


async def told_in_one(service: Notification, requests: tuple[UUID, UUID]) -> list[Attempt]:
    """The steps of two requests, once one says that it was told in the call of the other."""

    async def look() -> list[Attempt] | None:
        steps = [(await delivery(service, each)).attempts[0] for each in requests]
        ids = {each.id for each in steps}
        return steps if [each.called_with in ids for each in steps].count(True) == 1 else None

    return await until(look, "one call tells of both")


async def test_a_call_for_three_whose_answer_is_lost_is_not_ordered_again_where_the_first_is_over_since(
    home: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = Carrier.call

    async def lossy(self: Carrier, call: Call) -> str:
        await ring(self, call)
        raise Unreachable("its answer never arrived")

    async def away(*_: object) -> str:
        raise Unreachable("it is not there")

    async with home.service() as service:
        with monkeypatch.context() as broken:
            broken.setattr(Carrier, "call", lossy)
            broken.setattr(Carrier, "find", away)
            found = await gathered(service)
            sid = await home.phones.ringing(NUMBERS[ILSE])
            await withdrawn(service, found.whole)

        async def known() -> bool | None:
            return bool(await service.receipts.known_calls(datetime.now(UTC))) or None

        await until(known, "the call is found at the provider")
        assert service.caller is not None
        await service.caller.once()
        # Asked anew while the phone rings: that call tells of it already.
        await service.heed(event_of(found.whole, 3))
        await service.caller.once()
        await home.phones.press(sid, "1")

        async def said() -> bool | None:
            return "Open Noaber" in (await home.phones.calls())[-1]["says"] or None

        await until(said, "the answer to those that are not over")
        for each in (found.whole.request, *found.rest):
            assert (await stands(service, ILSE, AttemptState.YES, each)).state is DeliveryState.ANSWERED
        assert await called(home) == [NUMBERS[ILSE]]
