"""What a provider reports of a message's arrival: one that did not arrive is sent once more."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from services.notification import texter
from services.notification.ports import Report
from tests.contract import stand as stands
from tests.contract.exchange import until
from tests.contract.stand import ILSE, LISTED, Stand, card
from tests.contract.tables import database_of

database, stand = database_of("notification"), stands.stand


async def test_what_did_not_arrive_is_sent_once_more_and_a_report_is_believed_of_that_message_alone(
    stand: Stand, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(texter, "AGAIN", timedelta(0))
    stand.telephones.reports[LISTED[0]] = ["undelivered", "delivered"]
    stand.telephones.reports[LISTED[1]] = ["failed", "undelivered"]
    async with stand.home.service() as service:
        await stand.put(card())
        reported = await until(lambda: _reported(stand), "all that was reported is heard")
        assert [(each["state"], each["tries"], each["why"]) for each in reported] == [
            ("delivered", 2, ""),
            ("undelivered", 2, "it did not arrive"),
        ]
        assert await stand.arrived() == sorted(LISTED * 2)
        assert service.texter is not None
        for each in reported:
            # Of an earlier one, or of one that is no message of ours.
            for message in (each["returned"], "SM0"):
                await service.texter.hear(Report(each["id"], message, arrived=not each["why"]))
        assert await _reported(stand) == reported


async def _reported(stand: Stand) -> list[Any] | None:
    rows = await stand.rows("SELECT id, state, tries, why, returned FROM text_message ORDER BY person")
    told = [each for each in rows if each["state"] in ("delivered", "undelivered")]
    return told if len(told) == len(rows) == 2 else None


async def test_a_report_of_another_message_changes_nothing(stand: Stand) -> None:
    async with stand.home.service() as service:
        await stand.put(card())
        sent = await stand.over(2)
        for row in await stand.rows("SELECT id FROM text_message"):
            for arrived in (True, False):
                report = Report(row["id"], "SM0", arrived)
                assert await service.notices.reported(report, datetime.now(UTC)) is None
        assert await stand.over(2) == sent
        # Sent once more, and not answered yet: what is said again of the first one is not about the second.
        await stand.rows(
            "UPDATE text_message SET state = 'ordered', returned = message, message = NULL, "
            "due = due + interval '1 hour'"
        )
        for row in await stand.rows("SELECT id, returned FROM text_message"):
            for arrived in (True, False):
                report = Report(row["id"], row["returned"], arrived)
                assert await service.notices.reported(report, datetime.now(UTC)) is None
        assert {row["state"] for row in await stand.rows("SELECT state FROM text_message")} == {"ordered"}


async def test_a_report_that_overtakes_the_answer_to_its_order_is_kept(stand: Stand) -> None:
    async with stand.home.service() as service:
        await stand.put(card())
        await stand.over(2)
        [text] = await stand.rows(f"SELECT id, message FROM text_message WHERE person = '{ILSE}'")
        await stand.rows(
            f"UPDATE text_message SET state = 'ordered', message = NULL WHERE id = '{text['id']}'"
        )
        report = Report(text["id"], text["message"], arrived=True)
        await service.notices.reported(report, datetime.now(UTC))
        await service.notices.complete(text["id"], text["message"])
        [found] = await stand.rows(f"SELECT state, message FROM text_message WHERE person = '{ILSE}'")
        assert tuple(found) == ("delivered", text["message"])
