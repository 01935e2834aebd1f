"""The thinnest thread: a decision is journalled, relayed to Kafka, read back and shown to whom it may be."""

from datetime import UTC, datetime
from uuid import UUID

import asyncpg

from deploy.backing import Backing
from schemas.codec import decode, state_bytes
from schemas.events.incident import CallBack, Incident
from schemas.events.person import Membership, Person
from schemas.topics import INCIDENTS
from schemas.values import Right
from schemas.visibility import keys_of, level_of, project
from services.aid.rules.commands import ReportIncident
from services.aid.rules.incident import report
from services.runtime.journal import PostgresOutbox, append
from services.runtime.ports import Entry
from services.runtime.prepare import create_topics
from services.runtime.relay import KafkaPublisher, Relay, lease_on
from tests.topic_reader import read_topic

NOW = datetime(2026, 1, 5, 7, 10, tzinfo=UTC)


def a_person(organisation: str, *rights: Right) -> Person:
    member = Membership(organisation=organisation, rights=rights)
    return Person(id=UUID(int=1), memberships=(member,), exercise=False, fictitious=True)


def the_first_entry(incident: Incident) -> Entry:
    return Entry(
        event_id=UUID(int=8),
        aggregate=Incident.TYPE,
        key=incident.key,
        version=1,
        event_type=Incident.event_type(),
        at=NOW,
        who=incident.reported_by,
        correlation="journey",
        exercise=incident.exercise,
        payload=state_bytes(incident),
    )


async def test_a_report_is_on_the_topic_and_only_those_who_may_see_it_do(
    backing: Backing, pool: asyncpg.Pool, database: str, topic_prefix: str
) -> None:
    await create_topics(backing.kafka, topic_prefix)
    wilma = a_person("GM1735", Right.REPORT)
    asked = ReportIncident(
        id=UUID(int=9), affected="GM1735", since=NOW, call_back=CallBack(phone="06 00000000")
    )
    incident = report(asked, wilma, None, NOW).incident
    async with pool.acquire() as connection, connection.transaction():
        await append(connection, [the_first_entry(incident)])

    publisher = KafkaPublisher(backing.kafka)
    async with lease_on(database, "aid") as lease:
        assert await lease.acquire()
        outbox = PostgresOutbox(pool, "urn:noaber:aid")
        assert await Relay(outbox, publisher, lease, topic_prefix).drain() == 1
    await publisher.stop()

    (record,) = await read_topic(backing.kafka, INCIDENTS, topic_prefix)
    state = decode(record).state
    assert isinstance(state, Incident) and state == incident
    level = level_of(state, keys_of(wilma, [state]))
    assert level is not None and project(state, level)["call_back"] == {"phone": "06 00000000", "name": ""}
    assert level_of(state, keys_of(a_person("GM0168", *Right), [state])) is None
