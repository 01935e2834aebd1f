"""The people of an organisation over HTTP: brought in, changed, checked once a year, let go, and told all."""

import asyncio
from uuid import UUID, uuid4

import pytest

from schemas.refused import Refused
from services.directory.store.people import Keeping
from services.runtime.database import open_pool
from services.runtime.now import clock
from tests.contract.doorstep import ORIGIN, Browser, directory, signed_in
from tests.contract.office import ROLES, Office
from tests.contract.staff import HOME, add, names, person, proven
from tests.phone import Phone, text_of

YEAR_MINUTES = 366 * 24 * 60


async def test_who_is_brought_in_is_there_once_and_can_be_invited(app) -> None:
    petra, phone, _ = await signed_in(app)
    wilma = person(functions=["ciso"])
    for _ in range(2):
        status, staff = await add(petra, phone, wilma, person(name="Gert Verzonnen", rights=["mandate"]))
        assert status == 200
        assert names(staff).count("Wilma Verzonnen") == 1
    found = next(each for each in staff["people"] if each["person"] == wilma["id"])
    assert (found["phone"], found["functions"], found["rights"]) == ("06 00000002", ["ciso"], ["report"])
    assert (found["due"], found["keys"]) == (False, 0)
    other, new = Browser(app), Phone()
    _, invited = await petra.invite(phone, wilma["id"])
    assert (await other.welcome(invited, new))[0] == 200
    assert (await other.me())["rights"] == {"GM1735": ["report"]}


async def test_a_session_without_its_phone_brings_in_nobody(app) -> None:
    petra, _, me = await signed_in(app)
    for path, body in (
        (HOME, {"people": [person()]}),
        (f"{HOME}/{me}", {"name": "Iemand", "phone": "06 00000003"}),
        (f"{HOME}/{me}/leave", {}),
    ):
        status, no = await petra.post(path, body)
        assert (status, no["code"]) == (409, "prove_it"), path
    assert len((await petra.get(HOME))[1]["people"]) == 1


async def test_one_who_administers_elsewhere_finds_nobody_here(app) -> None:
    petra, phone, _ = await signed_in(app)
    wilma = person()
    await add(petra, phone, wilma)
    elsewhere, other, _ = await signed_in(app, organisation="GM0014")
    assert (await elsewhere.get(HOME))[0] == 404
    assert (await add(elsewhere, other, person()))[0] == 404
    there = "organisations/GM0014/people"
    for path, body in (
        (f"{there}/{wilma['id']}", {"name": "Van ons", "phone": "06 00000003"}),
        (f"{there}/{wilma['id']}/leave", {}),
    ):
        assert (await proven(elsewhere, other, path, body))[0] == 404, path
    assert (await elsewhere.post(f"{there}/check", {"people": [wilma["id"]]}))[0] == 404
    status, no = await proven(elsewhere, other, there, {"people": [wilma]})
    assert (status, no["code"]) == (409, "exists")


async def test_nobody_gives_themselves_a_right_and_the_last_administrator_stays(app) -> None:
    petra, phone, me = await signed_in(app)
    more = {"name": "Petra Verzonnen", "phone": "06 00000000", "rights": ["administer", "mandate"]}
    status, no = await proven(petra, phone, f"{HOME}/{me}", more)
    assert (status, no["code"]) == (409, "own_rights")
    status, no = await proven(petra, phone, f"{HOME}/{me}/leave", {})
    assert (status, no["code"]) == (409, "last_administrator")
    status, _ = await proven(
        petra, phone, f"{HOME}/{me}", {**more, "rights": ["administer"], "name": "Petra V."}
    )
    assert status == 200
    assert (await petra.me())["name"] == "Petra V."


async def test_of_two_last_administrators_who_take_each_other_off_one_stays(app) -> None:
    petra, phone, me = await signed_in(app)
    other = person(rights=["administer"], name="Anna Verzonnen")
    await add(petra, phone, other)
    anna, her_phone = Browser(app), Phone()
    _, invited = await petra.invite(phone, other["id"])
    await anna.welcome(invited, her_phone)
    answers = await asyncio.gather(
        proven(petra, phone, f"{HOME}/{other['id']}/leave", {}),
        proven(anna, her_phone, f"{HOME}/{me}/leave", {}),
    )
    assert sorted(status for status, _ in answers)[0] == 200
    assert sorted(status for status, _ in answers)[1] in {401, 403, 404, 409}
    left = petra if answers[0][0] == 200 else anna
    assert len((await left.get(HOME))[1]["people"]) == 1


