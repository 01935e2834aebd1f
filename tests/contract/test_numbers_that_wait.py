"""Another number for a colleague who gets in: it counts with a second person's yes, and locks nobody out."""

from datetime import datetime
from typing import Any

import asyncpg
import pytest

from schemas.events.contact import Contact
from services.directory.recovery import keys_of, restored
from services.notification.rules.notices import of_contact
from services.runtime.database import open_pool
from services.runtime.now import clock
from tests.contract.doorstep import ORIGIN, Answer, Browser, directory, signed_in
from tests.contract.staff import HOME, add, person, proven
from tests.phone import Phone

NEW = "06 00000099"
DAY = 24 * 60


async def let_in(app: Any, petra: Browser, phone: Phone, whom: dict[str, Any]) -> tuple[Browser, Phone]:
    await add(petra, phone, whom)
    here, new = Browser(app), Phone()
    _, invited = await petra.invite(phone, whom["id"])
    assert (await here.welcome(invited, new))[0] == 200
    return here, new


async def renumber(here: Browser, phone: Phone, whom: dict[str, Any], number: str = NEW) -> Answer:
    body = {"name": whom["name"], "phone": number, "rights": whom["rights"]}
    return await proven(here, phone, f"{HOME}/{whom['id']}", body)


async def say(here: Browser, phone: Phone, whom: dict[str, Any], *, yes: bool, number: str = NEW) -> Answer:
    proof = phone.sign(await here.asked("number"), ORIGIN)
    body = {"phone": number, "yes": yes, "passkey": proof}
    return await here.post(f"{HOME}/{whom['id']}/number", body)


async def number_of(here: Browser, whom: dict[str, Any]) -> tuple[str, bool]:
    """The number that counts, and whether another one waits."""
    _, staff = await here.get(HOME)
    found = next(each for each in staff["people"] if each["person"] == whom["id"])
    return found["phone"], found["waiting"] is not None


async def contact(database: str, whom: dict[str, Any]) -> Contact:
    """What is published of how to reach them."""
    connection = await asyncpg.connect(database)
    state = await connection.fetchval("SELECT state FROM contact WHERE id = $1", whom["id"])
    await connection.close()
    return Contact.model_validate_json(state)


async def test_the_number_of_who_has_no_key_changes_at_once(app, filled: str) -> None:
    petra, phone, _ = await signed_in(app)
    wilma = person()
    await add(petra, phone, wilma)
    await renumber(petra, phone, wilma)
    assert await number_of(petra, wilma) == (NEW, False)
    # Who has the number of before hears of it there (`notification`), and later finds it in what is kept.
    await renumber(petra, phone, wilma, "06 00000098")
    hers, _ = await let_in(app, petra, phone, wilma)
    found = (await hers.get("export"))[1]
    assert [each["phone"] for each in found["numbers_before"]] == ["06 00000002", NEW]
    assert found["number_before"] == found["numbers_before"][-1]
    # And so does who had the one before that, also where nobody could be told between the two.
    told = of_contact(await contact(filled, wilma), clock()())
    assert [each.at.isoformat() for each in told] == [
        datetime.fromisoformat(each["until"]).isoformat() for each in found["numbers_before"]
    ]


async def test_with_a_card_in_the_vault_it_waits_without_a_key_too(app) -> None:
    petra, phone, _ = await signed_in(app)
    wilma = person()
    await add(petra, phone, wilma)
    proof = phone.sign(await petra.asked("print"), ORIGIN)
    body = {"organisation": "GM1735", "roles": ["ciso"], "passkey": proof}
    assert (await petra.post("cards", body))[0] == 200
    await renumber(petra, phone, wilma)
    assert await number_of(petra, wilma) == ("06 00000002", True)


