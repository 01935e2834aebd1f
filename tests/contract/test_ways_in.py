"""Passkeys and invitations over the directory's HTTP interface, in real mode, with software phones."""

from uuid import uuid4

import asyncpg
import pytest

from schemas.events.access import Access, Passkey
from schemas.events.person import Person
from schemas.events.session import FORGOTTEN_AFTER
from services.directory.directory import MadeUpPeople
from services.directory.rules.access import TRIES
from services.directory.rules.fictitious import MadeUp
from services.directory.store.access import restore_accesses
from services.directory.store.keys import KeyFile, exported
from services.directory.store.writes import Writes
from services.runtime.database import open_pool
from services.runtime.now import clock
from tests.contract.doorstep import INTERNAL, ORIGIN, PETRA, Browser, directory, signed_in
from tests.phone import Phone
from tests.soon import until


async def test_the_first_administrator_comes_in_by_an_invitation_and_back_by_touch(app) -> None:
    here, phone, person = await signed_in(app)
    found = await here.me()
    assert found["name"] == "Petra Verzonnen" and found["rights"] == {"GM1735": ["administer"]}
    assert found["demonstration"] is False
    again = Browser(app)
    status, _ = await again.sign_in(phone)
    assert status == 200
    assert (await again.me())["person"] == person
    assert (await again.me())["session"] != found["session"]
    _, own = await again.get("sessions")
    assert [(each["way"], each["here"]) for each in own["sessions"]] == [
        ("passkey", True),
        ("passkey", False),
    ]


async def test_the_first_person_of_the_ibd_speaks_for_it_and_gives_that_to_nobody(app) -> None:
    ruud, phone, _ = await signed_in(app, organisation="IBD", name="Ruud Verzonnen")
    assert (await ruud.me())["rights"] == {"IBD": ["ibd", "administer"]}
    other = {"id": str(uuid4()), "name": "Anna", "phone": "06 00000001", "rights": ["administer", "ibd"]}
    proof = await ruud.proof(phone, "people")
    status, _ = await ruud.post("organisations/IBD/people", {"people": [other], "passkey": proof})
    assert status == 400
    proof = await ruud.proof(phone, "switch")
    # On behalf of a municipality that cannot do it any more.
    status, _ = await ruud.post("organisations/GM1735/distrust", {"passkey": proof})
    assert status == 200


async def test_a_person_has_two_phones_and_each_opens(app) -> None:
    here, phone, person = await signed_in(app)
    second = Phone(counts=True)
    status, invited = await here.post("passkeys/add", {"passkey": await here.proof(phone, "add")})
    assert status == 200
    there = Browser(app)
    assert (await there.welcome(invited, second))[0] == 200
    for each in (phone, second, second):
        assert (await Browser(app).sign_in(each))[0] == 200
    _, own = await there.get("passkeys")
    assert len(own["passkeys"]) == 2 and own["invitation"] is None
    assert all(each["used_at"] for each in own["passkeys"]) and (await there.me())["person"] == person


async def test_two_people_are_two_people(app) -> None:
    petra, hers, one = await signed_in(app)
    wim, _, other = await signed_in(app, name="Wim Verzonnen")
    assert one != other
    assert (await petra.me())["name"] != (await wim.me())["name"]
    status, invited = await petra.invite(hers, other, "call_back")
    assert status == 200
    third = Phone()
    there = Browser(app)
    assert (await there.welcome(invited, third))[0] == 200
    assert (await there.me())["person"] == other


async def test_nobody_invites_themselves_nor_somebody_elsewhere_nor_without_the_right(app) -> None:
    petra, phone, own = await signed_in(app)
    _, _, elsewhere = await signed_in(app, organisation="GM0014")
    for person, status, code in (
        (own, 409, "not_yourself"),
        (elsewhere, 404, "not_found"),
        (str(uuid4()), 404, "not_found"),
    ):
        found = await petra.invite(phone, person)
        assert (found[0], found[1]["code"]) == (status, code)
    assert (await petra.get(f"passkeys?person={elsewhere}"))[0] == 404


async def test_an_invitation_opens_once(app) -> None:
    here = Browser(app)
    invited = await here.invite_here(**PETRA)
    assert (await here.welcome(invited, Phone()))[0] == 200
    status, found = await Browser(app).welcome(invited, Phone())
    assert (status, found["code"]) == (409, "invitation_over")


