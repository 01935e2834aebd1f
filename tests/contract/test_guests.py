"""A guest comes in by a link, once, from one phone; the link makes no key, and one tap ends it."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from services.directory.ended_guests import take
from services.directory.recovery import keys_of, restored
from services.runtime.now import clock
from tests.contract.doorstep import Browser, directory, signed_in
from tests.contract.invited import a_guest, linked, mandated, naming, opening, sponsored
from tests.phone import Phone


async def test_a_guest_comes_in_once_reads_who_they_are_and_sends_nothing(app) -> None:
    _, invited = await sponsored(app)
    bram, thief = Browser(app), Browser(app)
    assert (await bram.post("guests/enter", opening(invited)))[0] == 200
    status, no = await thief.post("guests/enter", opening(invited))
    assert (status, no["code"]) == (409, "invitation_over")
    me = await bram.me()
    assert (me["person"], me["way"], me["organisations"]) == (invited["person"], "guest", [])
    for path, body in (("guests", a_guest()), ("sessions/end-all", {}), ("cards/approve", {})):
        status, no = await bram.post(path, body)
        assert (status, no["code"]) == (403, "guests_only_read")
    assert (await bram.get("colleagues?organisation=GM1735"))[0] == 404
    assert (await bram.post("sign-out", {}))[0] == 200
    assert (await bram.get("me"))[0] == 401


async def test_a_guests_link_makes_no_key_and_a_colleagues_lets_no_guest_in(app) -> None:
    _, invited = await sponsored(app)
    status, no = await Browser(app).welcome(invited, Phone())
    assert (status, no["code"]) == (409, "invitation_over")
    colleague = await Browser(app).invite_here(organisation="GM1735", name="Wim", phone="06 00000002")
    status, no = await Browser(app).post("guests/enter", opening(colleague))
    assert (status, no["code"]) == (409, "invitation_over")


async def test_one_tap_ends_the_session_and_an_unused_link(app) -> None:
    here, invited = await sponsored(app)
    bram = Browser(app)
    await bram.post("guests/enter", opening(invited))
    neighbour, _, _ = await signed_in(app, organisation="GM0014")
    assert [(await each.post(f"guests/{invited['person']}/end", {}))[0] for each in (neighbour, here)] == [
        404,
        200,
    ]
    assert (await bram.get("me"))[0] == 401
    status, no = await bram.post("guests/enter", opening(invited))
    assert (status, no["code"]) == (409, "invitation_over")


async def test_an_incident_that_ends_a_guest_ends_their_session_and_nobody_elses(app) -> None:
    _, invited = await sponsored(app)
    colleague = await Browser(app).invite_here(organisation="GM1735", name="Wim", phone="06 00000002")
    bram, wim = Browser(app), Browser(app)
    await bram.post("guests/enter", opening(invited))
    await wim.welcome(colleague, Phone())
    here = app.state.directory
    await take(here, [naming(app, invited["person"]), naming(app, colleague["person"], ended=True)])
    assert [(await each.get("me"))[0] for each in (bram, wim)] == [200, 200]
    await take(here, [naming(app, invited["person"], ended=True, incident=uuid4())])
    assert (await bram.get("me"))[0] == 200
    await take(here, [naming(app, invited["person"], ended=True)])
    assert [(await each.get("me"))[0] for each in (bram, wim)] == [401, 200]


async def test_a_link_that_nobody_used_opens_nothing_after_the_incident_ended_the_guest(app) -> None:
    _, invited = await sponsored(app)
    await take(app.state.directory, [naming(app, invited["person"], ended=True)])
    status, no = await Browser(app).post("guests/enter", opening(invited))
    assert (status, no["code"]) == (409, "invitation_over")


async def test_who_came_in_this_moment_and_is_ended_is_out_though_memory_does_not_know_them_yet(app) -> None:
    _, invited = await sponsored(app)
    own, person = app.state.directory.own, UUID(invited["person"])
    before, bram = own.access(person), Browser(app)
    assert (await bram.post("guests/enter", opening(invited)))[0] == 200
    [session] = own.sessions_of(person)
    own.keep([before])
    del own.sessions[session.id]
    await take(app.state.directory, [naming(app, invited["person"], ended=True)])
    assert own.session(session.id).revoked


async def test_after_a_restore_an_ended_guest_is_out_and_their_link_opens_nothing(app, filled) -> None:
    _, invited = await sponsored(app)
    bram = Browser(app)
    await bram.post("guests/enter", opening(invited))
    token = dict(bram.http.cookies)
    kept_apart = await keys_of(filled)
    connection = await asyncpg.connect(filled)
    await connection.execute("DELETE FROM data_key")
    await connection.close()
    await restored(filled, kept_apart)
    async with directory(filled) as again:
        back = Browser(again)
        back.http.cookies.update(token)
        assert (await back.get("me"))[0] == 401
        assert (await back.post("guests/enter", opening(invited)))[1]["code"] == "invitation_over"


async def test_who_sits_at_a_sponsors_open_phone_invites_nobody(app) -> None:
    here, _, person = await signed_in(app)
    await mandated(app, person)
    status, no = await here.post("guests", a_guest())
    assert (status, no["code"]) == (409, "prove_it")


async def test_a_wrong_code_is_counted_and_five_end_the_link(app) -> None:
    _, invited = await sponsored(app)
    wrong = {**opening(invited), "code": f"{(int(invited['code']) + 1) % 1_000_000:06}"}
    heard = [(await Browser(app).post("guests/enter", wrong))[1]["code"] for _ in range(5)]
    assert heard == [*["code_wrong"] * 4, "invitation_over"]
    assert (await Browser(app).post("guests/enter", opening(invited)))[1]["code"] == "invitation_over"


async def test_after_their_time_a_guest_is_out_and_nothing_of_a_guest_is_kept_in_clear_text(
    app, filled
) -> None:
    here, phone, person = await signed_in(app)
    await mandated(app, person)
    hour: dict[str, Any] = {"until": (clock()() + timedelta(hours=1)).isoformat(), "checked": "call_back"}
    invited, unused = await linked(here, phone, **hour), await linked(here, phone, **hour)
    bram = Browser(app)
    await bram.post("guests/enter", opening(invited))
    token = dict(bram.http.cookies)
    connection = await asyncpg.connect(filled)
    rows = await connection.fetch(
        "SELECT state::text AS text FROM person UNION ALL SELECT state::text FROM access"
    )
    await connection.close()
    kept = "".join(row["text"] for row in rows)
    assert "Bram" not in kept and invited["secret"] not in kept
    async with directory(filled, minutes_later=61) as later:
        late = Browser(later)
        assert (await late.post("guests/enter", opening(unused)))[1]["code"] == "invitation_over"
        late.http.cookies.update(token)
        assert (await late.get("me"))[0] == 401
