"""Dead letters on the real Kafka: listed without content, skipped, and said again by their owner."""

import json
from collections.abc import AsyncIterator
from uuid import UUID

import asyncpg
import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from deploy.backing import Backing
from schemas.codec import Undecodable, decode
from schemas.envelope import Record
from schemas.topics import DUTY
from services.runtime.dead_letters import LazyDeadLetters
from services.runtime.journal import append
from services.runtime.letters import Act, Letter, Letters, say_newest_again
from services.runtime.outbox import PostgresOutbox
from services.runtime.ports import Place
from tests.contract.entries import NOW, an_entry
from tests.enveloped import RECORD

TYPED = "Wilma Onbekend"
BAD = Record(RECORD.key, json.dumps({"id": TYPED, "on": TYPED}).encode(), RECORD.headers)


@pytest.fixture
async def letters(backing: Backing, topic_prefix: str) -> Letters:
    admin = AIOKafkaAdminClient(bootstrap_servers=backing.kafka)
    await admin.start()
    await admin.create_topics([NewTopic(topic_prefix + DUTY.dead_letters, 1, 1)])
    await admin.close()
    return Letters(backing.kafka, topic_prefix, (DUTY,))


@pytest.fixture
async def grave(backing: Backing, topic_prefix: str, letters: Letters) -> AsyncIterator[LazyDeadLetters]:
    made = LazyDeadLetters(backing.kafka, topic_prefix)
    yield made
    await made.stop()


async def test_a_letter_says_where_it_stood_and_why_and_nothing_of_what_is_in_it(
    letters: Letters, grave: LazyDeadLetters
) -> None:
    assert await letters.open() == []
    with pytest.raises(Undecodable) as why:
        decode(BAD)
    for _ in range(2):
        await grave.bury(Place(DUTY.name, 0, 7), BAD, str(why.value))
    await grave.bury(Place(DUTY.name, 0, 8), Record(TYPED.encode(), b"", ()), f"[type=x, input='{TYPED}']")
    newer, older = await letters.open()
    assert (older.place, older.kind, older.key) == (f"{DUTY.name}/0/7", "duty", RECORD.key.decode())
    assert older.why.startswith("duty v1: ") and newer.key == newer.kind == ""
    assert TYPED not in f"{newer}{older}"


@pytest.mark.parametrize("act", Act)
async def test_a_letter_that_somebody_acted_on_is_not_shown_again(
    letters: Letters, grave: LazyDeadLetters, act: Act
) -> None:
    for offset in (1, 2):
        await grave.bury(Place(DUTY.name, 0, offset), BAD, "no")
    first = next(each for each in await letters.open() if each.place.endswith("/1"))
    await letters.settle(first, act)
    assert [each.place for each in await letters.open()] == [f"{DUTY.name}/0/2"]


async def test_a_replay_is_the_newest_state_and_only_of_what_the_owner_knows(pool: asyncpg.Pool) -> None:
    async with pool.acquire() as connection:
        for version in (1, 2):
            await append(connection, [an_entry(version)])
        await connection.execute("DELETE FROM outbox")
        (kind, key) = await connection.fetchrow("SELECT aggregate, key FROM journal LIMIT 1")
        assert await say_newest_again(connection, _letter(kind, key))
        assert not await say_newest_again(connection, _letter(kind, str(UUID(int=9))))
    (again,) = await PostgresOutbox(pool, "urn:noaber:aid").read(10)
    assert decode(again.record).envelope.version == 2


def _letter(kind: str, key: str) -> Letter:
    return Letter(f"{DUTY.name}/0/7", kind, key, "", NOW)
