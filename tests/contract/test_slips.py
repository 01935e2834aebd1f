"""Inviting everybody who has no key yet in one act: a slip of paper each, of which only digests are kept."""

from typing import Any
from uuid import uuid4

from services.runtime.database import open_pool
from tests.contract.doorstep import Answer, Browser, directory, signed_in
from tests.contract.staff import add, person
from tests.phone import Phone

SLIPS = "organisations/GM1735/invitations"


async def invite_all(
    here: Browser, phone: Phone, *people: dict[str, Any], checked: str = "in_person"
) -> Answer:
    proof = await here.proof(phone, "invite")
    body = {"people": [each["id"] for each in people], "checked": checked, "passkey": proof}
    return await here.post(SLIPS, body)


async def test_each_comes_in_with_a_slip_of_their_own_and_with_no_other_code(app) -> None:
    petra, phone, _ = await signed_in(app)
    two = [person(), person(name="Gert Verzonnen")]
    await add(petra, phone, *two)
    status, made = await invite_all(petra, phone, *two)
    assert status == 200
    slips = {each["person"]: each for each in made["invited"]}
    assert set(slips) == {each["id"] for each in two}
    first, second = (slips[each["id"]] for each in two)
    status, no = await Browser(app).welcome({**first, "code": second["code"]}, Phone())
    assert (status, no["code"]) == (409, "code_wrong")
    for slip in (first, second):
        here = Browser(app)
        assert (await here.welcome(slip, Phone()))[0] == 200
        assert (await here.me())["person"] == slip["person"]


async def test_who_has_a_key_meanwhile_is_left_out_and_an_older_slip_is_void(app) -> None:
    petra, phone, _ = await signed_in(app)
    two = [person(), person(name="Gert Verzonnen")]
    await add(petra, phone, *two)
    _, before = await invite_all(petra, phone, *two)
    old = {each["person"]: each for each in before["invited"]}
    assert (await Browser(app).welcome(old[two[0]["id"]], Phone()))[0] == 200
    _, after = await invite_all(petra, phone, *two, two[1])
    assert [each["person"] for each in after["invited"]] == [two[1]["id"]]
    _, found = await petra.get(f"passkeys?person={two[0]['id']}")
    assert found["invitation"] is None
    status, no = await Browser(app).welcome(old[two[1]["id"]], Phone())
    assert (status, no["code"]) == (409, "invitation_over")
    assert (await Browser(app).welcome(after["invited"][0], Phone()))[0] == 200


async def test_one_who_is_no_colleague_or_oneself_refuses_all_of_them(app) -> None:
    petra, phone, me = await signed_in(app)
    wilma = person()
    await add(petra, phone, wilma)
    for other, code in (({"id": str(uuid4())}, "not_found"), ({"id": me}, "not_yourself")):
        assert (await invite_all(petra, phone, wilma, other))[1]["code"] == code
    _, found = await petra.get(f"passkeys?person={wilma['id']}")
    assert found["invitation"] is None
    assert (await invite_all(petra, phone, *[wilma] * 101))[0] == 400


async def test_slips_take_the_key_of_who_administers_there(app) -> None:
    petra, phone, _ = await signed_in(app)
    wilma = person()
    await add(petra, phone, wilma)
    body = {"people": [wilma["id"]], "checked": "in_person"}
    assert (await petra.post(SLIPS, body))[1]["code"] == "prove_it"
    elsewhere, other, _ = await signed_in(app, organisation="GM0014")
    assert (await invite_all(elsewhere, other, wilma))[0] == 404
    hers, new = Browser(app), Phone()
    _, made = await invite_all(petra, phone, wilma)
    await hers.welcome(made["invited"][0], new)
    assert (await invite_all(hers, new, wilma))[0] == 403


async def test_of_a_slip_only_digests_are_kept_and_it_lasts_a_day(filled: str) -> None:
    async with directory(filled) as app:
        petra, phone, _ = await signed_in(app)
        wilma, gert = person(), person(name="Gert Verzonnen")
        await add(petra, phone, wilma, gert)
        _, made = await invite_all(petra, phone, wilma, gert)
    hers, his = sorted(made["invited"], key=lambda each: each["person"] != wilma["id"])
    async with await open_pool(filled, 1) as pool:
        rows = await pool.fetch("SELECT convert_from(payload, 'UTF8') AS said FROM journal")
    said = " ".join(row["said"] for row in rows)
    assert hers["secret"] not in said
    assert f'"{hers["code"]}"' not in said
    async with directory(filled, minutes_later=23 * 60) as app:
        assert (await Browser(app).welcome(hers, Phone()))[0] == 200
    async with directory(filled, minutes_later=25 * 60) as app:
        assert (await Browser(app).welcome(his, Phone()))[1]["code"] == "invitation_over"
