"""Guests under the switch: whose trust they hang on ends them, and no link slips through meanwhile."""

import asyncio
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from schemas.refused import Refused
from services.directory.rules.session import open_for_guest
from services.directory.store.opening import opening
from services.directory.store.writes import TABLES
from services.runtime.ports import Cause, Written
from tests.contract.doorstep import Browser, directory, signed_in
from tests.contract.invited import a_guest, linked, mandated, sponsored
from tests.contract.invited import opening as by_link
from tests.contract.office import code_of
from tests.contract.switching import DISTRUST, TRUST, being_thrown, officer, throw, until_waited
from tests.phone import Phone

OTHER = "organisations/GM0014/distrust"
GRONINGEN = "Gemeente Groningen"
"""What GM0014 is called: a guest may say to be of an organisation that takes part itself."""


async def sponsor(app: Any) -> tuple[Browser, Phone]:
    """Somebody who may let guests in at GM1735, with their phone."""
    here, phone, person = await signed_in(app)
    await mandated(app, person)
    return here, phone


async def let_in(app: Any, here: Browser, phone: Phone, **more: Any) -> Browser:
    """A guest who reads along."""
    there = Browser(app)
    invited = await linked(here, phone, **more)
    assert (await there.post("guests/enter", by_link(invited)))[0] == 200
    return there


async def inside(*browsers: Browser) -> list[int]:
    return [(await each.get("me"))[0] for each in browsers]


async def test_the_switch_ends_the_guests_of_the_organisation_and_nobody_elses(app, filled: str) -> None:
    here, phone = await sponsor(app)
    ruud, his = await officer(app, filled)
    bram = await let_in(app, here, phone)
    neighbour, theirs, person = await signed_in(app, organisation="GM0014")
    await mandated(app, person)
    other = await let_in(app, neighbour, theirs, organisation="GM0014")
    assert (await throw(ruud, his))["ended"] == 2
    assert await inside(here, bram, neighbour, other) == [401, 401, 200, 200]


async def test_a_guest_of_an_organisation_that_takes_part_ends_with_that_one_too(app, filled: str) -> None:
    here, phone = await sponsor(app)
    ruud, his = await officer(app, filled)
    bram = await let_in(app, here, phone, firm=GRONINGEN)
    other = await let_in(app, here, phone)
    assert (await throw(ruud, his, OTHER))["ended"] == 1
    assert await inside(here, bram, other) == [200, 401, 200]


@pytest.mark.parametrize(("thrown", "firm"), [(DISTRUST, "Spoedhulp BV"), (OTHER, GRONINGEN)])
async def test_a_link_opens_nothing_while_it_is_distrusted_is_not_spent_and_opens_once_it_is_over(
    app, filled: str, thrown: str, firm: str
) -> None:
    here, phone = await sponsor(app)
    ruud, his = await officer(app, filled)
    invited = await linked(here, phone, firm=firm)
    await throw(ruud, his, thrown)
    there = Browser(app)
    assert code_of(await there.post("guests/enter", by_link(invited))) == "host_distrusted"
    assert await inside(there) == [401]
    wrong = {**by_link(invited), "code": f"{(int(invited['code']) + 1) % 1_000_000:06}"}
    assert code_of(await there.post("guests/enter", wrong)) == "code_wrong"
    await throw(ruud, his, thrown.replace("distrust", "trust"))
    assert (await there.post("guests/enter", by_link(invited)))[0] == 200
    assert await inside(there) == [200]


async def test_a_guest_whom_the_switch_ended_does_not_come_back_by_the_link_that_was_used(
    app, filled: str
) -> None:
    here, phone = await sponsor(app)
    ruud, his = await officer(app, filled)
    invited = await linked(here, phone)
    bram = Browser(app)
    await bram.post("guests/enter", by_link(invited))
    for path in (DISTRUST, TRUST):
        await throw(ruud, his, path)
        assert await inside(bram) == [401]
        assert code_of(await bram.post("guests/enter", by_link(invited))) == "invitation_over"


async def test_no_link_is_made_while_it_is_distrusted(app, filled: str) -> None:
    here, phone = await sponsor(app)
    await throw(here, phone)
    await here.sign_in(phone)
    for firm in ("Spoedhulp BV", GRONINGEN):
        assert code_of(await here.post("guests", a_guest(firm=firm))) == "host_distrusted"


async def test_a_guest_who_comes_in_waits_for_who_throws_the_switch_and_is_refused(app, filled: str) -> None:
    _, invited = await sponsored(app)
    bram = Browser(app)
    async with being_thrown(filled) as thrower:
        entered = asyncio.ensure_future(bram.post("guests/enter", by_link(invited)))
        await until_waited(thrower)
        assert not entered.done()
        await thrower.execute(
            "INSERT INTO trust (id, version, state) VALUES ('GM1735', 1, '{\"distrusted\": true}')"
        )
    assert code_of(await entered) == "host_distrusted"
    assert await inside(bram) == [401]


async def test_a_guest_who_is_coming_in_meanwhile_is_ended_too(app, filled: str) -> None:
    here, phone = await sponsor(app)
    invited = await linked(here, phone)
    person = app.state.directory.own.person(UUID(invited["person"]))
    session = open_for_guest(uuid4(), person, person.guest, app.state.directory.now())
    connection = await asyncpg.connect(filled)
    async with connection.transaction():
        await opening(connection, session.person)
        await TABLES.write(connection, [Written(session, 1)], Cause(uuid4(), None, session.started_at))
        thrown = asyncio.ensure_future(throw(here, phone))
        await until_waited(connection)
    assert (await thrown)["ended"] == 2
    with pytest.raises(Refused, match="host_distrusted"):
        await opening(connection, session.person)
    await connection.close()


async def test_after_a_restart_the_links_are_still_refused(filled: str) -> None:
    async with directory(filled) as before:
        here, phone = await sponsor(before)
        invited = await linked(here, phone)
        await throw(here, phone)
    async with directory(filled) as after:
        assert code_of(await Browser(after).post("guests/enter", by_link(invited))) == "host_distrusted"