async def test_who_administers_it_no_more_when_it_is_written_changes_nobody(app) -> None:
    petra, phone, me = await signed_in(app)
    wilma = person()
    await add(petra, phone, wilma)
    off = Keeping("GM1735", UUID(wilma["id"]), clock()())
    people = app.state.directory.people
    for change in (people.add(off, []), people.change(off, [UUID(me)], lambda known, _: known)):
        with pytest.raises(Refused, match="not_your_right"):
            await change


async def test_who_leaves_the_only_employer_is_forgotten_and_out(app, filled: str) -> None:
    petra, phone, _ = await signed_in(app)
    wilma = person()
    await add(petra, phone, wilma)
    hers = Browser(app)
    _, invited = await petra.invite(phone, wilma["id"])
    await hers.welcome(invited, Phone())
    assert (await proven(petra, phone, f"{HOME}/{wilma['id']}/leave", {}))[0] == 200
    assert (await hers.get("me"))[0] == 401
    assert names((await petra.get(HOME))[1]) == ["Petra Verzonnen"]
    async with await open_pool(filled, 1) as pool:
        assert not await pool.fetch("SELECT FROM data_key WHERE person = $1", wilma["id"])
        # Who took her off stands in the journal.
        who = await pool.fetchval(
            "SELECT who FROM journal WHERE aggregate = 'person' AND key = $1 ORDER BY version DESC LIMIT 1",
            wilma["id"],
        )
    assert str(who) == (await petra.me())["person"]


async def test_a_year_later_everybody_is_asked_about_again(filled: str) -> None:
    wilma, gert = person(), person(name="Gert Verzonnen")
    async with directory(filled) as app:
        petra, phone, _ = await signed_in(app)
        await add(petra, phone, wilma, gert)
    async with directory(filled, minutes_later=YEAR_MINUTES) as app:
        petra = Browser(app)
        await petra.sign_in(phone)
        status, staff = await petra.get(HOME)
        assert status == 200
        assert {each["due"] for each in staff["people"]} == {True}
        status, staff = await petra.post(f"{HOME}/check", {"people": [wilma["id"], wilma["id"]]})
        assert status == 200
        assert [each["name"] for each in staff["people"] if not each["due"]] == ["Wilma Verzonnen"]


async def test_two_of_the_same_id_are_refused_whole(app) -> None:
    petra, phone, _ = await signed_in(app)
    wilma = person()
    assert (await add(petra, phone, wilma, {**wilma, "name": "Iemand anders"}))[0] == 400
    assert len((await petra.get(HOME))[1]["people"]) == 1


async def test_what_is_kept_of_somebody_is_told_to_them_and_opens_nothing(app) -> None:
    petra, phone, me = await signed_in(app)
    wilma = person(rights=["mandate"], functions=["ciso"])
    await add(petra, phone, wilma)
    woken = {"organisation": "GM1735", "turns": [{"person": wilma["id"]}, {"person": me}]}
    proof = phone.sign(await petra.asked("wake_list"), ORIGIN)
    assert (await petra.post("wake-list", {**woken, "passkey": proof}))[0] == 200
    entry = {"id": str(uuid4()), "person": wilma["id"], "acts": ["confirm"]}
    proof = await petra.proof(phone, "mandates")
    await petra.post("organisations/GM1735/mandates", {"after": 0, "entries": [entry], "passkey": proof})
    status, kept = await petra.get("export")
    assert status == 200
    assert (kept["person"], kept["name"], kept["phone"]) == (me, "Petra Verzonnen", "06 00000000")
    assert kept["memberships"][0]["rights"] == ["administer"]
    assert (len(kept["keys"]), len(kept["sessions"]), kept["mandates"]) == (1, 1, [])
    assert ("person", wilma["id"]) in {(each["kind"], each["id"]) for each in kept["acts"]}
    assert "Wilma" not in str(kept)
    assert text_of(phone.credential) not in str(kept)
    hers, new = Browser(app), Phone()
    _, invited = await petra.invite(phone, wilma["id"])
    await hers.welcome(invited, new)
    _, kept = await hers.get("export")
    assert [each["mandate"]["id"] for each in kept["mandates"]] == [entry["id"]]
    assert [each["turn"]["person"] for each in kept["wake_lists"]] == [wilma["id"]]
    assert (kept["functions"], kept["languages"], kept["called_in"]) == (["ciso"], ["nl"], "nl")
    assert (kept["invitation"], kept["cards"]) == (None, [])
    assert "Petra" not in str(kept)


