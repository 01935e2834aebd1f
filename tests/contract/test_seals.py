"""Seals: what a journal held cannot be changed, lost or slipped in unseen."""

from uuid import UUID

import asyncpg
import pytest

from schemas.events.seal import AidSeal
from services.runtime.journal import append
from services.runtime.outbox import PostgresOutbox
from services.runtime.ports import Entry
from services.runtime.relay import Relay
from services.runtime.sealer import Sealer, broken_seals
from tests.contract.doubles import MemoryLease, MemoryPublisher
from tests.contract.entries import NOW, an_entry

SLIP_IN = """
INSERT INTO journal
SELECT aggregate, 'slipped-in', version, epoch, gen_random_uuid(), event_type, at, who, correlation, exercise,
       payload, previous, hash
FROM journal WHERE key LIKE '%0001'
"""


class Owner:
    """A journal whose relay publishes into a list and whose sealer is called by hand."""

    def __init__(self, pool: asyncpg.Pool) -> None:
        self.pool = pool
        self.publisher = MemoryPublisher()
        self._relay = Relay(PostgresOutbox(pool, "urn:noaber:aid"), self.publisher, MemoryLease())
        self.sealer = Sealer(pool, AidSeal, lambda: NOW)

    async def decide(self, *entries: Entry) -> None:
        async with self.pool.acquire() as connection, connection.transaction():
            await append(connection, entries)

    async def publish(self) -> None:
        while await self._relay.drain():
            pass

    async def broken(self) -> list[str]:
        async with self.pool.acquire() as connection:
            return [each.why for each in await broken_seals(connection)]


@pytest.fixture
async def owner(pool: asyncpg.Pool) -> Owner:
    """Three rows in two seals."""
    made = Owner(pool)
    await made.decide(an_entry(person=1), an_entry(person=2))
    await made.publish()
    assert await made.sealer.seal() == 2
    await made.decide(an_entry(person=2, version=2))
    await made.publish()
    assert await made.sealer.seal() == 1
    return made


async def test_every_published_row_stands_in_one_seal(owner: Owner) -> None:
    assert await owner.broken() == []
    members = [row["members"] for row in await owner.pool.fetch("SELECT members FROM seal ORDER BY number")]
    one, two = str(UUID(int=1)), str(UUID(int=2))
    assert members == [[f"duty/{one}/1", f"duty/{two}/1"], [f"duty/{two}/2"]]


async def test_where_nothing_was_decided_there_is_no_seal(owner: Owner) -> None:
    await owner.publish()
    assert await owner.sealer.seal() == 0
    assert await owner.pool.fetchval("SELECT count(*) FROM seal") == 2


async def test_a_seal_is_published(owner: Owner) -> None:
    await owner.publish()
    seals = [record for topic, record in owner.publisher.sent if topic == "aid-seals"]
    kept = await owner.pool.fetchval("SELECT hash FROM seal WHERE number = 2")
    assert [record.key for record in seals] == [b"1", b"2"]
    assert AidSeal.model_validate_json(seals[1].value).hash == kept.hex()


async def test_what_is_not_published_yet_is_not_sealed_yet(owner: Owner) -> None:
    await owner.decide(an_entry(person=3))
    assert await owner.sealer.seal() == 0
    assert await owner.broken() == []


@pytest.mark.parametrize(
    ("forgery", "why"),
    [
        ("DELETE FROM journal WHERE key LIKE '%0001'", "a sealed row is gone: duty/"),
        ("UPDATE journal SET who = NULL WHERE key LIKE '%0001'", "seal 1 does not fit"),
        ("UPDATE journal SET at = at + interval '1 s' WHERE version = 2", "seal 2 does not fit"),
        ("UPDATE journal SET hash = '\\x00' WHERE key LIKE '%0001'", "seal 1 does not fit"),
        ("DELETE FROM seal WHERE number = 1", "seal 1 is missing"),
        ("UPDATE seal SET members = members[1:1] WHERE number = 1", "seal 1 does not fit"),
        (SLIP_IN, "a row is neither sealed nor on its way: duty/slipped-in/1"),
    ],
)
async def test_a_journal_that_was_tampered_with_shows(owner: Owner, forgery: str, why: str) -> None:
    await owner.publish()
    await owner.pool.execute(forgery)
    assert any(each.startswith(why) for each in await owner.broken())
