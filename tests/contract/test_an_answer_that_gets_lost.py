"""The directory whose connection dies between a COMMIT and its answer: it remembers what the tables say."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from services.runtime.ports import cause_of
from tests.contract.doorstep import Browser, directory, signed_in
from tests.contract.invited import a_guest, mandated
from tests.contract.lost_answers import Line, Lost, line_to
from tests.contract.staff import HOME, add, names, person
from tests.contract.tables import rows
from tests.phone import Phone

PROVEN = 1
"""COMMITs before that of a command which a key signed: that of the use of the key."""


@pytest.fixture
async def line(filled: str) -> AsyncIterator[Line]:
    async with line_to(filled) as made:
        yield made


@pytest.fixture
async def app(line: Line) -> AsyncIterator[Any]:
    async with directory(line.dsn) as made:
        yield made


async def test_an_invitation_whose_commit_was_not_answered_is_answered_opens_and_is_said_once(
    app: Any, line: Line, filled: str
) -> None:
    petra, phone, me = await signed_in(app)
    wilma, key = person(), str(uuid4())
    await add(petra, phone, wilma)
    asked = {"person": wilma["id"], "checked": "in_person", "passkey": await petra.proof(phone, "invite")}
    line.lose(Lost.ANSWER, after=PROVEN)
    status, invited = await petra.post("invitations", asked, key)
    assert line.lost.is_set() and status == 200
    status, again = await petra.post("invitations", asked, key)
    assert (status, again["code"]) == (409, "said_once")
    written = "SELECT version FROM journal WHERE correlation = $1"
    assert await rows(filled, written, str(cause_of(UUID(me), key))) == [(1,)]
    assert (await Browser(app).welcome(invited, Phone()))[0] == 200


async def test_while_the_database_is_away_nobody_is_answered_and_a_repeat_hears_what_became_of_it(
    app: Any, line: Line
) -> None:
    petra, phone, _ = await signed_in(app)
    gert, key = person(name="Gert Verzonnen"), str(uuid4())
    asked = {"people": [gert], "passkey": await petra.proof(phone, "people")}
    line.lose(Lost.ANSWER, after=PROVEN, away=True)
    both = [asyncio.create_task(petra.post(HOME, asked, key)) for _ in range(2)]
    await line.lost.wait()
    done, _ = await asyncio.wait(both, timeout=0.3)
    assert not done
    line.mend()
    for status, told in await asyncio.gather(*both):
        assert status == 200 and "Gert Verzonnen" in names(told)
    # The memory, and not the tables alone: who is not known there is let in by nobody.
    asked = {"person": gert["id"], "checked": "in_person", "passkey": await petra.proof(phone, "invite")}
    assert (await petra.post("invitations", asked, str(uuid4())))[0] == 200


async def test_a_session_whose_end_was_not_answered_is_over_for_every_other(app: Any, line: Line) -> None:
    petra, phone, _ = await signed_in(app)
    stolen = Browser(app)
    assert (await stolen.sign_in(phone))[0] == 200
    ended = (await stolen.me())["session"]
    line.lose(Lost.ANSWER)
    assert await petra.post(f"sessions/{ended}/end", {}) == (200, {})
    assert line.lost.is_set() and (await stolen.get("me"))[0] == 401


@pytest.mark.parametrize("trying", [0, 1, 2])
async def test_who_comes_in_by_a_commit_that_is_not_answered_is_in_with_a_key_that_opens(
    app: Any, line: Line, trying: int
) -> None:
    here, phone = Browser(app), Phone()
    invited = await here.invite_here(organisation="GM1735", name="Petra Verzonnen", phone="06 00000000")
    # Twice the code is tried, which writes nothing and loses nothing; then the key is let in.
    line.lose(Lost.ANSWER, after=trying)
    assert (await here.welcome(invited, phone))[0] == 200
    assert line.lost.is_set()
    assert (await Browser(app).sign_in(phone))[0] == 200


async def test_a_commit_that_did_not_arrive_changed_nothing_and_a_repeat_is_carried_out(
    app: Any, line: Line, filled: str
) -> None:
    petra, _, me = await signed_in(app)
    language, key = {"language": "en"}, str(uuid4())
    line.lose(Lost.COMMIT)
    with pytest.raises(asyncpg.ConnectionDoesNotExistError):
        await petra.post("language", language, key)
    assert line.lost.is_set()
    assert (await petra.get("language"))[1]["language"] != "en"
    kept = "SELECT count(*) FROM answered WHERE person = $1 AND key = $2"
    assert await rows(filled, kept, UUID(me), key) == [(0,)]
    assert (await petra.post("language", language, key))[0] == 200
    assert (await petra.get("language"))[1]["language"] == "en"


async def test_a_guest_whose_commit_did_not_arrive_is_nobody_and_has_no_link(
    app: Any, line: Line, filled: str
) -> None:
    petra, phone, me = await signed_in(app)
    await mandated(app, me)
    known = app.state.directory.own
    before = (set(known.people), set(known.accesses))
    body = {**a_guest(), "passkey": await petra.proof(phone, "guest")}
    line.lose(Lost.COMMIT, after=PROVEN)
    with pytest.raises(asyncpg.ConnectionDoesNotExistError):
        await petra.post("guests", body, str(uuid4()))
    assert line.lost.is_set() and (set(known.people), set(known.accesses)) == before
