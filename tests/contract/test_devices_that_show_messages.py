"""Which devices show messages: added with an own key, off in one tap, gone with key, sessions or person."""

import json
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from services.directory.recovery import keys_of, restored
from services.runtime.database import connected, open_pool
from services.runtime.push_keys import new_push_key, public_text, push_private_key
from services.runtime.seal import unseal
from tests.contract.doorstep import INTERNAL, Answer, Browser, directory, signed_in
from tests.phone import Phone
from tests.push_browser import PushBrowser

PUBLIC = public_text(push_private_key(new_push_key()))


@pytest.fixture
async def app(filled: str) -> Any:
    async with directory(filled, push_public_key=PUBLIC) as made:
        yield made


async def subscribe(here: Browser, phone: Phone, browser: PushBrowser, **other: str) -> Answer:
    proof = await here.proof(phone, "push")
    return await here.post("push", {"subscription": {**browser.subscription, **other}, "passkey": proof})


async def devices(here: Browser) -> list[dict[str, str]]:
    return list((await here.get("push"))[1]["devices"])


async def contact(database: str, person: str) -> dict[str, Any]:
    async with connected(database) as connection:
        return dict(json.loads(await connection.fetchval("SELECT state FROM contact WHERE id = $1", person)))


async def test_a_device_is_added_with_an_own_key_once_and_its_address_is_kept_sealed(
    app: Any, filled: str
) -> None:
    petra, phone, person = await signed_in(app)
    assert (await petra.get("push"))[1] == {"key": PUBLIC, "devices": []}
    status, no = await petra.post("push", {"subscription": PushBrowser.at(1).subscription})
    assert (status, no["code"]) == (409, "prove_it")
    for _ in range(2):
        status, added = await subscribe(petra, phone, PushBrowser.at(1))
        assert status == 200, added
    [device] = added["devices"]
    assert device["service"] == "fcm.googleapis.com"
    kept = await contact(filled, person)
    assert "googleapis" not in json.dumps(kept)
    connection = await asyncpg.connect(filled)
    key = await connection.fetchval("SELECT key FROM data_key WHERE person = $1", person)
    written = await connection.fetchval("SELECT string_agg(convert_from(payload, 'UTF8'), '') FROM journal")
    await connection.close()
    assert "googleapis" not in written
    [sealed] = kept["devices"]
    opened = json.loads(unseal(sealed["sealed"], key, person, f"push/{device['id']}"))
    assert opened["endpoint"] == PushBrowser.at(1).endpoint
    # What is kept of somebody is told to them.
    assert (await petra.get("export"))[1]["devices"] == [device]
    status, left = await petra.post(f"push/{device['id']}/remove", {})
    assert (status, left["devices"]) == (200, [])


@pytest.mark.parametrize(
    ("other", "status", "code"),
    [
        ({"endpoint": "https://127.0.0.1/fcm/send/1"}, 409, "push_service_unknown"),
        ({"endpoint": "http://fcm.googleapis.com/fcm/send/1"}, 409, "push_service_unknown"),
        ({"endpoint": "https://fcm.googleapis.com@10.0.0.1/"}, 409, "push_service_unknown"),
        ({"endpoint": "https://fcm.googleapis.com/" + "x" * 2_000}, 400, "invalid"),
        ({"p256dh": "BA" + "A" * 85}, 400, "invalid"),
        ({"p256dh": "AAAA"}, 400, "invalid"),
        ({"auth": "AAAA"}, 400, "invalid"),
        ({"auth": "é" * 22}, 400, "invalid"),
    ],
)
async def test_an_address_of_no_browser_or_a_key_that_is_none_is_refused(
    app: Any, other: dict[str, str], status: int, code: str
) -> None:
    petra, phone, _ = await signed_in(app)
    found, no = await subscribe(petra, phone, PushBrowser.at(1), **other)
    assert (found, no["code"]) == (status, code)
    assert await devices(petra) == []


async def test_five_at_most_and_what_a_push_service_says_is_gone_goes(app: Any) -> None:
    petra, phone, person = await signed_in(app)
    for number in range(5):
        assert (await subscribe(petra, phone, PushBrowser.at(number)))[0] == 200
    status, no = await subscribe(petra, phone, PushBrowser.at(5))
    assert (status, no["code"]) == (409, "too_many_devices")
    # The same browser anew takes no place.
    assert (await subscribe(petra, phone, PushBrowser.at(4)))[0] == 200
    first, *others = await devices(petra)
    for token, answer in (("y" * 32, 401), (INTERNAL, 200), (INTERNAL, 200)):
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
        body = {"person": person, "device": first["id"]}
        assert (
            await petra.http.post("/internal/device-gone", json=body, headers=headers)
        ).status_code == answer
    assert sorted(each["id"] for each in await devices(petra)) == sorted(each["id"] for each in others)


async def test_it_goes_with_the_key_it_was_added_with_and_with_all_sessions(app: Any) -> None:
    petra, phone, _ = await signed_in(app)
    second, new = Browser(app), Phone()
    _, invited = await petra.post("passkeys/add", {"passkey": await petra.proof(phone, "add")})
    assert (await second.welcome(invited, new))[0] == 200
    assert (await subscribe(petra, phone, PushBrowser.at(1)))[0] == 200
    assert (await subscribe(second, new, PushBrowser.at(2)))[0] == 200
    _, keys = await petra.get("passkeys")
    await petra.remove(phone, max(keys["passkeys"], key=lambda each: each["added_at"])["id"])
    assert len(await devices(petra)) == 1
    assert (await petra.post("sessions/end-all", {}))[0] == 200
    assert (await petra.sign_in(phone))[0] == 200
    assert await devices(petra) == []


async def test_the_switch_leaves_it_a_restore_and_forgetting_do_not(
    app: Any, filled: str, capsys: pytest.CaptureFixture[str]
) -> None:
    petra, phone, person = await signed_in(app)
    assert (await subscribe(petra, phone, PushBrowser.at(1)))[0] == 200
    proof = await petra.proof(phone, "switch")
    assert (await petra.post("organisations/GM1735/distrust", {"passkey": proof}))[0] == 200
    assert len((await contact(filled, person))["devices"]) == 1
    kept_apart = await keys_of(filled)
    async with await open_pool(filled, 1) as pool:
        await pool.execute("DELETE FROM data_key")
    await restored(filled, kept_apart)
    assert "no device shows messages any more (1 people)" in capsys.readouterr().out
    assert (await contact(filled, person))["devices"] == []
    async with directory(filled, push_public_key=PUBLIC) as later:
        back = Browser(later)
        assert (await back.sign_in(phone))[0] == 200
        assert (await subscribe(back, phone, PushBrowser.at(1)))[0] == 200
        headers = {"Authorization": f"Bearer {INTERNAL}", "Idempotency-Key": str(uuid4())}
        gone = await back.http.post("/internal/forget", json={"person": person}, headers=headers)
        assert gone.status_code == 200
    assert (await contact(filled, person))["devices"] == []


@pytest.mark.parametrize("less", [{"push_public_key": ""}, {"push_hosts": ""}])
async def test_where_nothing_is_pushed_nobody_subscribes(filled: str, less: dict[str, str]) -> None:
    async with directory(filled, **{"push_public_key": PUBLIC, **less}) as app:
        petra, phone, _ = await signed_in(app)
        assert (await petra.get("push"))[1]["key"] == ""
        status, no = await subscribe(petra, phone, PushBrowser.at(1))
        assert (status, no["code"]) == (409, "no_push")
