"""Who is forgotten is taken out of texts of incidents first; where that cannot be, nobody is forgotten."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from schemas.refused import Refused
from services.directory.settings import DirectorySettings
from services.directory.store import writes
from services.directory.texts import SECONDS, ByAid, texts_of
from services.runtime.database import open_pool
from tests.contract.doorstep import INTERNAL, Browser, directory, signed_in
from tests.contract.staff import HOME, add, person, proven


class Heard:
    """Texts that remember for which words they were asked, and answer as they are told to."""

    def __init__(self) -> None:
        self.words: list[list[str]] = []
        self.away = False

    async def take_out(self, words: Sequence[str]) -> int:
        if self.away:
            raise Refused("texts_away")
        self.words.append(list(words))
        return 3


async def forget(app: Any, person: str) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {INTERNAL}", "Idempotency-Key": "k"}
    said = await Browser(app).http.post("/internal/forget", json={"person": person}, headers=headers)
    return said.status_code, said.json()


async def key_of(database: str, person: str) -> bytes | None:
    async with await open_pool(database, 1) as pool:
        found: bytes | None = await pool.fetchval("SELECT key FROM data_key WHERE person = $1", person)
        return found


async def test_every_name_and_number_they_ever_had_is_taken_out_before_their_key_is_gone(filled: str) -> None:
    texts = Heard()
    async with directory(filled, texts=texts) as app:
        petra, phone, _ = await signed_in(app)
        wilma = person(name="Wilma Bos", phone="06 11111111")
        await add(petra, phone, wilma)
        new = {key: each for key, each in wilma.items() if key != "id"}
        married = {**new, "name": "Wilma Bos-de Wit", "phone": "06 22222222"}
        assert (await proven(petra, phone, f"{HOME}/{wilma['id']}", married))[0] == 200
        assert await forget(app, wilma["id"]) == (200, {"places": 3})
        assert set(texts.words[0]) == {"Wilma Bos", "Wilma Bos-de Wit", "06 11111111", "06 22222222"}
        assert (await forget(app, wilma["id"]))[0] == 404 and len(texts.words) == 1
    assert await key_of(filled, wilma["id"]) is None


async def test_where_nobody_said_how_texts_are_reached_nobody_is_forgotten() -> None:
    with pytest.raises(Refused, match="texts_away"):
        await texts_of(DirectorySettings.model_construct(aid_url=None)).take_out(["Wilma Bos"])


async def test_while_texts_are_away_nobody_is_forgotten_and_can_be_later(filled: str) -> None:
    texts = Heard()
    async with directory(filled, texts=texts) as app:
        petra, phone, _ = await signed_in(app)
        wilma = person(name="Wilma Bos")
        await add(petra, phone, wilma)
        texts.away = True
        status, said = await forget(app, wilma["id"])
        assert (status, said["code"]) == (503, "texts_away")
        status, said = await proven(petra, phone, f"{HOME}/{wilma['id']}/leave", {})
        assert (status, said["code"]) == (503, "texts_away")
        assert "Wilma Bos" in [each["name"] for each in (await petra.get(HOME))[1]["people"]]
        assert await key_of(filled, wilma["id"]) is not None
        texts.away = False
        assert (await proven(petra, phone, f"{HOME}/{wilma['id']}/leave", {}))[0] == 200
    assert "Wilma Bos" in texts.words[0] and await key_of(filled, wilma["id"]) is None


async def test_an_aid_that_does_not_answer_is_away_and_no_log_says_who_it_was_about(
    filled: str, caplog: pytest.LogCaptureFixture
) -> None:
    async with directory(filled, aid_url="http://127.0.0.1:1") as app:
        texts = ByAid(app.state.directory.settings)
        with pytest.raises(Refused, match="texts_away"):
            await texts.take_out(["Wilma Bos"])
    assert "takes nothing out" in caplog.text and "Wilma" not in caplog.text


async def test_the_transaction_that_forgets_outlives_the_longest_look_through_texts(filled: str) -> None:
    async with directory(filled, texts=Heard()) as app:
        petra, phone, _ = await signed_in(app)
        wilma = person(name="Wilma Bos")
        await add(petra, phone, wilma)
    async with await open_pool(filled, 1) as pool, pool.acquire() as connection, connection.transaction():
        told: list[str] = []

        async def take_out(_: Sequence[str]) -> int:
            told.append(await connection.fetchval("SHOW idle_in_transaction_session_timeout"))
            return 0

        assert await writes.forget(connection, UUID(wilma["id"]), datetime.now(UTC), take_out)
        [longest] = told
        assert longest.endswith("s") and int(longest[:-1]) > SECONDS
