"""Records that nobody should have written, put straight into Kafka, for every consumer of every topic."""

import asyncio
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaProducer

from deploy.bootstrap import home_of
from deploy.parts.health import health_of
from deploy.running import Running, Wish
from schemas.catalogue import Function
from schemas.envelope import Record
from schemas.export import ROOT
from schemas.topics import BELLS, COMMITMENTS, HELP_REQUESTS, SUGGESTIONS, TOPICS, Topic
from services.directory.rules.fictitious import PEOPLE
from services.live.app import TOPICS as SEEN_BY_LIVE
from tests.enveloped import record_of
from tests.journey.case import Case, approached, claimed
from tests.journey.cast import People, Places
from tests.journey.waiting import until
from tests.topic_reader import read_topic

pytestmark = pytest.mark.timeout(300)

BURIED_BY: Final = {
    "aid": {"organisations", "people", "sessions", "suggestions", "alarms", "deliveries"},
    "matching": {"help-requests"},
    "clock": {"commitments", "deliveries"},
    "notification": {
        *("approaches", "bells", "cards", "contacts", "duty", "help-requests"),
        *("organisations", "people", "wake-lists"),
    },
}
"""Who reads the topic with offsets that are kept, and so keeps its dead letters for an operator."""


KEPT_FOR_VERIFY: Final = {"aid-seals", "directory-seals", "notification-seals", "accesses"}
"""Read by an operator's command only, which has tests of its own."""

TAKEN: Final = tuple(topic for topic in TOPICS if topic.name not in KEPT_FOR_VERIFY)


def example(topic: Topic) -> Record:
    """What its owner could have written: the published example."""
    text = (ROOT / "schemas" / "examples" / f"{topic.state.TYPE}.v{topic.state.VERSION}.json").read_text(
        encoding="utf-8"
    )
    state = topic.state.model_validate_json(text)
    return record_of(state)


def headed(record: Record, name: str, value: bytes) -> Record:
    return replace(record, headers=tuple((n, value if n == name else v) for n, v in record.headers))


def hostile(topic: Topic) -> dict[str, Record]:
    """Name -> a record for this topic that can never be handled."""
    good = example(topic)
    other = next(each for each in TOPICS if each.owner != topic.owner and each is not topic)
    found = {
        "nothing at all": Record(good.key, b"", ()),
        "no JSON": replace(good, value=b"\xff\xfe\x00 nonsense"),
        "no object": replace(good, value=b"[]"),
        "deep": replace(good, value=b'{"a":' * 40_000),
        "large": replace(good, value=b'{"a": "' + b"x" * 300_000 + b'"}'),
        "to the brim": replace(good, value=b"x" * 1_040_000),
        "endless number": replace(good, value=good.value[:-1] + b', "x": ' + b"9" * 4_000 + b"}"),
        "NUL": replace(good, value=good.value[:-1] + b', "x": "\\u0000"}'),
        "another's id": replace(good, key=str(uuid4()).encode()),
        "a key that is no text": replace(good, key=b"\xff\xff"),
        "endless version": headed(good, "ce_version", b"9" * 30),
        "negative version": headed(good, "ce_version", b"-5"),
        "endless epoch": headed(good, "ce_epoch", b"9" * 12),
        "another owner": headed(good, "ce_source", f"urn:noaber:{other.owner}".encode()),
        "of another topic": example(other),
        "unknown type": headed(good, "ce_type", b"nl.noaber.unheard_of.v1"),
    }
    return {
        name: replace(each, headers=(*each.headers, ("name", name.encode()))) for name, each in found.items()
    }


