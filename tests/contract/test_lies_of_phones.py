"""What phones and browsers may lie about: none of it opens anything, and every lie hears the same."""

from typing import Any

import pytest

from services.directory import doors
from services.directory.bodies import Assertion
from services.directory.ceremony import Signed, signed
from tests.contract.doorstep import ORIGIN, PETRA, Browser, directory, signed_in
from tests.phone import BACKED_UP, PRESENT, Phone


async def test_a_signature_opens_once_and_only_in_the_browser_that_asked(app) -> None:
    _, phone, _ = await signed_in(app)
    here, there = Browser(app), Browser(app)
    body = {"passkey": await here.proof(phone)}
    await there.asked()
    _, found = await there.post("passkey/sign-in", body)
    assert found["code"] == "passkey_refused"
    _, found = await Browser(app).post("passkey/sign-in", body)
    assert found["code"] == "ceremony_over"
    cookie = here.http.cookies["noaber_ceremony"]
    assert (await here.post("passkey/sign-in", body))[0] == 200
    _, found = await here.post("passkey/sign-in", body, Cookie=f"noaber_ceremony={cookie}")
    assert found["code"] == "ceremony_over"


async def test_a_challenge_is_over_after_five_minutes_and_after_a_restart(filled: str) -> None:
    async with directory(filled) as first:
        _, phone, _ = await signed_in(first)
        here = Browser(first)
        body = {"passkey": await here.proof(phone)}
        cookie = here.http.cookies["noaber_ceremony"]
    async with directory(filled) as second:
        _, found = await Browser(second).post("passkey/sign-in", body, Cookie=f"noaber_ceremony={cookie}")
        assert found["code"] == "ceremony_over"
        assert (await Browser(second).sign_in(phone))[0] == 200


async def test_what_a_phone_signed_for_one_purpose_is_no_good_for_another(app) -> None:
    here, phone, _ = await signed_in(app)
    for asked, path in (("sign_in", "passkeys/add"), ("add", "passkey/sign-in")):
        _, found = await here.post(path, {"passkey": await here.proof(phone, asked)})
        assert found["code"] == "ceremony_over"


async def test_a_stolen_session_adds_no_phone_of_another(app) -> None:
    petra, _, _ = await signed_in(app)
    _, thief, _ = await signed_in(app, name="Wim Verzonnen")
    body = {"passkey": await petra.proof(thief, "add")}
    assert (await petra.post("passkeys/add", body))[1]["code"] == "passkey_refused"


async def test_a_stolen_session_invites_nobody(app) -> None:
    petra, _, _ = await signed_in(app)
    _, thief, person = await signed_in(app, name="Wim Verzonnen")
    body = {"person": person, "checked": "call_back"}
    assert (await petra.post("invitations", body))[1]["code"] == "prove_it"
    assert (await petra.invite(thief, person))[1]["code"] == "passkey_refused"


LIES = {
    "of another website": lambda phone, asked: phone.sign(asked, "http://localhost.example:1"),
    "of another port": lambda phone, asked: phone.sign(asked, "http://localhost:2"),
    "for another party": lambda phone, asked: phone.sign({**asked, "rpId": "example.com"}, ORIGIN),
    "without looking who it is": lambda phone, asked: phone.sign(asked, ORIGIN, PRESENT | BACKED_UP),
    "of another key": lambda phone, asked: {
        **phone.sign(asked, ORIGIN), "signature": Phone().sign(asked, ORIGIN)["signature"]
    },
    "nonsense": lambda phone, asked: {**phone.sign(asked, ORIGIN), "authenticator_data": "AAAA"},
    "of a key that nobody knows": lambda phone, asked: Phone().sign(asked, ORIGIN),
}  # fmt: skip


async def test_a_stolen_session_shuts_nobody_out(app) -> None:
    # Of an administrator, who could otherwise be made to take away every key of the organisation.
    petra, own, _ = await signed_in(app)
    wim, phone, person = await signed_in(app, name="Wim Verzonnen")
    for key in (await petra.get("passkeys"))[1]["passkeys"] + (await wim.get("passkeys"))[1]["passkeys"]:
        assert (await petra.post(f"passkeys/{key['id']}/remove", {}))[1]["code"] == "prove_it"
        assert (await petra.remove(phone, key["id"]))[1]["code"] == "passkey_refused"
        elsewhere = await petra.proof(own, "invite")
        _, found = await petra.post(f"passkeys/{key['id']}/remove", {"passkey": elsewhere})
        assert found["code"] == "ceremony_over"
    assert (await Browser(app).sign_in(own))[0] == (await Browser(app).sign_in(phone))[0] == 200
    assert person == (await wim.me())["person"]


@pytest.mark.parametrize("lie", LIES)
async def test_a_lie_opens_nothing_and_all_lies_hear_the_same_after_the_same_work(
    app, lie: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, phone, _ = await signed_in(app)
    here, judged = Browser(app), list[str]()

    def judging(answer: Assertion, *rest: Any) -> Signed:
        judged.append(answer.credential)
        return signed(answer, *rest)

    # A signature is by far the most of it: whoever hears no without one knows that a key is nobody's.
    monkeypatch.setattr(doors, "signed", judging)
    status, found = await here.post("passkey/sign-in", {"passkey": LIES[lie](phone, await here.asked())})
    assert (status, found["code"], found["facts"]) == (409, "passkey_refused", {})
    assert len(judged) == 1
    assert (await here.get("me"))[0] == 401


async def test_a_key_is_made_only_by_a_phone_that_looked_who_it_is(app) -> None:
    here = Browser(app)
    invited = await here.invite_here(**PETRA)
    opened = {"secret": invited["secret"], "code": invited["code"]}
    for flags, origin, status in ((PRESENT, ORIGIN, 409), (0x1D, "http://evil.example", 409)):
        _, asked = await here.post("welcome/options", opened)
        made = Phone().make(asked["options"], origin, flags)
        assert (await here.post("welcome/finish", {**opened, "passkey": made}))[0] == status
    assert (await here.welcome(invited, Phone()))[0] == 200


async def test_a_phone_that_counts_is_refused_when_a_copy_of_its_key_was_used(app) -> None:
    _, _, person = await signed_in(app)
    here, phone = Browser(app), Phone(counts=True)
    assert (await here.welcome(await here.invite_here(person=person), phone))[0] == 200
    assert (await here.sign_in(phone))[0] == 200
    phone.used -= 1
    assert (await here.sign_in(phone))[1]["code"] == "passkey_refused"
    assert (await here.sign_in(phone))[0] == 200
