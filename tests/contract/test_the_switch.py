"""The switch over HTTP in real mode: which sessions end, who comes back how, and that none slips through."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from schemas.refused import Refused
from schemas.values import IBD, Right
from services.directory.rules.session import open_in_demonstration
from services.directory.store.keys import exported
from services.directory.store.opening import opening
from services.directory.store.trust import restore_distrust
from services.directory.store.writes import TABLES
from services.runtime.now import clock
from services.runtime.ports import Cause, Written
from tests.contract.doorstep import PETRA, Browser, directory, signed_in
from tests.contract.office import Office, code_of, proven, somebody
from tests.contract.switching import DISTRUST, TRUST, being_thrown, officer, throw, trust_rows, until_waited
from tests.phone import Phone


async def test_one_act_ends_every_session_of_the_organisation_the_throwers_too_and_nobody_elses(
    app, filled: str
) -> None:
    petra, hers, _ = await signed_in(app)
    stolen = Browser(app)
    await stolen.sign_in(hers)
    wim, his, _ = await signed_in(app, name="Wim Verzonnen")
    neighbour, _, _ = await signed_in(app, organisation="GM0014")
    thrown = await throw(petra, hers)
    assert (thrown["distrusted"], thrown["ended"], thrown["out"]) == (True, 3, True)
    assert "noaber_session" not in petra.http.cookies
    inside = [(await each.get("me"))[0] for each in (petra, stolen, wim, neighbour)]
    assert inside == [401, 401, 401, 200]
    for here, phone in ((petra, hers), (wim, his)):
        assert (await here.sign_in(phone))[0] == 200
    assert [tuple(row) for row in await trust_rows(filled)] == [("GM1735", 1, "true")]


async def test_a_repeat_ends_nobody_and_writes_nothing_and_it_is_taken_back(app, filled: str) -> None:
    petra, hers, _ = await signed_in(app)
    assert (await throw(petra, hers, TRUST))["since"] is None
    await throw(petra, hers)
    await petra.sign_in(hers)
    again = await throw(petra, hers)
    assert (again["ended"], again["out"], (await petra.get("me"))[0]) == (0, False, 200)
    back = await throw(petra, hers, TRUST)
    assert (back["distrusted"], back["ended"], back["out"]) == (False, 0, False)
    assert await throw(petra, hers, TRUST) == back
    assert [tuple(row) for row in await trust_rows(filled)] == [("GM1735", 2, "false")]


async def test_two_at_once_throw_it_once(app, filled: str) -> None:
    petra, hers, _ = await signed_in(app)
    ruud, his = await officer(app, filled)
    async with being_thrown(filled) as thrower:
        both = asyncio.gather(throw(petra, hers), throw(ruud, his))
        await until_waited(thrower, 2)
    answers = await both
    assert sorted(each["ended"] for each in answers) == [0, 1]
    assert [tuple(row) for row in await trust_rows(filled)] == [("GM1735", 1, "true")]


async def test_the_ibd_throws_it_on_their_behalf_and_stays_in(app, filled: str) -> None:
    petra, _, _ = await signed_in(app)
    ruud, his = await officer(app, filled)
    thrown = await throw(ruud, his)
    assert (thrown["ended"], thrown["out"]) == (1, False)
    assert [(await each.get("me"))[0] for each in (petra, ruud)] == [401, 200]
    connection = await asyncpg.connect(filled)
    told = await connection.fetchval("SELECT state->>'by_organisation' FROM trust")
    who = await connection.fetchval("SELECT who FROM journal WHERE aggregate = 'trust'")
    await connection.close()
    assert (told, str(who)) == (IBD, (await ruud.me())["person"])


async def test_a_neighbour_with_the_same_rights_and_a_colleague_without_are_refused(app, filled: str) -> None:
    petra, _, _ = await signed_in(app)
    neighbour, theirs, _ = await signed_in(app, organisation="GM0014")
    colleague, own = await somebody(app, filled, (Right.REPORT, Right.LEND))
    for here, phone in ((neighbour, theirs), (colleague, own)):
        for path in (DISTRUST, TRUST):
            # Nobody is asked to sign for what they may not do.
            assert code_of(await here.post(path, {})) == "not_yours_to_do"
            status, no = await proven(here, phone, "switch", path, {})
            assert (status, no["code"]) == (403, "not_yours_to_do")
    assert (await proven(neighbour, theirs, "switch", "organisations/GM9999/distrust", {}))[0] == 404
    assert (await Browser(app).post(DISTRUST, {}))[0] == 401
    assert (await petra.get("me"))[0] == 200
    assert await trust_rows(filled) == []


async def test_a_stolen_session_throws_nothing_without_the_phone(app, filled: str) -> None:
    petra, hers, _ = await signed_in(app)
    for path in (DISTRUST, TRUST):
        assert code_of(await petra.post(path, {})) == "prove_it"
        for_another_thing = await proven(petra, hers, "stop", path, {})
        assert for_another_thing[0] == 409
    assert await trust_rows(filled) == []


async def test_who_came_in_with_a_card_throws_it_and_does_not_take_it_back(app, filled: str) -> None:
    office = Office(app)
    await office.open()
    there = await office.come_in(await office.card())
    status, thrown = await there.post(DISTRUST, {})
    assert (status, thrown["out"]) == (200, True)
    assert (await there.get("me"))[0] == 401
    await office.petra.sign_in(office.hers)
    await office.second.sign_in(office.second_phone)
    back = await office.come_in(await office.card())
    assert code_of(await back.post(TRUST, {})) == "card_not_enough"
    assert (await back.get("me"))[0] == 200


Way = Callable[[Any], Awaitable[Callable[[], Awaitable[Any]]]]
"""Gets everything ready, and hands over the last step: the one that opens a session."""


async def by_touch(app: Any) -> Callable[[], Awaitable[Any]]:
    _, phone, _ = await signed_in(app)
    there = Browser(app)
    signed = await there.proof(phone)
    return lambda: there.post("passkey/sign-in", {"passkey": signed})


async def by_invitation(app: Any) -> Callable[[], Awaitable[Any]]:
    there = Browser(app)
    invited = await there.invite_here(**PETRA)
    opened = {"secret": invited["secret"], "code": invited["code"]}
    _, asked = await there.post("welcome/options", opened)
    made = Phone().make(asked["options"], there.origin)
    return lambda: there.post("welcome/finish", {**opened, "passkey": made})


async def by_card(app: Any) -> Callable[[], Awaitable[Any]]:
    office = await Office(app).open()
    there, (_, asked) = await office.ask(await office.card())
    await office.yes(asked["code"])
    return lambda: there.post("cards/enter", {})


async def by_choice(app: Any) -> Callable[[], Awaitable[Any]]:
    """As in a demonstration, where somebody made up is chosen."""
    _, _, person = await signed_in(app)
    session = open_in_demonstration(uuid4(), UUID(person), app.state.directory.now())

    async def choose() -> tuple[int, None]:
        await app.state.directory.keep(session)
        return 200, None

    return choose


@pytest.mark.parametrize("way", [by_touch, by_invitation, by_card, by_choice])
async def test_whoever_signs_in_waits_for_who_throws_the_switch(app, filled: str, way: Way) -> None:
    open_it = await way(app)
    async with being_thrown(filled) as thrower:
        opened = asyncio.ensure_future(open_it())
        await until_waited(thrower)
        assert not opened.done()
    assert (await opened)[0] == 200


async def test_a_session_that_is_being_opened_meanwhile_is_ended_too(app, filled: str) -> None:
    petra, hers, person = await signed_in(app)
    session = open_in_demonstration(uuid4(), UUID(person), app.state.directory.now())
    connection = await asyncpg.connect(filled)
    async with connection.transaction():
        await opening(connection, session.person)
        await TABLES.write(connection, [Written(session, 1)], Cause(uuid4(), None, session.started_at))
        thrown = asyncio.ensure_future(throw(petra, hers))
        await until_waited(connection)
    assert (await thrown)["ended"] == 2
    revoked = await connection.fetchval(
        "SELECT state->>'revoked' FROM session WHERE id = $1", str(session.id)
    )
    await connection.close()
    assert revoked == "true"


async def test_an_identity_provider_says_nobody_is_somebody_while_it_is_distrusted(app, filled: str) -> None:
    petra, hers, person = await signed_in(app)
    connection = await asyncpg.connect(filled)
    assert app.state.directory.own.trusted("GM1735")
    for path, refused in ((DISTRUST, True), (TRUST, False)):
        await throw(petra, hers, path)
        await petra.sign_in(hers)
        assert app.state.directory.own.trusted("GM1735") is not refused
        async with connection.transaction():
            await opening(connection, UUID(person))
            await opening(connection, UUID(person), provider="GM0014")
            if refused:
                with pytest.raises(Refused, match="provider_distrusted"):
                    await opening(connection, UUID(person), provider="GM1735")
            else:
                await opening(connection, UUID(person), provider="GM1735")
    await connection.close()


async def test_a_restart_remembers_who_is_distrusted(filled: str) -> None:
    async with directory(filled) as before:
        petra, hers, _ = await signed_in(before)
        await throw(petra, hers)
    async with directory(filled) as after:
        assert not after.state.directory.own.trusted("GM1735")


async def test_a_restore_brings_no_trust_back(filled: str) -> None:
    """Whichever of key file and tables is the older one: what one of them distrusts is distrusted."""
    async with directory(filled) as app:
        petra, hers, _ = await signed_in(app)
        await throw(petra, hers)
    connection = await asyncpg.connect(filled)
    file = await exported(connection)
    assert [(each.id, each.distrusted) for each in file.distrusted] == [("GM1735", True)]
    at = clock()()
    async with connection.transaction():
        # A key file that is older than the throw.
        assert await restore_distrust(connection, [], at) == ["GM1735"]
        # Tables that are older than the throw.
        await connection.execute("DELETE FROM trust")
        for table in ("outbox", "journal"):
            await connection.execute(f"DELETE FROM {table} WHERE aggregate = 'trust'")
        assert await restore_distrust(connection, file.distrusted, at) == ["GM1735"]
        assert await restore_distrust(connection, file.distrusted, at) == ["GM1735"]
    assert (await exported(connection)).distrusted == file.distrusted
    assert [tuple(row) for row in await trust_rows(filled)] == [("GM1735", 1, "true")]
    async with directory(filled) as app:
        # Tables in which it was trusted again, before it was thrown anew.
        petra = Browser(app)
        await petra.sign_in(hers)
        await throw(petra, hers, TRUST)
    async with connection.transaction():
        assert await restore_distrust(connection, file.distrusted, at) == ["GM1735"]
    await connection.close()
    assert [tuple(row) for row in await trust_rows(filled)] == [("GM1735", 3, "true")]
