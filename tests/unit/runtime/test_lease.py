"""A relay that loses its lease ends at once, also while what it publishes waits for the broker."""

import asyncio

import asyncpg
import pytest

from services.runtime import relay as relay_module
from services.runtime import relay_process
from services.runtime.ports import LeaseLost
from services.runtime.relay import PostgresLease


class Session:
    """A connection that answers until it is gone; two questions at once are an error, as in asyncpg."""

    def __init__(self) -> None:
        self.asked = 0
        self.gone = False
        self._busy = False

    async def fetchval(self, statement: str, *values: object, **options: object) -> int:
        if self._busy:
            raise asyncpg.InterfaceError("another operation is in progress")
        if self.gone:
            raise ConnectionResetError
        self._busy = True
        await asyncio.sleep(0.005)
        self._busy = False
        self.asked += 1
        return 1


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Session:
    monkeypatch.setattr(relay_module, "PING_SECONDS", 0.01)
    return Session()


async def test_the_lease_is_kept_awake_by_itself(session: Session) -> None:
    holding = asyncio.create_task(PostgresLease(session, 1).hold())
    async with asyncio.timeout(2):
        while session.asked < 3:
            await asyncio.sleep(0.005)
    session.gone = True
    with pytest.raises(LeaseLost):
        await asyncio.wait_for(holding, 2)


async def test_two_may_ask_at_once(session: Session) -> None:
    lease = PostgresLease(session, 1)
    await asyncio.gather(lease.confirm(), lease.confirm(), lease.acquire())
    assert session.asked == 2


async def test_work_that_waits_for_the_broker_does_not_outlive_the_lease(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    ends: list[float] = []
    monkeypatch.setattr(relay_process, "end_within", ends.append)
    lease = PostgresLease(session, 1)

    async def work() -> None:
        session.gone = True
        await asyncio.sleep(60)

    with pytest.raises(LeaseLost):
        await asyncio.wait_for(relay_process.while_held(lease, work(), asyncio.sleep(60)), 2)
    # What a producer still holds would go out while it stops in order: it must not.
    assert ends == [0.0]