async def test_the_person_sees_it_and_says_yes_themselves(app) -> None:
    petra, phone, _ = await signed_in(app)
    wilma = person()
    hers, her_phone = await let_in(app, petra, phone, wilma)
    await renumber(petra, phone, wilma)
    assert await number_of(petra, wilma) == ("06 00000002", True)
    _, own = await hers.get("number")
    assert (own["waiting"]["phone"], own["asked_by_name"]) == (NEW, "Petra Verzonnen")
    status, no = await hers.post(f"{HOME}/{wilma['id']}/number", {"phone": NEW, "yes": True})
    assert (status, no["code"]) == (409, "prove_it")
    # Of another number than she saw she says nothing.
    assert (await say(hers, her_phone, wilma, yes=True, number="06 00000098"))[1]["code"] == "no_number_waits"
    assert (await say(hers, her_phone, wilma, yes=True))[0] == 200
    assert await number_of(petra, wilma) == (NEW, False)
    assert (await hers.get("number"))[1]["waiting"] is None
    assert (await hers.get("export"))[1]["number_before"]["phone"] == "06 00000002"


async def test_a_no_leaves_the_number_as_it_was(app) -> None:
    petra, phone, _ = await signed_in(app)
    wilma = person()
    hers, her_phone = await let_in(app, petra, phone, wilma)
    await renumber(petra, phone, wilma)
    neighbour, theirs, _ = await signed_in(app, organisation="GM0014")
    proof = theirs.sign(await neighbour.asked("number"), ORIGIN)
    path = f"organisations/GM0014/people/{wilma['id']}/number"
    _, no = await neighbour.post(path, {"phone": NEW, "yes": False, "passkey": proof})
    assert no["code"] == "not_found" and (await number_of(petra, wilma))[1]
    assert (await say(hers, her_phone, wilma, yes=False))[0] == 200
    assert await number_of(petra, wilma) == ("06 00000002", False)
    assert (await say(petra, phone, wilma, yes=True))[1]["code"] == "no_number_waits"


async def back(app: Any, phone: Phone) -> Browser:
    here = Browser(app)
    assert (await here.sign_in(phone))[0] == 200
    return here


async def test_who_asked_says_no_second_yes_and_an_administrator_of_longer_standing_does(filled: str) -> None:
    wilma, anna = person(), person(name="Anna Verzonnen", rights=["administer"])
    async with directory(filled) as app:
        petra, phone, _ = await signed_in(app)
        await let_in(app, petra, phone, wilma)
        _, annas_phone = await let_in(app, petra, phone, anna)
    async with directory(filled, minutes_later=3.1 * DAY) as app:
        petra, annas = await back(app, phone), await back(app, annas_phone)
        await renumber(petra, phone, wilma)
        assert (await say(petra, phone, wilma, yes=True))[1]["code"] == "needs_second"
        # A colleague who is none of both is not asked.
        gert = person(name="Gert Verzonnen")
        his, his_phone = await let_in(app, petra, phone, gert)
        assert (await say(his, his_phone, wilma, yes=True))[0] == 403
        assert (await say(annas, annas_phone, wilma, yes=True))[0] == 200
        assert await number_of(petra, wilma) == (NEW, False)


async def test_a_puppet_neither_says_the_second_yes_nor_asks_for_its_maker(app) -> None:
    petra, phone, _ = await signed_in(app)
    wilma, puppet = person(), person(name="Niemand Verzonnen", rights=["administer"])
    await let_in(app, petra, phone, wilma)
    as_puppet, second_phone = await let_in(app, petra, phone, puppet)
    await renumber(petra, phone, wilma)
    assert (await say(as_puppet, second_phone, wilma, yes=True))[1]["code"] == "too_new"
    assert (await say(petra, phone, wilma, yes=True))[1]["code"] == "too_early"
    assert (await say(petra, phone, wilma, yes=False))[0] == 200
    await renumber(as_puppet, second_phone, wilma)
    assert (await say(petra, phone, wilma, yes=True))[1]["code"] == "too_new"
    assert await number_of(petra, wilma) == ("06 00000002", True)


