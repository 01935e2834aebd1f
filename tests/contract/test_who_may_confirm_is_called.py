"""Whoever may confirm their own organisation's request is called; what their key became is told."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from schemas.events.bell import Bell
from schemas.events.delivery import AttemptState, Delivery, DeliveryState
from schemas.events.help_request import Became, HelpRequest, RequestState, Slot, Spoken
from schemas.events.wake_list import WakeList
from services.notification import caller, numbers
from services.notification.app import Notification
from services.notification.rules.mandated import delivery_id
from services.notification.store.mandates import NotKnownYet
from tests.contract.exchange import House, fill, house, keys, until
from tests.contract.night import in_state, replica
from tests.contract.tables import database_of
from tests.enveloped import event_of
from tests.unit.notification.confirming import ALL, GERT, INES, OMAR, entry, own, request

NUMBERS = {GERT: "+31600000002", INES: "+31600000003", OMAR: "+31600000004"}

database = database_of("notification")


@pytest.fixture
async def home(database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr(numbers, "fetch_keys", keys)
    monkeypatch.setattr(caller, "GRACE", timedelta(0))
    await fill(database, *((person, f"06 0000000{person.int}") for person in NUMBERS))
    for state in (ALL.organisation, *ALL.people, WakeList(id="GM1735", phone="14 0547", exercise=False)):
        await replica(database, state)
    async with house(database) as found:
        yield found


def asked(**more: Any) -> HelpRequest:
    now = datetime.now(UTC)
    return request(**{"asked_at": now, "needed_by": now + timedelta(hours=6), **more})


async def ladder(service: Notification) -> Delivery:
    found = await service.deliveries.read(delivery_id(request().id))
    assert found is not None
    return found


async def answers(service: Notification, became: Became, version: int, **more: Any) -> None:
    """`aid` tells what became of the newest yes, once it stands in the ladder."""

    async def look() -> Delivery | None:
        found = await ladder(service)
        return found if found.attempts[-1].state is AttemptState.YES else None

    pressed = await until(look, "the yes")
    refused = more.pop("refused", "")
    spoken = (Spoken(attempt=pressed.attempts[-1].id, became=became, refused=refused),)
    await service.heed(event_of(asked(spoken=spoken, **more), version))


async def texts_to(home: House, number: str) -> list[str]:
    return [words for to, words in await home.phones.texts() if to == number]


async def test_the_first_who_may_confirm_rings_once_however_often_it_is_told_and_a_key_confirms(
    home: House,
) -> None:
    async with home.service() as service:
        for again in range(3):
            await service.heed(event_of(asked(), 1 + again))
        sid = await home.phones.ringing(NUMBERS[GERT])
        await home.phones.press(sid, "1")
        await answers(service, Became.CONFIRMED, 4, state=RequestState.OPEN)
        found = await in_state(service, DeliveryState.ANSWERED, ladder)
        assert found.attempts[0].became is Became.CONFIRMED
        receipt = await until(lambda: _some(texts_to(home, NUMBERS[GERT])), "the receipt")
        assert "telt" in receipt[0]
    async with home.service() as service:
        # A restart, an older record and the newest one again: nobody is called any more.
        await service.heed(event_of(asked(), 2))
        await service.heed(event_of(asked(state=RequestState.OPEN), 4))
        assert (await ladder(service)).state is DeliveryState.ANSWERED
    assert [each["to"] for each in await home.phones.calls()] == [NUMBERS[GERT]]


async def _some(found: Any) -> list[str] | None:
    return (await found) or None


async def test_a_refused_key_is_told_by_text_and_the_next_is_called_until_nobody_is_left(home: House) -> None:
    async with home.service() as service:
        await service.heed(event_of(asked()))
        await home.phones.press(await home.phones.ringing(NUMBERS[GERT]), "1")
        await answers(service, Became.REFUSED, 2, refused="mandate_people")
        await home.phones.press(await home.phones.ringing(NUMBERS[INES]), "2")
        await home.phones.ringing(NUMBERS[OMAR])
        turn = (await ladder(service)).turn
        assert turn is not None
        service.now = lambda: turn.due
        await service.heed(event_of(Bell(id=turn.id, delivery=delivery_id(request().id), due=turn.due)))
        found = await in_state(service, DeliveryState.NOBODY, ladder)
        assert (found.phone, found.attempts[0].refused) == ("14 0547", "mandate_people")
        told = await until(lambda: _some(texts_to(home, NUMBERS[GERT])), "the texts to Gert")
        assert "kon niet" in told[0]
        others = await until(lambda: _some(texts_to(home, NUMBERS[OMAR])), "the text to Omar")
        assert "14 0547" in others[0]


async def test_it_ends_when_somebody_confirms_in_the_app(home: House, database: str) -> None:
    async with home.service() as service:
        await service.heed(event_of(asked()))
        await home.phones.ringing(NUMBERS[GERT])
        await service.heed(event_of(asked(slots=(Slot(),)), 2))
        # Told late of what was before: neither does the offer go back, nor does anything begin again.
        await service.heed(event_of(asked(), 1))
        offer = (await ladder(service)).offer
        assert offer is not None
        assert offer.number == 1
        await service.heed(event_of(asked(state=RequestState.OPEN), 3))
        assert (await ladder(service)).state is DeliveryState.OVER
        await service.heed(event_of(asked(), 1))
        assert (await ladder(service)).state is DeliveryState.OVER
    connection = await asyncpg.connect(database)
    told = await connection.fetchval("SELECT string_agg(convert_from(payload, 'UTF8'), ' ') FROM journal")
    await connection.close()
    assert "60000000" not in told


async def test_a_request_of_an_organisation_that_was_not_taken_in_yet_waits(home: House) -> None:
    async with home.service() as service:
        with pytest.raises(NotKnownYet):
            await service.heed(event_of(asked(borrower="GM9999")))


async def test_of_two_requests_each_rings_who_may_confirm_it_one_after_the_other(home: House) -> None:
    second = UUID(int=18)
    async with home.service() as service:
        await service.heed(event_of(asked()))
        await service.heed(event_of(asked(id=second)))
        found = []
        for _ in range(2):
            sid = await home.phones.ringing(NUMBERS[GERT])
            calls = await home.phones.calls()
            found.append([each["status"] for each in calls if each["to"] == NUMBERS[GERT]])
            await home.phones.press(sid, "2")
        # A yes is to one request, with its own number and circle: each has a call of its own.
        assert found == [["ringing"], ["completed", "ringing"]]


async def test_it_ends_when_a_yes_would_come_too_late_and_the_text_goes_to_whose_yes_counts(
    home: House, database: str
) -> None:
    await replica(database, own(entry(GERT), entry(INES, people=1)).organisation)
    async with home.service() as service:
        await service.heed(event_of(asked(asked_by=OMAR)))
        await home.phones.press(await home.phones.ringing(NUMBERS[GERT]), "2")
        nobody = await in_state(service, DeliveryState.NOBODY, ladder)
        told = await until(lambda: _some(texts_to(home, NUMBERS[GERT])), "the text to Gert")
        assert "Bevestig in Noaber" in told[0]
        assert nobody.turn is not None
        due = nobody.turn.due
        service.now = lambda: due
        await service.heed(event_of(Bell(id=nobody.turn.id, delivery=delivery_id(request().id), due=due)))
        late = await in_state(service, DeliveryState.OVER, ladder)
        assert (late.late, late.phone) == (True, "")
        assert {number for number, _ in await home.phones.texts()} == {NUMBERS[GERT]}
