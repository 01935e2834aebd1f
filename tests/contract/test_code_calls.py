"""The door for services: a call to a registered number, at which the code on a screen is keyed in, once."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from uuid import UUID, uuid4

import pytest

from services.notification import numbers
from services.notification.rules.code import AN_HOUR, AT_MOST, CodeState
from services.notification.store.codes import CodeCall, Codes, TooOften
from services.notification.store.receipts import Receipts
from services.runtime.database import open_pool
from tests.contract.exchange import Phones, fill, keys, phones, until
from tests.contract.tables import database_of

WILMA = UUID(int=1)
CALL = UUID(int=7)
NOBODY = UUID(int=2)
NUMBER = "+31600000042"


database = database_of("notification")


@pytest.fixture
async def exchange(database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Phones]:
    monkeypatch.setattr(numbers, "fetch_keys", keys)
    await fill(database, (WILMA, "06 00000042"))
    async with phones(database) as found:
        yield found


def _wanted(**more: Any) -> dict[str, Any]:
    return {"id": str(uuid4()), "person": str(WILMA), "code": "314159", **more}


async def _ask(exchange: Phones, wanted: dict[str, Any]) -> str:
    answer = await exchange.order("/internal/code-calls", wanted)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["state"])


async def _outcome(exchange: Phones, wanted: dict[str, Any]) -> str:
    async def over() -> str | None:
        found = await exchange.order("/internal/code-calls/outcome", {"id": wanted["id"]})
        state = str(found.json()["state"])
        return None if state in ("placing", "ringing") else state

    return await until(over, "the call is over")


async def test_the_code_on_the_screen_keyed_in_at_the_registered_number_is_right(
    exchange: Phones, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    wanted = _wanted()
    assert await _ask(exchange, wanted) == "ringing"
    sid = await exchange.ringing(NUMBER)
    assert "314159" not in (await exchange.calls())[0]["says"]
    await exchange.press(sid, "314159")
    assert await _outcome(exchange, wanted) == "right"
    # Neither ours nor a library's lines hold it; "httpx" is silenced from INFO on in every process of ours.
    ours = [each.getMessage() for each in caplog.records if each.name.startswith("services")]
    assert not [line for line in ours if "00000042" in line or "314159" in line]


@pytest.mark.parametrize(("act", "outcome"), [("000000", "wrong"), (None, "unanswered")])
async def test_another_code_and_a_refused_call_let_nobody_in(
    exchange: Phones, act: str | None, outcome: str
) -> None:
    wanted = _wanted()
    await _ask(exchange, wanted)
    sid = await exchange.ringing(NUMBER)
    if act is None:
        await exchange.http.post(f"/simulated/calls/{sid}/hang-up")
    else:
        await exchange.press(sid, act)
    assert await _outcome(exchange, wanted) == outcome
    await exchange.press(sid, "314159")
    assert await _outcome(exchange, wanted) == outcome


async def test_asking_again_calls_nobody_again_and_the_sixth_call_in_an_hour_is_refused(
    exchange: Phones,
) -> None:
    first = _wanted()
    for _ in range(3):
        assert await _ask(exchange, first) == "ringing"
    assert len(await exchange.calls()) == 1
    for _ in range(4):
        await _ask(exchange, _wanted())
    refused = await exchange.order("/internal/code-calls", _wanted())
    assert (refused.status_code, refused.json()["code"]) == (409, "called_too_often")
    # To ask what became of an earlier one is no call.
    assert await _ask(exchange, first) == "ringing"
    assert len(await exchange.calls()) == 5


async def test_who_has_no_number_is_not_called_and_a_stranger_learns_nothing(exchange: Phones) -> None:
    assert await _ask(exchange, _wanted(person=str(NOBODY))) == "failed"
    wanted = _wanted()
    assert (await exchange.order("/internal/code-calls", wanted, "y" * 32)).status_code == 401
    assert await exchange.calls() == []
    await _ask(exchange, wanted)
    told = f"/api/notification/telephone/{wanted['id']}/keys"
    for signature in ("", "bm90IGl0"):
        forged = await exchange.http.post(
            told, data={"Digits": "314159"}, headers={"X-Twilio-Signature": signature}
        )
        assert forged.status_code == 403
    await exchange.press(await exchange.ringing(NUMBER), "314159")
    assert await _outcome(exchange, wanted) == "right"


async def test_keys_are_pressed_on_this_machine_only(exchange: Phones) -> None:
    assert "Er gaat geen telefoon over" in (await exchange.http.get("/simulated/")).text
    wanted = _wanted()
    await _ask(exchange, wanted)
    press = f"/simulated/calls/{await exchange.ringing(NUMBER)}/keys"
    for headers in ({"Host": "elsewhere.example"}, {"Origin": "http://elsewhere.example"}):
        for path in ("/simulated/", "/simulated/calls"):
            assert (await exchange.http.get(path, headers=headers)).status_code == 403
        pressed = await exchange.http.post(press, data={"keys": "314159"}, headers=headers)
        assert pressed.status_code == 403
    found = await exchange.order("/internal/code-calls/outcome", {"id": wanted["id"]})
    assert found.json()["state"] == "ringing"


async def test_the_calls_to_somebody_are_told_to_a_service_and_nobody_elses(exchange: Phones) -> None:
    wanted = _wanted()
    await _ask(exchange, wanted)
    [call] = (await exchange.order("/internal/calls", {"person": str(WILMA)})).json()
    assert (call["why"], call["state"]) == ("code", "ringing")
    assert "314159" not in str(call)
    assert (await exchange.order("/internal/calls", {"person": str(NOBODY)})).json() == []
    assert (await exchange.order("/internal/calls", {"person": str(WILMA)}, "y" * 32)).status_code == 401


async def test_calls_of_an_hour_ago_and_to_others_do_not_count_and_one_that_was_left_half_has_failed(
    database: str,
) -> None:
    now = datetime.now(UTC)
    made = {"id": UUID(int=8), "person": WILMA, "digest": b"x", "digits": 6, "state": CodeState.PLACING}
    before = now - AN_HOUR - timedelta(seconds=1)
    old, left = CodeCall(**made, placed_at=before), CodeCall(**{**made, "id": CALL}, placed_at=now)
    others = CodeCall(**{**made, "id": UUID(int=9), "person": NOBODY}, placed_at=now)
    async with await open_pool(database, 1) as pool:
        codes = Codes(pool)
        assert [await codes.place(each) for each in (old, left, others, left)] == [True, True, True, False]
        assert await codes.read(old.id) is None
        await codes.become(others.id, CodeState.RINGING)
        async with phones(database):
            pass  # The next process began.
        found = [await codes.read(each) for each in (left.id, others.id)]
        assert [each and each.state for each in found] == [CodeState.FAILED, CodeState.RINGING]
        # What is over stays as it is.
        await codes.become(left.id, CodeState.RIGHT)
        assert await codes.read(left.id) == found[0]


async def test_who_asks_for_many_calls_at_the_same_moment_gets_no_more_of_them(database: str) -> None:
    made = {"person": WILMA, "digest": b"x", "digits": 6, "state": CodeState.PLACING}
    now = datetime.now(UTC)
    first, *others = [CodeCall(id=UUID(int=100 + each), placed_at=now, **made) for each in range(AT_MOST + 1)]
    async with await open_pool(database, 3) as pool:
        codes = Codes(pool)
        for each in others[1:]:
            assert await codes.place(each)
        async with pool.acquire() as slow, slow.transaction():
            assert await Codes(cast(Any, _Only(slow))).place(first)
            too_many = asyncio.create_task(codes.place(others[0]))

            async def waits() -> bool | None:
                query = "SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND locktype = 'advisory')"
                return True if too_many.done() or await pool.fetchval(query) else None

            await until(waits, "the one looks at what the other did")
        with pytest.raises(TooOften):
            await too_many
        # One that was placed is no other one when it is asked for again.
        assert await codes.place(first) is False


class _Only:
    """A pool of one connection, whose transaction goes on."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    @asynccontextmanager
    async def acquire(self) -> AsyncIterator[Any]:
        """The one."""
        yield self._connection