async def test_five_wrong_codes_end_an_invitation_for_the_right_one_too(app) -> None:
    here = Browser(app)
    invited = await here.invite_here(**PETRA)
    wrong = {"secret": invited["secret"], "code": f"{(int(invited['code']) + 1) % 1_000_000:06}"}
    for left in range(TRIES - 1, 0, -1):
        _, found = await here.post("welcome/options", wrong)
        assert (found["code"], found["facts"]) == ("code_wrong", {"left": left})
    for code in (wrong, invited):
        _, found = await here.post("welcome/options", {"secret": invited["secret"], "code": code["code"]})
        assert found["code"] == "invitation_over"


async def test_a_wrong_code_at_the_end_is_counted_too(app) -> None:
    here, phone = Browser(app), Phone()
    invited = await here.invite_here(**PETRA)
    right = {"secret": invited["secret"], "code": invited["code"]}
    _, asked = await here.post("welcome/options", right)
    made = phone.make(asked["options"], ORIGIN)
    wrong = {**right, "code": f"{(int(invited['code']) + 1) % 1_000_000:06}"}
    _, found = await here.post("welcome/finish", {**wrong, "passkey": made})
    assert (found["code"], found["facts"]) == ("code_wrong", {"left": TRIES - 1})
    assert (await here.post("welcome/finish", {**right, "passkey": made}))[0] == 200


@pytest.mark.parametrize(("checked", "minutes"), [("in_person", 16), ("call_back", 24 * 60 + 1)])
async def test_an_invitation_that_is_too_old_opens_nothing(filled: str, checked: str, minutes: int) -> None:
    async with directory(filled) as now:
        invited = await Browser(now).invite_here(**PETRA, checked=checked)
    for later, status in ((minutes - 2, 200), (minutes, 409)):
        async with directory(filled, later) as then:
            opened = {"secret": invited["secret"], "code": invited["code"]}
            assert (await Browser(then).post("welcome/options", opened))[0] == status


async def test_each_host_of_a_demonstration_has_keys_of_its_own(app) -> None:
    wilma, phone = Browser(app, "http://wilma.localhost:1"), Phone()
    assert (await wilma.welcome(await wilma.invite_here(**PETRA), phone))[0] == 200
    assert (await wilma.asked())["rpId"] == "wilma.localhost"
    assert (await Browser(app, "http://wilma.localhost:1").sign_in(phone))[0] == 200
    assert (await Browser(app).asked())["rpId"] == "localhost"
    assert (await Browser(app, "http://evil.example").post("passkey/options", {"purpose": "add"}))[0] == 403


async def test_a_removed_passkey_opens_nothing_and_its_sessions_are_over(app) -> None:
    petra, own, _ = await signed_in(app)
    wim, phone, person = await signed_in(app, name="Wim Verzonnen")
    _, shown = await petra.get(f"passkeys?person={person}")
    [key] = shown["passkeys"]
    assert (await petra.remove(own, key["id"]))[0] == 200
    assert (await wim.get("me"))[0] == 401
    assert (await Browser(app).sign_in(phone))[1]["code"] == "passkey_refused"
    assert (await petra.post(f"passkeys/{key['id']}/remove", {}))[0] == 404
    assert (await petra.me())["name"] == "Petra Verzonnen"


async def test_somebody_elsewhere_removes_nothing(app) -> None:
    petra, _, _ = await signed_in(app)
    there, phone, _ = await signed_in(app, organisation="GM0014")
    [key] = (await there.get("passkeys"))[1]["passkeys"]
    assert (await petra.post(f"passkeys/{key['id']}/remove", {}))[0] == 404
    assert (await there.sign_in(phone))[0] == 200


async def test_ending_all_sessions_leaves_none_of_them_and_those_of_others(app) -> None:
    here, phone, _ = await signed_in(app)
    wim, _, _ = await signed_in(app, name="Wim Verzonnen")
    there = Browser(app)
    await there.sign_in(phone)
    assert (await here.post("sessions/end-all", {}))[0] == 200
    assert [(await each.get("me"))[0] for each in (here, there, wim)] == [401, 401, 200]


