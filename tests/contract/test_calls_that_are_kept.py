"""The calls that woke somebody are told to them with the provider's receipt, and not those to a colleague."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import services.notification
from schemas.catalogue import Function
from schemas.events.delivery import Attempt, AttemptState, Delivery
from services.notification.store.deliveries import TABLES
from services.notification.store.own import Own
from services.notification.store.receipts import Receipts
from services.runtime.calls import Call, Why
from services.runtime.database import open_pool
from services.runtime.migrations import migrate
from services.runtime.ports import Cause, Written

MIGRATIONS = Path(services.notification.__file__).parent / "migrations"
WILMA, GERT, REQUEST = UUID(int=1), UUID(int=2), UUID(int=3)
NIGHT = datetime(2026, 1, 5, 2, 10, tzinfo=UTC)


def tried(person: UUID, state: AttemptState) -> Attempt:
    return Attempt(id=uuid4(), person=person, state=state, at=NIGHT)


async def test_a_call_at_night_is_told_with_its_receipt_to_the_one_who_was_called(database: str) -> None:
    await asyncio.to_thread(migrate, MIGRATIONS, database)
    hers, his = tried(WILMA, AttemptState.UNANSWERED), tried(GERT, AttemptState.YES)
    night = Delivery(
        id=uuid4(),
        request=REQUEST,
        organisation="GM1735",
        function=Function.NETWORK,
        asked_at=NIGHT,
        attempts=(hers, his),
        exercise=False,
    )
    async with await open_pool(database, 1) as pool:
        async with pool.acquire() as connection, connection.transaction():
            await TABLES.write(connection, [Written(night, 1)], Cause(uuid4(), None, NIGHT))
        receipts = Receipts(pool)
        await receipts.claim(hers, NIGHT, timedelta(0))
        await receipts.complete(hers.id, "CA123")
        assert await Own(pool).calls(WILMA) == [
            Call(
                why=Why.WAKE,
                at=NIGHT,
                state="unanswered",
                organisation="GM1735",
                request=REQUEST,
                ordered_at=NIGHT,
                provider_id="CA123",
            )
        ]
        assert [each.state for each in await Own(pool).calls(GERT)] == ["yes"]
        assert await Own(pool).calls(UUID(int=9)) == []