async def test_an_open_invitation_and_the_cards_that_let_somebody_in_are_kept_of_them(app) -> None:
    office = await Office(app).open()
    card = await office.card()
    await office.come_in(card)
    # With a key of their own again: a card alone downloads nothing.
    hers, new = Browser(app), Phone()
    await hers.welcome((await office.petra.invite(office.hers, office.wilma))[1], new)
    _, invited = await office.petra.invite(office.hers, office.wilma, "call_back")
    _, kept = await hers.get("export")
    [used] = kept["cards"]
    assert (used["number"], used["organisation"], used["role"]) == (card["number"], "GM1735", ROLES[0])
    assert used["used_at"] and not used["ended_at"]
    open_now = kept["invitation"]
    assert (open_now["checked"], open_now["tries"]) == ("call_back", 0)
    assert open_now["made_at"] < open_now["expires_at"]
    found = str(kept)
    assert invited["secret"] not in found and invited["code"] not in found and "digest" not in found
    assert (await office.petra.get("export"))[1]["cards"] == []


async def test_an_administrator_who_was_never_let_in_does_not_let_the_last_one_go(app) -> None:
    petra, phone, me = await signed_in(app)
    await add(petra, phone, person(rights=["administer"], name="Anna Verzonnen"))
    status, no = await proven(petra, phone, f"{HOME}/{me}/leave", {})
    assert (status, no["code"]) == (409, "last_administrator")


async def test_a_number_that_nobody_can_call_is_refused(app) -> None:
    petra, phone, _ = await signed_in(app)
    for number in ("612345678", "31612345678", "123456"):
        assert (await add(petra, phone, person(phone=number)))[0] == 400, number
    assert len((await petra.get(HOME))[1]["people"]) == 1


async def test_the_same_again_is_no_new_version(app, filled: str) -> None:
    petra, phone, _ = await signed_in(app)
    wilma = person()
    await add(petra, phone, wilma)
    same = {name: value for name, value in wilma.items() if name != "id"}
    for changed in (same, {**same, "phone": "06 00000009"}):
        assert (await proven(petra, phone, f"{HOME}/{wilma['id']}", changed))[0] == 200
    async with await open_pool(filled, 1) as pool:
        query = "SELECT aggregate, max(version) AS newest FROM journal WHERE key = $1 GROUP BY 1 ORDER BY 1"
        rows = await pool.fetch(query, wilma["id"])
    assert {row["aggregate"]: row["newest"] for row in rows} == {"contact": 2, "person": 1}


async def test_a_telephone_that_does_not_answer_is_not_told_as_no_calls(filled: str) -> None:
    for url, calls in ((None, []), ("http://127.0.0.1:1", None)):
        async with directory(filled, notification_url=url) as app:
            here, _, _ = await signed_in(app, name=f"Petra {url}")
            assert (await here.get("export"))[1]["calls"] == calls


async def test_somebody_chooses_in_which_language_they_are_called(app, filled: str) -> None:
    petra, _, me = await signed_in(app)
    assert (await petra.get("language"))[1] == {"language": "nl"}
    for _ in range(2):
        assert (await petra.post("language", {"language": "en"}))[0] == 200
    assert (await petra.get("language"))[1] == {"language": "en"}
    _, kept = await petra.get("export")
    assert (kept["called_in"], kept["languages"]) == ("en", ["nl"])
    assert (await petra.post("language", {"language": "de"}))[0] == 400
    async with await open_pool(filled, 1) as pool:
        versions = await pool.fetch("SELECT who FROM journal WHERE key = $1 AND aggregate = 'person'", me)
    assert [str(row["who"]) for row in versions][-1] == me and len(versions) == 2
