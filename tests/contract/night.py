"""The people of one night: who is on a wake-up list, what reaches the service, and what then stands there."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from schemas.events.approach import Approach
from schemas.events.bell import Bell
from schemas.events.delivery import Delivery, DeliveryState
from schemas.events.duty import Duty
from schemas.events.wake_list import Turn, WakeList
from schemas.state import State
from services.notification import caller, numbers
from services.notification.app import Notification
from services.notification.rules.ladder import delivery_id
from tests.contract.exchange import House, fill, house, keys, until
from tests.contract.tables import database_of
from tests.enveloped import event_of
from tests.unit.notification.asked import REQUEST, approach

ILSE, BAS, COR = (UUID(int=number) for number in (1, 2, 3))
NUMBERS = {ILSE: "+31600000001", BAS: "+31600000002", COR: "+31600000003"}

database = database_of("notification")


@asynccontextmanager
async def at_home(database: str, monkeypatch: pytest.MonkeyPatch, *known: State) -> AsyncIterator[House]:
    """The service with these states and everybody's number; it waits for nobody and gathers nothing."""
    monkeypatch.setattr(numbers, "fetch_keys", keys)
    monkeypatch.setattr(caller, "GRACE", timedelta(0))
    monkeypatch.setattr(caller, "GATHERS", timedelta(0))
    await fill(database, *((person, f"06 0000000{person.int}") for person in NUMBERS))
    for each in known:
        await replica(database, each)
    async with house(database) as found:
        yield found


@pytest.fixture
async def home(database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    """Two of the three on the list are on duty."""
    turns = tuple(Turn(person=each) for each in NUMBERS)
    now = datetime.now(UTC)
    duties = (Duty(id=each, on=each != BAS, changed_at=now, exercise=False) for each in NUMBERS)
    listed = WakeList(id="GM0153", turns=turns, exercise=False)
    async with at_home(database, monkeypatch, listed, *duties) as found:
        yield found


async def replica(database: str, state: State) -> None:
    """As the intake keeps it."""
    connection = await asyncpg.connect(database)
    await connection.execute(
        "INSERT INTO replica VALUES ($1, $2, 1, 1, $3) "
        "ON CONFLICT (aggregate, key) DO UPDATE SET state = excluded.state",
        state.TYPE,
        state.key,
        state.model_dump_json().encode(),
    )
    await connection.close()


def asked(**more: Any) -> Approach:
    return approach(**{"asked_at": datetime.now(UTC), **more})


async def delivery(service: Notification, request: UUID = REQUEST, organisation: str = "GM0153") -> Delivery:
    found = await service.deliveries.change(
        delivery_id(request, organisation), lambda each, _: each, datetime.now(UTC)
    )
    assert found is not None
    return found


async def in_state(
    service: Notification,
    state: DeliveryState,
    ladder: Callable[[Notification], Awaitable[Delivery]] = delivery,
) -> Delivery:
    async def look() -> Delivery | None:
        found = await ladder(service)
        return found if found.state is state else None

    return await until(look, state)


async def called(home: House) -> list[str]:
    return [each["to"] for each in await home.phones.calls()]


async def rung(service: Notification) -> None:
    """The clock says that this turn is over, as it does when its time has come."""
    turn = (await delivery(service)).turn
    assert turn is not None
    service.now = lambda: turn.due
    await service.heed(event_of(Bell(id=turn.id, delivery=delivery_id(REQUEST, "GM0153"), due=turn.due)))