async def test_an_invitation_to_another_administrator_on_ones_own_phone_is_no_second_yes(filled: str) -> None:
    wilma, anna = person(), person(name="Anna Verzonnen", rights=["administer"])
    async with directory(filled) as app:
        petra, phone, _ = await signed_in(app)
        await let_in(app, petra, phone, wilma)
        await let_in(app, petra, phone, anna)
    async with directory(filled, minutes_later=3.1 * DAY) as app:
        petra, as_anna, second_phone = await back(app, phone), Browser(app), Phone()
        _, invited = await petra.invite(phone, anna["id"])
        assert (await as_anna.welcome(invited, second_phone))[0] == 200
        await renumber(petra, phone, wilma)
        assert (await say(as_anna, second_phone, wilma, yes=True))[1]["code"] == "too_new"
        # She is there all the same, to be asked.
        assert (await say(petra, phone, wilma, yes=True))[1]["code"] == "needs_second"


async def test_of_two_administrators_the_number_of_one_waits_for_their_own_yes(filled: str) -> None:
    anna = person(name="Anna Verzonnen", rights=["administer"])
    async with directory(filled) as app:
        petra, phone, _ = await signed_in(app)
        _, annas_phone = await let_in(app, petra, phone, anna)
        await renumber(petra, phone, anna)
    async with directory(filled, minutes_later=3.1 * DAY) as app:
        petra, annas = await back(app, phone), await back(app, annas_phone)
        assert (await say(petra, phone, anna, yes=True))[1]["code"] == "needs_second"
        assert (await say(annas, annas_phone, anna, yes=True))[0] == 200
        assert await number_of(petra, anna) == (NEW, False)


async def test_the_only_administrator_is_not_locked_out_but_waits_three_days(filled: str) -> None:
    wilma = person()
    async with directory(filled) as app:
        petra, phone, me = await signed_in(app)
        await let_in(app, petra, phone, wilma)
        await renumber(petra, phone, wilma)
        # Asking the same again moves nothing.
        await renumber(petra, phone, wilma)
        assert (await say(petra, phone, wilma, yes=True))[1]["code"] == "too_early"
    for days, heard in ((2.9, "too_early"), (3.1, None)):
        async with directory(filled, minutes_later=days * DAY) as app:
            petra = Browser(app)
            await petra.sign_in(phone)
            assert (await say(petra, phone, wilma, yes=True))[1].get("code") == heard
            assert await number_of(petra, wilma) == ((NEW, False) if heard is None else ("06 00000002", True))
    async with await open_pool(filled, 1) as pool:
        rows = await pool.fetch(
            "SELECT who, convert_from(payload, 'UTF8') AS said FROM journal"
            " WHERE aggregate = 'contact' AND key = $1 ORDER BY version",
            wilma["id"],
        )
    # Asked and agreed, each with who did it; and no number in clear text.
    assert [str(row["who"]) for row in rows] == [me] * 3
    assert not any("00000099" in row["said"] for row in rows)


async def test_a_restore_undoes_no_no(filled: str, capsys: pytest.CaptureFixture[str]) -> None:
    wilma = person()
    async with directory(filled) as app:
        petra, phone, _ = await signed_in(app)
        await let_in(app, petra, phone, wilma)
        await renumber(petra, phone, wilma)
    # As the backup was made; after that she said no, which the key file does not know.
    kept_apart = await keys_of(filled)
    async with await open_pool(filled, 1) as pool:
        await pool.execute("DELETE FROM data_key")
    await restored(filled, kept_apart)
    said = capsys.readouterr().out
    assert "yes are gone (1)" in said and "whom somebody took\ndirectory: off since then is back" in said
    async with directory(filled, minutes_later=3.1 * DAY) as app:
        petra = await back(app, phone)
        assert await number_of(petra, wilma) == ("06 00000002", False)
        assert (await say(petra, phone, wilma, yes=True))[1]["code"] == "no_number_waits"


async def test_ones_own_number_waits_for_nobody(app) -> None:
    petra, phone, me = await signed_in(app)
    own = {"id": me, "name": "Petra Verzonnen", "rights": ["administer"]}
    await renumber(petra, phone, own)
    assert await number_of(petra, own) == (NEW, False)
