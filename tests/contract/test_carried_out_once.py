"""A command to the directory is carried out once: remembered where it is written, answered by how it is."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from services.directory.store.access import Accesses
from services.runtime.answered import KEPT, forget_older
from services.runtime.database import connected
from services.runtime.now import clock
from services.runtime.ports import cause_of
from services.runtime.problems import Problem
from tests.contract.doorstep import Answer, Browser, directory, signed_in
from tests.contract.invited import a_guest, mandated
from tests.contract.office import Office
from tests.contract.staff import HOME, add, names, person
from tests.contract.tables import rows
from tests.phone import Phone


async def test_an_invitation_that_is_sent_again_invites_nobody_twice_and_tells_no_secret(
    app: Any, filled: str
) -> None:
    petra, phone, me = await signed_in(app)
    wilma = person()
    await add(petra, phone, wilma)
    key = str(uuid4())
    asked = {"person": wilma["id"], "checked": "in_person", "passkey": await petra.proof(phone, "invite")}
    status, invited = await petra.post("invitations", asked, key)
    assert status == 200
    status, again = await petra.post("invitations", asked, key)
    assert (status, again["code"]) == (409, "said_once")
    assert invited["secret"] not in str(again)
    status, other = await petra.post("invitations", {**asked, "checked": "call_back"}, key)
    assert (status, other["code"]) == (422, "key_reused")
    assert (await Browser(app).welcome(invited, Phone()))[0] == 200, "the first invitation was replaced"
    # Of one cause, and in one transaction with what is remembered of it.
    written = "SELECT aggregate, version, xmin FROM journal WHERE correlation = $1"
    kept = "SELECT 'access', 1, xmin FROM answered WHERE person = $1 AND key = $2"
    journalled = await rows(filled, written, str(cause_of(UUID(me), key)))
    assert journalled == await rows(filled, kept, UUID(me), key) and len(journalled) == 1
    columns = "SELECT column_name FROM information_schema.columns WHERE table_name = 'answered'"
    assert {name for (name,) in await rows(filled, columns)} == {"person", "key", "body_hash", "at"}


async def test_a_repeat_hears_how_things_stand_by_now_and_another_person_has_keys_of_their_own(
    app: Any, filled: str
) -> None:
    petra, phone, _ = await signed_in(app)
    gert, key = person(name="Gert Verzonnen"), str(uuid4())
    asked = {"people": [gert], "passkey": await petra.proof(phone, "people")}
    assert "Gert Verzonnen" in names((await petra.post(HOME, asked, key))[1])
    await add(petra, phone, person(name="Wilma Verzonnen"))
    written = await rows(filled, "SELECT count(*) FROM journal")
    status, again = await petra.post(HOME, asked, key)
    assert status == 200 and {"Gert Verzonnen", "Wilma Verzonnen"} <= set(names(again))
    assert await rows(filled, "SELECT count(*) FROM journal") == written
    gone = {"passkey": await petra.proof(phone, "people")}
    leave, left = f"{HOME}/{gert['id']}/leave", str(uuid4())
    assert await petra.post(leave, gone, left) == (200, {})
    assert await petra.post(leave, gone, left) == (200, {}), "it was done, and not refused as a second time"
    elsewhere, _, _ = await signed_in(app, organisation="GM0014")
    assert (await elsewhere.post("language", {"language": "en"}, left))[0] == 200


async def test_what_was_refused_is_not_remembered(app: Any) -> None:
    petra, phone, _ = await signed_in(app)
    key, wilma = str(uuid4()), person()
    status, no = await petra.post(HOME, {"people": [wilma]}, key)
    assert (status, no["code"]) == (409, "prove_it")
    asked = {"people": [wilma], "passkey": await petra.proof(phone, "people")}
    assert (await petra.post(HOME, asked, key))[0] == 200


async def test_of_the_same_command_twice_at_once_one_is_carried_out(app: Any, filled: str) -> None:
    petra, phone, me = await signed_in(app)
    wilma, key = person(), str(uuid4())
    await add(petra, phone, wilma)
    asked = {"person": wilma["id"], "checked": "in_person", "passkey": await petra.proof(phone, "invite")}
    both = await asyncio.gather(*(petra.post("invitations", asked, key) for _ in range(2)))
    assert sorted(status for status, _ in both) == [200, 409]
    assert "said_once" in [answer.get("code") for _, answer in both]
    written = "SELECT version FROM journal WHERE aggregate = 'access' AND key = $1"
    assert await rows(filled, written, wilma["id"]) == [(1,)]
    assert await rows(filled, "SELECT count(*) FROM answered WHERE person = $1", UUID(me)) == [(2,)]


async def test_a_guest_without_a_link_is_not_left_behind(
    app: Any, filled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    petra, phone, me = await signed_in(app)

    async def fails(*_: object) -> None:
        raise Problem(503, "unavailable")

    await mandated(app, me)
    key, body = str(uuid4()), a_guest()
    people = await rows(filled, "SELECT count(*) FROM person")
    with monkeypatch.context() as broken:
        broken.setattr(Accesses, "change", fails)
        first = {**body, "passkey": await petra.proof(phone, "guest")}
        assert (await petra.post("guests", first, key))[0] == 503
    assert await rows(filled, "SELECT count(*) FROM person") == people
    second = {**body, "passkey": await petra.proof(phone, "guest")}
    assert (await petra.post("guests", second, key))[0] == 200


async def test_what_was_answered_more_than_a_week_ago_is_forgotten(app: Any, filled: str) -> None:
    petra, _, me = await signed_in(app)
    assert (await petra.post("language", {"language": "en"}, "old"))[0] == 200
    async with connected(filled) as connection:
        await forget_older(connection, clock()() - KEPT)
        assert await connection.fetchval("SELECT key FROM answered WHERE person = $1", UUID(me)) == "old"
        await forget_older(connection, clock()() + timedelta(minutes=1))
        assert await connection.fetchval("SELECT count(*) FROM answered") == 0


async def said_yes(app: Any) -> tuple[Browser, Browser, dict[str, Any], str]:
    """A colleague who said yes to a card, who waits with it, and what was said under which key."""
    office = await Office(app).open()
    there, (_, asked) = await office.ask(await office.card())
    use = (await office.second.get("cards/asked"))[1]["uses"][-1]["use"]
    signed = await office.second.proof(office.second_phone, "approve")
    said = {"use": use, "code": asked["code"], "person": office.wilma, "passkey": signed}
    key = str(uuid4())
    for _ in range(2):
        assert await office.second.post("cards/approve", said, key) == (200, {})
    return office.second, there, said, key


async def again(app: Any, before: Browser, said: dict[str, Any], key: str) -> Answer:
    """The same once more, at a directory that was started anew."""
    here = Browser(app)
    here.http.cookies = before.http.cookies
    return await here.post("cards/approve", said, key)


async def test_a_yes_to_a_card_is_told_again_while_it_counts_and_not_after_a_start_that_lost_it(
    filled: str,
) -> None:
    async with directory(filled) as app:
        second, _, said, key = await said_yes(app)
    async with directory(filled) as anew:
        status, no = await again(anew, second, said, key)
        assert (status, no["code"]) == (409, "card_use_over"), "nobody is let in by a yes that is gone"


async def test_a_yes_by_which_a_card_was_spent_was_done_also_after_a_start(filled: str) -> None:
    async with directory(filled) as app:
        second, there, said, key = await said_yes(app)
        assert (await there.post("cards/enter", {}))[0] == 200
        assert await second.post("cards/approve", said, key) == (200, {})
    for later, told in ((0, 200), (16, 409)):
        async with directory(filled, later) as anew:
            assert (await again(anew, second, said, key))[0] == told