async def test_the_release_before_finds_no_column_that_it_does_not_know(database: str) -> None:
    """It makes a call of all there are, and runs on after the migration until it is replaced."""
    pool = await open_pool(database, 1)
    try:
        query = "SELECT attname FROM pg_attribute WHERE attrelid = 'code_call'::regclass AND attnum > 0"
        columns = {row["attname"] for row in await pool.fetch(query)}
    finally:
        await pool.close()
    assert columns == {"id", "person", "digest", "digits", "state", "placed_at"}


async def test_a_call_for_a_code_is_known_by_the_providers_id_until_it_is_forgotten(database: str) -> None:
    pool = await open_pool(database, 1)
    try:
        codes, receipts, now = Codes(pool), Receipts(pool), datetime.now(UTC)
        for call, at in ((UUID(int=71), now), (UUID(int=72), now - AN_HOUR - timedelta(minutes=1))):
            assert await codes.place(CodeCall(call, WILMA, b"", 6, CodeState.PLACING, at))
            await codes.taken(call, f"CA{call.int}")
            await codes.taken(call, f"CA{call.int}")
        assert await receipts.known_calls(now) == ["CA71"]
        # What is forgotten takes its id along, and no id is kept of a call that is there no more.
        assert await codes.place(CodeCall(UUID(int=73), WILMA, b"", 6, CodeState.PLACING, now))
        await codes.taken(UUID(int=72), "CA72")
        assert await pool.fetchval("SELECT count(*) FROM code_taken") == 1
    finally:
        await pool.close()
