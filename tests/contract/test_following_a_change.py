"""A change is found by any of its ids, and its record in its topic, on the real Postgres and Kafka."""

import asyncpg
from aiokafka import AIOKafkaProducer

from deploy.backing import Backing
from deploy.doctor.topics import look_at_kafka
from deploy.tracing.spot import newest_records
from schemas.envelope import Record
from schemas.topics import DUTY
from services.runtime.dead_letters import KafkaDeadLetters
from services.runtime.journal import append
from services.runtime.letters import Act, Letters
from services.runtime.outbox import PostgresOutbox
from services.runtime.ports import Place
from services.runtime.prepare import create_topics
from services.runtime.relay import KafkaPublisher, Relay
from services.runtime.trace import begin, working_on
from services.runtime.whereabouts import changes, lately
from tests.contract.doubles import MemoryLease
from tests.contract.entries import NOW, an_entry


async def test_a_change_is_followed_from_the_journal_into_its_topic(
    pool: asyncpg.Pool, backing: Backing, topic_prefix: str
) -> None:
    (told,) = await look_at_kafka(backing.kafka, topic_prefix, "noaber up")
    assert told.what.startswith("topics are missing: accesses, ")
    await create_topics(backing.kafka, topic_prefix)
    first, second, other = an_entry(1), an_entry(2), an_entry(1, person=2)
    publisher = KafkaPublisher(backing.kafka)
    relay = Relay(PostgresOutbox(pool, "/aid"), publisher, MemoryLease(), topic_prefix)
    async with pool.acquire() as connection:
        with working_on(worked := begin("", share=0)):
            await append(connection, [first])
        for entry in (second, other):
            await append(connection, [entry])
        for id_in_a_log in (worked.trace, str(worked)):
            kind, (traced,) = await changes(connection, id_in_a_log)
            assert (kind, traced.event_id) == ("trace", first.event_id)
        assert await changes(connection, "0" * 32) == ("", [])
        waiting = await changes(connection, str(first.event_id))
        assert (waiting[0], [each.waits for each in waiting[1]]) == ("event", [True])
        await relay.drain()
        kind, (newest,) = await changes(connection, second.key)
        assert (kind, newest.version, newest.waits) == ("row", 2, False)
        kind, caused = await changes(connection, "c")
        assert (kind, len(caused)) == ("cause", 3)
        assert await changes(connection, "nobody knows this") == ("", [])
        (late,) = await lately(connection)
        assert (late.cause, late.at, late.kinds) == ("c", second.at, ["duty"])
    await publisher.stop()
    wanted = {first.key: NOW, "somebody else": NOW}
    spots = await newest_records(backing.kafka, topic_prefix, DUTY, wanted)
    assert spots.keys() == {first.key}
    found = spots[first.key]
    assert (found.topic, found.epoch, found.version) == (topic_prefix + DUTY.name, 1, 2)
    assert found.value == second.payload
    assert await look_at_kafka(backing.kafka, topic_prefix, "noaber up") == []
    await _bury_one(backing, topic_prefix)
    (told,) = await look_at_kafka(backing.kafka, topic_prefix, "noaber up")
    assert (told.about, told.what) == ("dead-letters", "1 dead letters of duty wait for somebody")
    letters = Letters(backing.kafka, topic_prefix)
    await letters.settle((await letters.open())[0], Act.SKIP)
    assert await look_at_kafka(backing.kafka, topic_prefix, "noaber up") == []


async def _bury_one(backing: Backing, prefix: str) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=backing.kafka)
    await producer.start()
    await KafkaDeadLetters(producer, prefix).bury(Place("duty", 0, 0), Record(b"k", b"v", ()), "broken")
    await producer.stop()
