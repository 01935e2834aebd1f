"""A card's use reaches every phone of the list over Kafka once, whatever the provider or a restart does."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import asyncpg
import pytest

from deploy.backing import Backing
from schemas.catalogue import Function
from schemas.events.card import Card, CardState
from schemas.events.contact import Contact, FormerNumber
from schemas.events.person import Membership, Person
from schemas.events.wake_list import Turn, WakeList
from schemas.night import Wake
from schemas.state import State
from schemas.topics import BY_STATE
from services.notification import carrier, numbers
from services.notification.app import Notification
from services.notification.carrier import Carrier
from services.notification.numbers import Numbers
from services.notification.rules import sending
from services.notification.simulated.app import simulated
from services.notification.simulated.exchange import Exchange
from services.notification.store import notices
from services.notification.store.notices import Notices
from services.runtime.prepare import create_topics
from services.runtime.relay import KafkaPublisher
from services.runtime.seal import seal
from services.runtime.settings import Mode
from tests.contract.exchange import KEY, TOKEN, House, fill, house, keys, until
from tests.contract.moody import Mood, Moody
from tests.contract.tables import database_of
from tests.contract.test_the_night import asked as approach
from tests.enveloped import event_of, record_of

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
        connection = await asyncpg.connect(self.database)
        try:
            return await connection.fetch(query)
        finally:
            await connection.close()

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


database = database_of("notification")


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


async def test_everybody_on_the_list_reads_it_at_once_in_their_own_language_and_nobody_twice(
    stand: Stand,
) -> None:
    first = card()
    used = first.model_copy(
        update={"state": CardState.USED, "used_at": first.asked_at + timedelta(minutes=1)}
    )
    async with stand.home.service():
        await stand.put(first)
        assert await stand.over(2) == [("sent", 1, "")] * 2
        await stand.put(first)
        await stand.put(used, version=2)
        await stand.over(4)
    # A new life reads the last record of each partition again.
    async with stand.home.service() as service:
        await stand.put(used, version=2)
        await _has_read(service)
        page = (await stand.home.phones.http.get("/simulated/")).text
    told = sorted(await stand.home.phones.texts())
    assert [number for number, _ in told] == [LISTED[0]] * 2 + [LISTED[1]] * 2
    assert ["iemand" in words for _, words in told] == [True, True, False, False]
    assert "somebody came in with card 0001" in page and f"<h3>{LISTED[1]}</h3>" in page


async def _has_read(service: Notification) -> None:
    intake = service.intake
    assert intake is not None

    async def look() -> bool | None:
        return True if intake.caught_up and not intake.lag else None

    await until(look, "everything is read")
    assert not await service.notices.due(datetime.now(UTC), 10)


@pytest.mark.parametrize("mood", [Mood.REFUSES, Mood.FAILS])
async def test_a_provider_that_says_no_or_fails_is_tried_again(stand: Stand, mood: Mood) -> None:
    stand.provider.moods.clear()
    stand.provider.moods.extend([mood] * 3 + [Mood.WELL])
    async with stand.home.service():
        await stand.put(card())
        assert {state for state, _, _ in await stand.over(2)} == {"sent"}
    assert await stand.arrived() == LISTED
    assert stand.provider.orders == 5


@pytest.mark.parametrize("mood", [Mood.LOST, Mood.SLOW])
async def test_an_order_whose_answer_is_lost_or_late_reaches_each_phone_once(
    stand: Stand, mood: Mood, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(carrier, "SECONDS", 0.5)
    stand.provider.moods[0] = mood
    async with stand.home.service():
        await stand.put(card())
        assert [state for state, _, _ in await stand.over(2)] == ["sent", "sent"]
    assert await stand.arrived() == LISTED
    assert stand.provider.orders == 2


@pytest.mark.parametrize(
    ("mood", "state", "why"), [(Mood.REFUSES, "refused", "400"), (Mood.FAILS, "unknown", "does not say")]
)
async def test_what_was_tried_often_enough_is_given_up_and_its_receipt_says_why(
    stand: Stand, mood: Mood, state: str, why: str
) -> None:
    stand.provider.moods[0] = mood
    async with stand.home.service() as service:
        await stand.put(card())
        found = await stand.over(2)
        assert {each for each, _, _ in found} == {state} and all(why in said for _, _, said in found)
        assert stand.provider.orders == 2 * len(sending.WAITS)
        assert not (await service.notices.trouble())
    assert await stand.home.phones.texts() == []


async def test_a_death_between_order_and_answer_or_before_the_order_sends_nothing_twice_and_forgets_nobody(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def dies(*_: object) -> str:
        raise RuntimeError("dead")

    # However often it is tried meanwhile.
    monkeypatch.setattr(sending, "WAITS", (timedelta(0),) * 1_000)
    with monkeypatch.context() as broken:
        broken.setattr(Notices, "complete", dies)
        async with stand.home.service():
            await stand.put(card())
            await until(lambda: _count(stand, 2), "both were ordered")
    with monkeypatch.context() as broken:
        broken.setattr(Carrier, "text", dies)
        broken.setattr(Carrier, "find_text", dies)
        async with stand.home.service():
            await stand.put(card(id="GM0153-0002"))
            await until(lambda: _ordered(stand, 4), "all receipts are written")
    assert len(await stand.home.phones.texts()) == 2
    async with stand.home.service():
        await stand.over(4)
    assert await stand.arrived() == sorted(LISTED * 2)


async def _count(stand: Stand, least: int) -> bool | None:
    return len(await stand.arrived()) >= least or None


async def _ordered(stand: Stand, count: int) -> bool | None:
    return len(await stand.rows("SELECT id FROM text_message WHERE state = 'ordered'")) == count or None


async def test_a_changed_number_is_told_once_at_the_one_before(stand: Stand) -> None:
    until_then = datetime.now(UTC)
    [row] = await stand.rows(f"SELECT state FROM replica WHERE aggregate = 'contact' AND key = '{ILSE}'")
    before = Contact.model_validate_json(row["state"])
    former = FormerNumber(phone=before.phone, until=until_then, changed_by=COR)
    new = seal("06 00000009", KEY, ILSE, "phone")
    after = before.model_copy(update={"phone": new, "former": former})
    async with stand.home.service():
        await stand.put(after, version=2)
        assert await stand.over(1) == [("sent", 1, "")]
    # A process that died before it noted anything, and one that hears it again.
    await stand.rows("DELETE FROM text_message")
    await stand.rows("DELETE FROM notice")
    for heard in ([], [after]):
        async with stand.home.service() as service:
            await service.notices.of_contacts(heard, datetime.now(UTC))
            assert await stand.over(1) == [("sent", 1, "")]
            [kept] = await service.own.calls(ILSE)
            assert (kept.organisation, kept.at) == (None, until_then)
    told = await stand.home.phones.texts()
    assert [number for number, _ in told] == [NUMBERS[ILSE]] * 2
    assert "een beheerder wijzigde het" in told[0][1]


@pytest.mark.parametrize("state", [CardState.STOPPED, CardState.REPLACED])
async def test_what_was_written_before_its_card_was_void_is_not_sent(
    stand: Stand, state: CardState, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = card()
    go_on = asyncio.Event()

    async def waits(*_: object) -> str:
        # Between the look at it and the order.
        await go_on.wait()
        return NUMBERS[ILSE]

    monkeypatch.setattr(Numbers, "of", waits)
    async with stand.home.service() as service:
        await stand.put(first)
        await until(lambda: _written(stand), "it is written whom to tell")
        await service.notices.of_card(first.model_copy(update={"state": state}), datetime.now(UTC))
        go_on.set()
        assert [each for each, _, _ in await stand.over(2)] == ["not_needed"] * 2
    assert await stand.home.phones.texts() == []


async def _written(stand: Stand) -> bool | None:
    return len(await stand.rows("SELECT id FROM text_message")) == 2 or None


async def test_who_has_no_number_is_not_tried_and_that_is_said(stand: Stand) -> None:
    await stand.rows(f"DELETE FROM replica WHERE aggregate = 'contact' AND key = '{BAS}'")
    async with stand.home.service():
        await stand.put(card())
        assert [state for state, _, _ in await stand.over(2)] == ["sent", "no_number"]


async def test_what_was_sent_is_told_to_whom_it_was_sent_and_forgotten_after_weeks(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notices, "FORGET_EVERY", timedelta(0))
    first = card()
    async with stand.home.service() as service:
        await stand.put(first)
        await stand.over(2)
        [told] = await service.own.calls(BAS)
        assert (told.why, told.state, told.organisation, told.at) == (
            "text",
            "sent",
            "GM0153",
            first.asked_at,
        )
        assert told.provider_id and "card" in str(told.body)
        assert await service.own.calls(COR) == []
        age = notices.KEPT - timedelta(days=1)
        await stand.rows(f"UPDATE notice SET at = at - interval '{age.days} days'")
        await service.notices.forget(datetime.now(UTC) - notices.KEPT)
        assert len(await service.own.calls(BAS)) == 1
        await stand.rows("UPDATE notice SET at = at - interval '2 days'")
        await until(lambda: _forgotten(stand), "the messages are forgotten")
        assert await service.own.calls(BAS) == []


async def _forgotten(stand: Stand) -> bool | None:
    return not await stand.rows("SELECT id FROM notice") or None


async def test_when_nobody_on_a_ladder_is_left_the_list_is_told_whom_to_phone_unless_somebody_said_yes(
    stand: Stand,
) -> None:
    async with stand.home.service() as service:
        await _has_read(service)
        # Nobody is on duty.
        await service.heed(event_of(approach(wake=Wake.NOW)))
        await stand.over(2)
        told = await stand.home.phones.texts()
        assert sorted(number for number, _ in told) == LISTED
        assert all("14 053" in words for _, words in told) and await stand.home.phones.calls() == []
        await stand.rows("UPDATE delivery SET state = jsonb_set(state, '{state}', '\"answered\"')")
        await stand.rows("UPDATE text_message SET state = 'waiting', tries = 0")
        assert [state for state, _, _ in await stand.over(2)] == ["not_needed"] * 2
    assert len(await stand.home.phones.texts()) == 2