async def test_the_topic_holds_no_secret_no_code_and_no_name(app, filled: str) -> None:
    here = Browser(app)
    invited = await here.invite_here(**PETRA)
    await here.welcome(invited, Phone())
    connection = await asyncpg.connect(filled)
    rows = await connection.fetch("SELECT payload FROM journal WHERE aggregate = 'access'")
    await connection.close()
    told = b"".join(row["payload"] for row in rows)
    assert rows
    for secret in (invited["secret"], invited["code"], "Petra", "06 0000"):
        assert secret.encode() not in told


async def test_a_restore_opens_no_old_invitation_and_brings_no_removed_key_back(filled: str) -> None:
    async with directory(filled) as before:
        here, lost, person = await signed_in(before)
        kept = Phone()
        assert (await here.welcome(await here.invite_here(person=person), kept))[0] == 200
        invited = await here.invite_here(person=person)
        key = (await here.get("passkeys"))[1]["passkeys"][0]
        cookie = f"noaber_session={here.http.cookies['noaber_session']}"
    connection = await asyncpg.connect(filled)
    # As it was when the backup was made, and what the key file of a later backup says.
    [row] = await connection.fetch("SELECT state FROM access WHERE id = $1", person)
    removed = [each.credential for each in _passkeys(row["state"]) if str(each.id) == key["id"]]
    async with connection.transaction():
        file = KeyFile(keys={}, forgotten=[], removed=removed)
        assert await restore_accesses(connection, file, clock()()) == 1
    assert (await exported(connection)).removed == removed
    await connection.close()
    async with directory(filled) as after:
        assert (await Browser(after).welcome(invited, Phone()))[1]["code"] == "invitation_over"
        assert (await Browser(after).sign_in(lost))[1]["code"] == "passkey_refused"
        old = await Browser(after).http.get("/api/directory/me", headers={"Cookie": cookie})
        assert old.status_code == 401
        there = Browser(after)
        assert (await there.sign_in(kept))[0] == 200
        assert (await there.get("passkeys"))[1]["restored_at"] is not None


def _passkeys(state: str) -> tuple[Passkey, ...]:
    return Access.model_validate_json(state).passkeys


async def test_a_forgotten_person_has_no_key_any_more(app) -> None:
    _, phone, person = await signed_in(app)
    here = Browser(app)
    headers = {"Authorization": f"Bearer {INTERNAL}", "Idempotency-Key": "k"}
    done = await here.http.post("/internal/forget", json={"person": person}, headers=headers)
    assert done.status_code == 200
    assert (await here.sign_in(phone))[1]["code"] == "passkey_refused"


async def test_a_real_platform_does_not_start_among_made_up_people(filled: str) -> None:
    somebody = Person(id=uuid4(), fictitious=True, exercise=False)
    async with await open_pool(filled, 1) as pool:
        await Writes(pool).seed_people([MadeUp(somebody, "Wilma", "06 00000000")], clock()())
    with pytest.raises(MadeUpPeople):
        async with directory(filled):
            pass


async def test_the_doors_are_counted_per_address(filled: str) -> None:
    async with directory(filled, limit_sign_in_burst=8) as app:
        here = Browser(app)
        wrong = {"secret": "A" * 43, "code": "000000"}
        knocks = [("passkey/options", {"purpose": "add"}), ("welcome/options", wrong)] * 4
        assert 429 not in [(await here.post(path, body))[0] for path, body in knocks]
        for path, body in knocks[:2]:
            assert (await here.post(path, body))[0] == 429


async def test_a_session_that_is_long_over_is_told_to_whose_it_was_and_remembered_no_more(
    filled: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("services.directory.directory.FORGET_SECONDS", 0.01)
    async with directory(filled) as before:
        _, phone, _ = await signed_in(before)
    async with directory(filled, minutes_later=2 * 24 * 60) as app:
        here, own = Browser(app), app.state.directory.own
        assert (await here.sign_in(phone))[0] == 200
        [session] = own.sessions.values()
        assert len((await here.get("export"))[1]["sessions"]) == 2
        own.forget_sessions(session.expires_at)
        assert list(own.sessions) == [session.id]
        app.state.directory.now = lambda: session.expires_at + FORGOTTEN_AFTER
        await until(lambda: not own.sessions)
