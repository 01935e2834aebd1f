"""What is texted is shown on the devices of who chose so, once, and their push services learn no more."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from deploy.backing import Backing
from deploy.parts.ports import free_port
from schemas.events.approach import ApproachState
from schemas.events.contact import Contact, PushDevice
from schemas.events.duty import Duty
from schemas.night import Wake
from schemas.push import BROWSERS
from services.notification import numbers
from services.notification.rules import sending
from services.notification.settings import NotificationSettings
from services.notification.simulated.app import simulated
from services.notification.simulated.exchange import Exchange
from services.notification.simulated.pushes import PLAYED
from services.notification.store.notices import Notices
from services.notification.web_push import Sender
from services.runtime.prepare import create_topics
from services.runtime.push_keys import new_push_key, push_private_key
from services.runtime.seal import seal
from services.runtime.settings import Mode
from tests.contract.exchange import KEY, TOKEN, house, keys, serving, until
from tests.contract.moody import Mood, Moody
from tests.contract.night import asked as approach
from tests.contract.stand import BAS, ILSE, LISTED, NUMBERS, Stand, card, staff_and_list
from tests.contract.tables import database_of
from tests.contract.told_directory import ToldDirectory
from tests.enveloped import event_of
from tests.push_browser import PushBrowser

PHONE, LAPTOP, OTHERS = (UUID(int=number) for number in (11, 12, 13))
BROWSERS_OF = {
    PHONE: PushBrowser("https://fcm.googleapis.com/fcm/send/ilse"),
    LAPTOP: PushBrowser("https://updates.push.services.mozilla.com/wpush/v2/ilse"),
    OTHERS: PushBrowser("https://web.push.apple.com/bas"),
}

database = database_of("notification")


@dataclass(frozen=True)
class Pushed(Stand):
    """The same with the push services, and what the directory hears."""

    directory: ToldDirectory

    def answers(self, device: UUID, *status: int) -> None:
        """What its push service answers, in turn; the last stays."""
        self.telephones.pushes.answers[_there(device)] = [*status]

    def shown(self, device: UUID) -> list[str]:
        """The words that this browser was given to show, oldest first."""
        taken = [each for each in self.telephones.pushes.taken if each.endpoint == _there(device)]
        return [str(BROWSERS_OF[device].shown(each.body)["text"]) for each in taken]

    async def ended(self, count: int) -> dict[UUID, str]:
        """Device -> what came of its message, once so many are over."""

        async def look() -> dict[UUID, str] | None:
            rows = await self.rows("SELECT device, state FROM text_message WHERE device IS NOT NULL")
            done = {row["device"]: row["state"] for row in rows if row["state"] not in sending.OPEN}
            return done if len(done) == count == len(rows) else None

        return await until(look, f"{count} push messages are over")


def _there(device: UUID) -> str:
    return BROWSERS_OF[device].endpoint.removeprefix("https://")


def contact(person: UUID, *devices: UUID) -> Contact:
    return Contact(
        id=person,
        phone=seal(NUMBERS[person], KEY, person, "phone"),
        devices=tuple(
            PushDevice(
                id=each,
                sealed=seal(json.dumps(BROWSERS_OF[each].subscription), KEY, person, f"push/{each}"),
                added_at=datetime(2026, 1, 5, tzinfo=UTC),
            )
            for each in devices
        ),
    )


@pytest.fixture
async def stand(
    database: str, backing: Backing, topic_prefix: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Pushed]:
    monkeypatch.setattr(numbers, "fetch_keys", keys)
    monkeypatch.setattr(sending, "WAITS", (timedelta(0),) * 4)
    await create_topics(backing.kafka, topic_prefix)
    telephones, heard, port = simulated(Mode.DEMO, TOKEN), ToldDirectory("device-gone"), free_port()
    exchange: Exchange = telephones.state.exchange
    async with (
        serving(heard.app, port),
        house(
            database,
            telephones,
            kafka=backing.kafka,
            topic_prefix=topic_prefix,
            contact_keys_url=f"http://127.0.0.1:{port}/internal/contact-keys",
        ) as home,
    ):
        played = f"http://127.0.0.1:{home.port}{PLAYED}"
        sender = Sender(push_private_key(new_push_key()), "mailto:beheer@noaber.example", BROWSERS, played)
        monkeypatch.setattr(NotificationSettings, "sender", lambda _: sender)
        made = Pushed(
            database, backing.kafka, topic_prefix, home, Moody(telephones, Mood.WELL), exchange, heard
        )
        await made.put(*staff_and_list(), contact(ILSE, PHONE, LAPTOP), contact(BAS, OTHERS))
        yield made


async def test_a_push_goes_beside_each_text_and_only_that_browser_reads_it_once_however_it_was_taken(
    stand: Pushed, monkeypatch: pytest.MonkeyPatch
) -> None:
    stand.answers(PHONE, 503, 201)
    well, died = Notices.taken, list[UUID]()

    async def dies_once(self: Notices, push: UUID) -> None:
        if push not in died:
            died.append(push)
            raise RuntimeError("dead between the order and its receipt")
        await well(self, push)

    monkeypatch.setattr(Notices, "taken", dies_once)
    async with stand.home.service() as service:
        await stand.put(card())
        assert set((await stand.ended(3)).values()) == {"sent"} and len(died) == 3
        await stand.put(card())
        await until(lambda: _texted(stand), "both texts arrived")
        assert [each.why for each in await service.own.calls(ILSE)] == ["push", "push", "text"]
    for device, word in ((PHONE, "iemand"), (LAPTOP, "iemand"), (OTHERS, "somebody")):
        [words] = stand.shown(device)
        assert word in words and "0001" in words
    taken = stand.telephones.pushes.taken
    assert not any(b"Noaber" in each.body for each in taken) and len({len(each.body) for each in taken}) == 1
    page = (await stand.home.phones.http.get("/simulated/")).text
    assert "web.push.apple.com/bas" in page


async def test_a_device_that_is_gone_is_told_and_one_that_was_taken_away_or_forgotten_is_sent_nothing(
    stand: Pushed, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def forgotten(url: str, token: str, people: Any) -> dict[str, bytes]:
        return {} if BAS in people else await keys(url, token, people)

    stand.answers(PHONE, 404)
    stand.answers(LAPTOP, 410)
    async with stand.home.service() as service:
        await stand.put(card())
        assert await stand.ended(3) == {PHONE: "gone", LAPTOP: "gone", OTHERS: "sent"}

        async def told() -> bool | None:
            return len(stand.directory.told) == 2 or None

        await until(told, "the directory heard of both")
        assert {each["device"] for each in stand.directory.told} == {str(PHONE), str(LAPTOP)}
        await stand.put(contact(ILSE, PHONE), version=2)
        await until(lambda: _devices(stand), "the laptop is taken away")
        stand.answers(PHONE, 201)
        monkeypatch.setattr(numbers, "fetch_keys", forgotten)
        await stand.rows("DELETE FROM text_message")
        await service.heed(event_of(card(id="GM0153-0002")))
        assert await stand.ended(2) == {PHONE: "sent", OTHERS: "gone"}
    assert len(stand.directory.told) == 2


async def test_what_is_refused_leads_elsewhere_or_stays_silent_is_given_up_and_texts_go_on(
    stand: Pushed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sending, "WAITS", (timedelta(0),) * 2)
    stand.answers(PHONE, 307)
    stand.answers(LAPTOP, 403)
    stand.answers(OTHERS, 503)
    async with stand.home.service() as service:
        await stand.put(card())
        assert await stand.ended(3) == {PHONE: "refused", LAPTOP: "refused", OTHERS: "unknown"}
        await until(lambda: _texted(stand), "both texts arrived")
        assert not (await service.notices.trouble())
    assert stand.telephones.pushes.taken == [] and stand.directory.told == []


async def _devices(stand: Pushed) -> bool | None:
    rows = await stand.rows(f"SELECT state FROM replica WHERE aggregate = 'contact' AND key = '{ILSE}'")
    return all(len(Contact.model_validate_json(row["state"]).devices) == 1 for row in rows) or None


async def _texted(stand: Pushed) -> bool | None:
    return await stand.arrived() == LISTED or None


async def test_who_is_called_sees_so_on_their_device_while_it_rings_and_colleagues_do_not(
    stand: Pushed,
) -> None:
    async with stand.home.service() as service:
        await stand.put(Duty(id=ILSE, on=True, changed_at=datetime.now(UTC), exercise=False))
        await until(lambda: _on_duty(stand), "Ilse is on duty")
        await service.heed(event_of(approach(wake=Wake.NOW)))
        call = await stand.home.phones.ringing(NUMBERS[ILSE])
        assert await stand.ended(2) == {PHONE: "sent", LAPTOP: "sent"}
        [words] = stand.shown(PHONE)
        assert words.startswith("Noaber: u wordt nu gebeld") and stand.shown(OTHERS) == []
        # Once somebody answered, nothing of it is shown any more; a text of it never goes.
        await stand.home.phones.press(call, "1")
        await stand.rows("UPDATE text_message SET state = 'waiting', tries = 0 WHERE device IS NOT NULL")
        assert set((await stand.ended(2)).values()) == {"not_needed"}
        assert await stand.rows("SELECT id FROM text_message WHERE device IS NULL") == []


async def test_who_is_on_duty_sees_that_help_is_asked_once_without_a_call_or_a_text_and_while_it_is_so(
    stand: Pushed,
) -> None:
    plain = [approach(id=UUID(int=each), wake=Wake.NOT) for each in (90, 91)]
    async with stand.home.service() as service:
        await stand.put(Duty(id=ILSE, on=True, changed_at=datetime.now(UTC), exercise=False))
        await until(lambda: _on_duty(stand), "Ilse is on duty")
        await until(lambda: _listed(stand), "the list is known")
        for each in (*plain, plain[0]):
            await service.heed(event_of(each))
        assert await stand.ended(2) == {PHONE: "sent", LAPTOP: "sent"}
        [words] = stand.shown(PHONE)
        assert words.startswith("Noaber: er is hulp gevraagd") and stand.shown(OTHERS) == []
        # Of the two one is over: still it is asked. Then both are, and it is shown no more.
        for each, said in zip(plain, ("sent", "not_needed"), strict=True):
            await service.heed(event_of(each.model_copy(update={"state": ApproachState.WITHDRAWN}), 2))
            await stand.rows("UPDATE text_message SET state = 'waiting', tries = 0")
            assert set((await stand.ended(2)).values()) == {said}
        assert await stand.rows("SELECT id FROM text_message WHERE device IS NULL") == []
        assert await stand.home.phones.calls() == []


async def _listed(stand: Pushed) -> bool | None:
    return bool(await stand.rows("SELECT key FROM replica WHERE aggregate = 'wake_list'")) or None


async def _on_duty(stand: Pushed) -> bool | None:
    return bool(await stand.rows("SELECT key FROM replica WHERE aggregate = 'duty'")) or None
