"""`verify` on a whole story says nothing, also while it goes on; whatever does not fit, it names."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import asyncpg
import pytest

from deploy.backing import Backing
from schemas.codec import decode, encode, state_bytes
from schemas.envelope import Record
from schemas.events.person import Person
from schemas.events.seal import DirectorySeal
from schemas.events.session import Session
from schemas.topics import PEOPLE
from services.directory.rules.fictitious import MadeUp
from services.directory.store.writes import Writes
from services.runtime import verify as verifying
from services.runtime.database import open_pool
from services.runtime.outbox import PostgresOutbox
from services.runtime.prepare import create_topics
from services.runtime.relay import KafkaPublisher, Relay
from services.runtime.sealer import Sealer
from services.runtime.settings import OwnerSettings
from services.runtime.verify import verify
from tests.contract.doubles import MemoryLease, said_nowhere
from tests.contract.entries import a_sign_in
from tests.contract.tables import database_of
from tests.topic_reader import read_topic

NOW = datetime(2026, 1, 5, 7, 10, tzinfo=UTC)
ANNA, BRAM, CEES = (UUID(int=number) for number in (1, 2, 3))


def made_up(person: UUID) -> MadeUp:
    return MadeUp(Person(id=person, readers={}, exercise=False, fictitious=True), "Anna", "+31600000000")


@dataclass
class Owner:
    """A directory with its relay and its sealer, both called by hand."""

    settings: OwnerSettings
    pool: asyncpg.Pool
    publisher: KafkaPublisher

    async def publish(self) -> None:
        """All there is, and the seals of it."""
        outbox = PostgresOutbox(self.pool, "urn:noaber:directory")
        relay = Relay(outbox, self.publisher, MemoryLease(), self.settings.topic_prefix)
        sealer = Sealer(self.pool, DirectorySeal, lambda: NOW)
        while await relay.drain() or await sealer.seal():
            pass

    async def put(self, record: Record) -> None:
        """A record of a person that no relay of ours sends."""
        await self.publisher.publish([(self.settings.topic_prefix + PEOPLE.name, record)])

    async def record(self, person: UUID) -> Record:
        """What stands in the topic for a person."""
        found = await read_topic(self.settings.kafka, PEOPLE, self.settings.topic_prefix)
        return [each for each in found if each.key.decode() == str(person)][-1]

    async def problems(self) -> list[str]:
        return (await verify(self.settings, "directory")).problems


database = database_of("directory")


@pytest.fixture
async def owner(backing: Backing, database: str, topic_prefix: str) -> AsyncIterator[Owner]:
    """Anna as she was changed once, and Bram; all of it published and sealed."""
    await create_topics(backing.kafka, topic_prefix)
    settings = OwnerSettings(kafka=backing.kafka, topic_prefix=topic_prefix, http_port=1, database=database)
    publisher = KafkaPublisher(backing.kafka)
    async with await open_pool(database, 3) as pool:
        made = Owner(settings, pool, publisher)
        await Writes(pool).seed_people([made_up(ANNA), made_up(BRAM)], NOW)
        await made.publish()
        await Writes(pool).forget(ANNA, NOW, said_nowhere)
        await made.publish()
        yield made
    await publisher.stop()


def changed(record: Record, **envelope: object) -> Record:
    """The same state under another envelope."""
    event = decode(record)
    return encode(replace(event.envelope, id=uuid4(), **envelope), state_bytes(event.state))


async def test_a_whole_story_has_no_problems(owner: Owner) -> None:
    report = await verify(owner.settings, "directory")
    assert report.problems == []
    seals = report.counted["seals"]
    assert report.counted["keys in topics"] == 4 + seals


async def test_what_is_on_its_way_is_no_problem(owner: Owner) -> None:
    await Writes(owner.pool).seed_people([made_up(CEES)], datetime.now(UTC))
    assert await owner.problems() == []


async def test_a_session_that_is_long_over_is_missed_in_its_topic_by_nobody(owner: Owner) -> None:
    for days_ago, problems in ((16, []), (14, [f"session/{a_sign_in(14).key} is not in its topic"])):
        entry = a_sign_in(days_ago)
        session = Session.model_validate_json(entry.payload)
        await Writes(owner.pool).keep_session(session, session.person, entry.at)
        # As if it had been published, and Kafka had dropped it since.
        await owner.pool.execute(
            "INSERT INTO unsealed SELECT aggregate, key, version FROM outbox; DELETE FROM outbox"
        )
        await owner.publish()
        assert await owner.problems() == problems


async def test_what_is_decided_and_published_while_the_topics_are_read_is_no_problem(
    owner: Owner, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = verifying._last_records

    async def meanwhile(*arguments: object) -> object:
        await Writes(owner.pool).seed_people([made_up(CEES)], datetime.now(UTC))
        await Writes(owner.pool).forget(BRAM, datetime.now(UTC), said_nowhere)
        await owner.publish()
        return await whole(*arguments)

    monkeypatch.setattr(verifying, "_last_records", meanwhile)
    assert await owner.problems() == []


@pytest.mark.parametrize(
    ("forgery", "why"),
    [
        ("UPDATE person SET state = state || '{\"functions\": [\"network\"]}' WHERE id LIKE '%2'",
         "person/{bram} differs between its table and the journal"),
        ("DELETE FROM person WHERE id LIKE '%2'", "person/{bram} is in the journal and not in its table"),
        ("UPDATE person SET id = 'nobody' WHERE id LIKE '%2'",
         "person/nobody is in its table and not in the journal"),
        ("UPDATE journal SET payload = '{}' WHERE aggregate = 'contact' AND key LIKE '%2'",
         "journal row contact/{bram}/1 does not follow from the one before it"),
        ("INSERT INTO outbox (aggregate, key, version) VALUES ('person', '{bram}', 1)",
         "person/{bram} has waited for longer than 60 s to be published"),
    ],
)  # fmt: skip
async def test_what_does_not_fit_in_the_database_is_named(owner: Owner, forgery: str, why: str) -> None:
    await owner.pool.execute(forgery.replace("{bram}", str(BRAM)))
    assert why.replace("{bram}", str(BRAM)) in await owner.problems()


async def test_a_state_that_did_not_reach_its_topic_is_named(owner: Owner) -> None:
    await Writes(owner.pool).seed_people([made_up(CEES)], NOW)
    await owner.pool.execute("DELETE FROM outbox")
    assert f"person/{CEES} is not in its topic" in await owner.problems()


async def test_an_older_record_that_stands_last_is_named(owner: Owner) -> None:
    await owner.put(changed(await owner.record(ANNA), version=1))
    assert await owner.problems() == [f"person/{ANNA} stands at version 1 instead of 2"]


async def test_other_bytes_under_the_same_version_are_named(owner: Owner) -> None:
    record = await owner.record(BRAM)
    await owner.put(replace(record, value=record.value.replace(b"true", b"false", 1)))
    assert await owner.problems() == [f"person/{BRAM} has other bytes in its topic than in the journal"]


async def test_a_version_that_nobody_decided_is_named(owner: Owner) -> None:
    await owner.put(changed(await owner.record(BRAM), version=7))
    assert await owner.problems() == [
        f"person/{BRAM} stands at version 7, of which the journal knows nothing"
    ]


async def test_somebody_of_whom_the_journal_knows_nothing_is_named(owner: Owner) -> None:
    await owner.put(changed(await owner.record(BRAM), key=str(CEES)))
    assert await owner.problems() == [
        f"person/{CEES} stands at version 1, of which the journal knows nothing"
    ]


async def test_an_epoch_that_the_owner_never_began_is_named(owner: Owner) -> None:
    await owner.put(changed(await owner.record(BRAM), epoch=3))
    assert await owner.problems() == [f"person/{BRAM} stands under epoch 3; the owner's is 1"]
