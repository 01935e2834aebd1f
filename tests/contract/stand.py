"""`notification` on a real Kafka, a list of people, and the phones on which texts arrive."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from deploy.backing import Backing
from schemas.catalogue import Function
from schemas.events.card import Card
from schemas.events.person import Membership, Person
from schemas.events.wake_list import Turn, WakeList
from schemas.state import State
from schemas.topics import BY_STATE
from services.notification import numbers
from services.notification.rules import sending
from services.notification.simulated.app import simulated
from services.notification.simulated.exchange import Exchange
from services.runtime.database import connected
from services.runtime.prepare import create_topics
from services.runtime.relay import KafkaPublisher
from services.runtime.settings import Mode
from tests.contract.exchange import TOKEN, House, fill, house, keys, until
from tests.contract.moody import Mood, Moody
from tests.enveloped import record_of

ILSE, BAS, COR = (UUID(int=number) for number in (1, 2, 3))
LANGUAGES = {ILSE: "nl", BAS: "en", COR: "nl"}
NUMBERS = {ILSE: "+31600000001", BAS: "+31600000002", COR: "+31600000003"}
LISTED = [NUMBERS[ILSE], NUMBERS[BAS]]


@dataclass(frozen=True)
class Stand:
    """The telephones and their provider, the topics, and the database of `notification`."""

    database: str
    kafka: str
    prefix: str
    home: House
    provider: Moody
    telephones: Exchange

    async def put(self, *states: State, version: int = 1) -> None:
        """Publish states, as their owner would."""
        publisher = KafkaPublisher(self.kafka)
        await publisher.publish(
            [(self.prefix + BY_STATE[type(each)].name, record_of(each, version)) for each in states]
        )
        await publisher.stop()

    async def rows(self, query: str) -> list[Any]:
        """What the database answers."""
        async with connected(self.database) as connection:
            return await connection.fetch(query)

    async def over(self, count: int) -> list[tuple[str, int, str]]:
        """(state, tries, why) of so many messages, once none of them waits any more."""

        async def look() -> list[tuple[str, int, str]] | None:
            rows = await self.rows("SELECT state, tries, why FROM text_message ORDER BY person")
            done = [tuple(row) for row in rows if row["state"] not in sending.OPEN]
            return done if len(done) == count == len(rows) else None

        return await until(look, f"{count} messages are over")

    async def arrived(self) -> list[str]:
        """The number of every message that did."""
        return sorted(number for number, _ in await self.home.phones.texts())


@pytest.fixture
async def stand(
    database: str, backing: Backing, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stand]:
    monkeypatch.setattr(numbers, "fetch_keys", keys)
    monkeypatch.setattr(sending, "WAITS", (timedelta(0),) * 4)
    await create_topics(backing.kafka, topic_prefix)
    await fill(database, *((each, f"06 0000000{each.int}") for each in NUMBERS))
    telephones = simulated(Mode.DEMO, TOKEN)
    provider = Moody(telephones, Mood.WELL)
    async with house(database, provider, kafka=backing.kafka, topic_prefix=topic_prefix) as home:
        made = Stand(database, backing.kafka, topic_prefix, home, provider, telephones.state.exchange)
        await made.put(*staff_and_list())
        yield made


def staff_and_list() -> list[State]:
    """Who works there, and whom of them it wakes."""
    turns = (Turn(person=ILSE), Turn(person=BAS))
    wake_list = WakeList(id="GM0153", turns=turns, phone="14 053", exercise=False)
    return [*(_person(each) for each in NUMBERS), wake_list]


def _person(who: UUID) -> Person:
    return Person(
        id=who,
        memberships=(Membership(organisation="GM0153"),),
        languages=(LANGUAGES[who],),
        exercise=False,
    )


def card(**more: Any) -> Card:
    now = datetime.now(UTC)
    made = {
        "id": "GM0153-0001",
        "organisation": "GM0153",
        "role": Function.CISO,
        "digest": "0" * 64,
        "printed_at": datetime(2026, 1, 5, tzinfo=UTC),
        "printed_by": None,
        "expires_at": now + timedelta(days=300),
        "asked_at": now,
        "asked": 1,
        "exercise": False,
    }
    return Card(**{**made, **more})
