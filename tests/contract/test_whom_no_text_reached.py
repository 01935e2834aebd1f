"""Of whom the text that a card was used did not reach, the directory is told until it takes it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from deploy.parts.ports import free_port
from schemas.events.card import Card, CardState
from services.notification import texter
from services.notification.app import Notification
from tests.contract import stand as stands
from tests.contract.exchange import serving, until
from tests.contract.moody import Mood
from tests.contract.stand import BAS, ILSE, LISTED, Stand, card
from tests.contract.tables import database_of
from tests.contract.told_directory import ToldDirectory

database, stand = database_of("notification"), stands.stand


def used() -> Card:
    asked = card()
    return asked.model_copy(update={"state": CardState.USED, "used_at": asked.asked_at})


@asynccontextmanager
async def both(stand: Stand) -> AsyncIterator[tuple[Notification, ToldDirectory]]:
    """`notification`, and the directory that it tells."""
    directory, port = ToldDirectory("card-untold"), free_port()
    async with (
        serving(directory.app, port),
        stand.home.service(contact_keys_url=f"http://127.0.0.1:{port}/internal/contact-keys") as service,
    ):
        yield service, directory


async def nobody_to_tell_of(service: Notification) -> None:
    async def look() -> bool | None:
        return not await service.notices.lost() or None

    await until(look, "all that got lost is told")


async def without_number(stand: Stand, person: UUID) -> None:
    await stand.rows(f"DELETE FROM replica WHERE aggregate = 'contact' AND key = '{person}'")


async def test_who_has_no_number_and_who_was_declined_are_told_once_and_who_was_reached_is_not(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texter, "AGAIN", timedelta(0))
    await without_number(stand, BAS)
    stand.provider.moods[0] = Mood.REFUSES
    first = used()
    async with both(stand) as (service, directory):
        await stand.put(first)
        assert [state for state, _, _ in await stand.over(2)] == ["refused", "no_number"]
        await nobody_to_tell_of(service)
        assert sorted(each["person"] for each in directory.told) == [str(ILSE), str(BAS)]
        assert {each["card"] for each in directory.told} == {first.id}
        assert {datetime.fromisoformat(each["used_at"]) for each in directory.told} == {first.used_at}
        # The next one reaches Ilse, and Bas has no number still.
        stand.provider.moods[0] = Mood.WELL
        stand.telephones.reports[LISTED[0]] = ["delivered"]
        directory.told.clear()
        await stand.put(used().model_copy(update={"id": "GM0153-0002"}))
        await stand.over(4)
        await nobody_to_tell_of(service)
        assert [(each["card"], each["person"]) for each in directory.told] == [("GM0153-0002", str(BAS))]


async def test_what_did_not_arrive_twice_is_told_and_that_somebody_asked_with_a_card_is_not(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texter, "AGAIN", timedelta(0))
    await without_number(stand, BAS)
    async with both(stand) as (service, directory):
        # Asked alone: it is on everybody's page for a quarter of an hour, less than a text is tried.
        await stand.put(card(id="GM0153-0002"))
        await stand.over(2)
        stand.telephones.reports[LISTED[0]] = ["undelivered", "failed"]
        await stand.put(used())

        async def look() -> bool | None:
            return len(directory.told) == 2 or None

        await until(look, "both are told")
        await nobody_to_tell_of(service)
        assert sorted((each["card"], each["person"]) for each in directory.told) == [
            ("GM0153-0001", str(ILSE)),
            ("GM0153-0001", str(BAS)),
        ]


async def test_while_the_directory_is_away_texts_go_on_and_it_is_told_later_unless_it_has_no_such_card(
    stand: Stand,
) -> None:
    await without_number(stand, BAS)
    async with both(stand) as (service, directory):
        directory.status = 503
        await stand.put(used())
        assert [state for state, _, _ in await stand.over(2)] == ["sent", "no_number"]

        async def twice() -> bool | None:
            return directory.orders > 1 or None

        await until(twice, "it is tried again")
        assert directory.told == [] and service.texter is not None and not service.texter.trouble
        directory.status = 200
        await nobody_to_tell_of(service)
        assert [each["person"] for each in directory.told] == [str(BAS)]
        directory.status = 404
        await stand.put(used().model_copy(update={"id": "GM0153-0002"}))
        await stand.over(4)
        await nobody_to_tell_of(service)
        assert len(directory.told) == 1