@dataclass
class Stand:
    """A platform of its own, since what is put into its topics stays there."""

    running: Running
    people: People
    places: Places

    def health(self, service: str) -> dict[str, object]:
        """What a process says of itself."""
        found = health_of(self.running.platform.port(service), 5)
        return {**found.json(), "status": found.status_code}

    def passed_over(self) -> int:
        """How many records live could not read, as it says."""
        details = self.health("live")["details"]
        assert isinstance(details, dict)
        return int(details.get("unreadable", "0"))

    def restarts(self) -> dict[str, int]:
        """How often each process had to be started again."""
        return {child.name: child.restarts for child in self.running.supervisor.children}

    def put(self, *records: tuple[Topic, int, Record]) -> None:
        """Straight into Kafka, as whoever can reach it would."""
        asyncio.run(_put(self.running.platform.kafka, records))

    def dead(self, topic: Topic) -> Counter[str]:
        """Name of the record -> how often it lies with the dead letters."""
        grave = replace(topic, name=topic.dead_letters, partitions=1)
        found = asyncio.run(read_topic(self.running.platform.kafka, grave, ""))
        return Counter(dict(each.headers).get("name", b"?").decode() for each in found)


async def _put(bootstrap: str, records: tuple[tuple[Topic, int, Record], ...]) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, max_request_size=2**21)
    await producer.start()
    try:
        for topic, partition, each in records:
            await producer.send_and_wait(
                topic.name, each.value, each.key, partition=partition, headers=list(each.headers)
            )
    finally:
        await producer.stop()


@pytest.fixture
def stand(tmp_path: Path) -> Iterator[Stand]:
    settings = (("NOABER_APPROACHES_PER_SLOT", "20"),)
    with Running(Wish(home_of(os.environ), tmp_path, first_port=8250, settings=settings)) as running:
        people = People(running.platform.origin, PEOPLE)
        try:
            yield Stand(running, people, Places(people))
        finally:
            people.close()


def works(stand: Stand) -> None:
    """A claim goes through every process: report, ask, suggest, approach, claim, see."""
    lender = stand.places.lender(Function.NETWORK, 1, standing=True)
    case = Case(stand.people, stand.places)
    request = case.request(Function.NETWORK, 1, lender.id)
    approached(lender.helpers[0], request)
    assert claimed(lender.helpers[0], request)["state"] == "final"
    until(lambda: case.mandate.rows()["help_request"][request]["counts"]["final"] == 1, what="the wall")


def test_hostile_records_are_buried_or_passed_over_and_a_newer_one_waits(stand: Stand) -> None:
    before = stand.restarts()
    unreadable = {topic: hostile(topic) for topic in TAKEN}
    stand.put(
        *(
            (topic, n % topic.partitions, each)
            for topic, found in unreadable.items()
            for n, each in enumerate(found.values())
        )
    )
    for topic in TAKEN:
        readers = sum(topic.name in names for names in BURIED_BY.values())
        if readers:
            expected = Counter(dict.fromkeys(unreadable[topic], readers))
            until(lambda t=topic, e=expected: stand.dead(t) == e, 40, what=f"dead letters of {topic.name}")
    passed_over = sum(len(unreadable[topic]) for topic in SEEN_BY_LIVE)
    until(lambda: stand.passed_over() == passed_over, 40, what="live passed over all")
    works(stand)
    assert stand.restarts() == before
    _a_newer_version_waits(stand)
    assert stand.restarts() == before


def _a_newer_version_waits(stand: Stand) -> None:
    waits = {
        "aid": SUGGESTIONS,
        "matching": HELP_REQUESTS,
        "clock": COMMITMENTS,
        "live": HELP_REQUESTS,
        "notification": BELLS,
    }
    for topic in {*waits.values()}:
        newer = headed(example(topic), "ce_type", f"nl.noaber.{topic.state.TYPE}.v2".encode())
        stand.put((topic, 0, newer))
    for service, topic in waits.items():
        until(
            lambda s=service, t=topic: f"{t.state.TYPE} v2 is newer" in str(stand.health(s)),
            40,
            what=f"{service} says which upgrade is missing",
        )
    # Whoever owns data goes on answering meanwhile.
    Case(stand.people, stand.places)


def test_every_topic_has_somebody_who_takes_it() -> None:
    taken = set().union(*BURIED_BY.values()) | {topic.name for topic in SEEN_BY_LIVE}
    assert taken == {topic.name for topic in TAKEN}
