"""A card's use reaches every phone of the list over Kafka once, whatever the provider or a restart does."""

import asyncio
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from schemas.events.card import CardState
from schemas.events.contact import Contact, FormerNumber
from schemas.night import Wake
from schemas.phone_number import NoNumber
from services.notification import carrier
from services.notification.app import Notification
from services.notification.carrier import Carrier
from services.notification.numbers import Numbers
from services.notification.rules import sending
from services.notification.store import notices
from services.notification.store.notices import Notices
from services.runtime.seal import seal
from tests.contract import stand as stands
from tests.contract.exchange import KEY, until
from tests.contract.moody import Mood
from tests.contract.night import asked as approach
from tests.contract.stand import BAS, COR, ILSE, LISTED, NUMBERS, Stand, card
from tests.contract.tables import database_of
from tests.enveloped import event_of

database, stand = database_of("notification"), stands.stand


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
        # Whatever is read again or comes twice: there are two things to tell.
        for heard in (used, first):
            await service.heed(event_of(heard))
        assert len(await stand.rows("SELECT id FROM notice")) == 2
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


async def test_a_changed_number_is_told_once_at_each_one_before(stand: Stand) -> None:
    until_then = datetime.now(UTC)
    [row] = await stand.rows(f"SELECT state FROM replica WHERE aggregate = 'contact' AND key = '{ILSE}'")
    before = Contact.model_validate_json(row["state"])
    former = FormerNumber(phone=before.phone, until=until_then, changed_by=COR)
    new = seal("06 00000009", KEY, ILSE, "phone")
    after = before.model_copy(update={"phone": new, "former": former})
    async with stand.home.service():
        await stand.put(after, version=2)
        assert await stand.over(1) == [("sent", 1, "")]
    # A process that died before it noted anything and was away at the next change; one that hears it again.
    await stand.rows("DELETE FROM text_message")
    await stand.rows("DELETE FROM notice")
    last = FormerNumber(phone=new, until=until_then + timedelta(seconds=1), changed_by=ILSE)
    since = {"phone": seal("06 00000008", KEY, ILSE, "phone"), "former": last, "formers": (former, last)}
    twice = after.model_copy(update=since)
    await stand.put(twice, version=3)
    for heard in ([], [twice]):
        async with stand.home.service() as service:
            await service.notices.of_contacts(heard, datetime.now(UTC))
            assert await stand.over(2) == [("sent", 1, "")] * 2
            kept = await service.own.calls(ILSE)
            assert {(each.organisation, each.at) for each in kept} == {(None, until_then), (None, last.until)}
    told = sorted(await stand.home.phones.texts())
    assert [number for number, _ in told] == [NUMBERS[ILSE], NUMBERS[ILSE], "+31600000009"]
    assert "een beheerder wijzigde het" in told[0][1] and "u wijzigde het zelf" in told[2][1]
    # One that is not kept any more is nobody's.
    async with asyncpg.create_pool(stand.database, min_size=1, max_size=1) as pool:
        known = Numbers(pool, "", "")
        assert await known.until(ILSE, until_then) == NUMBERS[ILSE]
        with pytest.raises(NoNumber):
            await known.until(ILSE, until_then - timedelta(minutes=1))
    # Of long ago, as from a backup: nobody is told any more.
    await stand.rows("DELETE FROM text_message")
    await stand.rows("UPDATE notice SET spread = false, at = at - interval '19 hours'")
    async with stand.home.service():

        async def spread() -> bool | None:
            return not await stand.rows("SELECT id FROM notice WHERE NOT spread") or None

        await until(spread, "the old notice is seen to")
        assert await stand.rows("SELECT id FROM text_message") == []


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
