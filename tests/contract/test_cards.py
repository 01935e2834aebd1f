"""Sealed cards over the directory's HTTP interface, in real mode: who comes in with one, and who does not."""

import asyncio
import base64
import re
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from schemas.values import Right
from services.directory.uses import MOST_OF_A_NETWORK, TRIES
from tests.contract.doorstep import INTERNAL, Browser, directory, signed_in
from tests.contract.office import ROLES, Office, code_of, kept, proven, somebody

MINUTE = timedelta(minutes=1)
OVER = re.compile(r"card (\S+) is over, and somebody has its words")


async def test_a_card_and_a_second_person_let_somebody_in_and_everybody_of_the_organisation_sees_it(
    app, filled: str
) -> None:
    office = await Office(app).open()
    card = await office.card()
    there, (status, asked) = await office.ask(card, words=card["words"].upper().replace(" ", " - "))
    assert (status, asked["role"]) == (200, "crisis_coordination")
    assert (await there.post("cards/enter", {}))[1]["waiting"] is True
    assert (await kept(filled, card["number"]))["asked"] == 1
    [shown] = (await office.second.get("cards/asked"))[1]["uses"]
    assert (shown["number"], shown["name"]) == (card["number"], "Wilma")
    assert (await office.yes(asked["code"]))[0] == 200
    assert (await there.get("me"))[0] == 401
    assert (await there.post("cards/enter", {}))[0] == 200
    me = await there.me()
    assert (me["person"], me["way"]) == (office.wilma, "card")
    found = await kept(filled, card["number"])
    assert (found["state"], found["used_by"], found["readers"]) == (
        "used",
        office.wilma,
        {"org:GM1735": "own"},
    )
    assert found["approved_by"] == (await office.second.me())["person"]


async def test_a_session_of_a_card_is_over_after_two_hours(filled: str) -> None:
    async with directory(filled) as now:
        there = await (office := await Office(now).open()).come_in(await office.card())
        cookie = f"noaber_session={there.http.cookies['noaber_session']}"
    for later, status in ((118, 200), (121, 401)):
        async with directory(filled, later) as then:
            found = await Browser(then).http.get("/api/directory/me", headers={"Cookie": cookie})
            assert found.status_code == status


async def test_a_session_of_a_card_prints_invites_and_approves_nothing(app) -> None:
    office = await Office(app).open()
    there = await office.come_in((cards := (await office.print())["cards"])[0])
    _, (_, asked) = await office.ask(cards[1])
    [use] = (await there.get("cards/asked"))[1]["uses"]
    person = (await office.petra.me())["person"]
    for path, body in (
        ("cards", {"organisation": "GM1735", "roles": ROLES}),
        ("invitations", {"person": person, "checked": "in_person"}),
        ("cards/approve", {"use": use["use"], "code": asked["code"], "person": person}),
    ):
        assert code_of(await there.post(path, body)) == "card_not_enough"


async def test_a_used_a_replaced_a_stopped_an_unknown_card_and_wrong_words_hear_the_same(app, caplog) -> None:
    office = await Office(app).open()
    old = await office.card()
    used, stopped = (printed := await office.print())["cards"]
    assert printed["replaced"] == 2
    await office.come_in(used)
    assert (await office.stop(stopped))[0] == 200
    unknown = {"number": "GM0014-0001", "words": used["words"]}
    wrong = {"number": stopped["number"], "words": "appel peer banaan kers pruim druif"}
    answers = [(await office.ask(each))[1] for each in (old, used, stopped, unknown, wrong)]
    assert answers == [answers[0]] * 5
    assert (answers[0][0], code_of(answers[0])) == (409, "card_refused")
    # That somebody has the words of one is written down, and of wrong words nothing.
    assert [card["number"] for card in (old, used, stopped)] == OVER.findall(caplog.text)


async def test_a_card_is_over_after_a_year(filled: str, caplog) -> None:
    async with directory(filled) as now:
        card = await (await Office(now).open()).card()
    for days, status in ((364, 200), (366, 409)):
        async with directory(filled, days * 24 * 60) as then:
            assert (await Office(then).ask(card))[1][0] == status
    assert OVER.findall(caplog.text) == [card["number"]]


async def test_wrong_words_many_times_keep_nobody_out(app) -> None:
    office = await Office(app).open()
    card = await office.card()
    for _ in range(30):
        assert (await office.ask({**card, "words": "appel peer banaan kers pruim druif"}))[1][0] == 409
    assert (await office.come_in(card)).http.cookies["noaber_session"]


async def test_a_photograph_of_a_card_opens_nothing_without_the_second_person(app) -> None:
    office = await Office(app).open()
    card = await office.card()
    thief, (_, hers) = await office.ask(card)
    assert (await thief.post("cards/enter", {}))[1]["waiting"] is True
    # Who holds the card asks too: the yes goes to the code that was read out, and to no other browser.
    there, (_, asked) = await office.ask(card)
    first, last = (await office.second.get("cards/asked"))[1]["uses"]
    assert code_of(await office.yes(asked["code"], first["use"])) == "card_code_wrong"
    assert (await office.yes(asked["code"], last["use"]))[0] == 200
    assert (await there.post("cards/enter", {}))[0] == 200
    assert code_of(await thief.post("cards/enter", {})) == "card_use_over"
    assert hers["code"] and (await thief.get("me"))[0] == 401


async def test_who_asks_and_leaves_keeps_nobody_out(app) -> None:
    office = await Office(app).open()
    card = await office.card()
    for _ in range(MOST_OF_A_NETWORK + 1):
        assert (await office.ask(card))[1][0] == 200
    assert len((await office.second.get("cards/asked"))[1]["uses"]) == MOST_OF_A_NETWORK
    await office.come_in(card)


async def test_five_wrong_codes_end_a_use_and_not_the_card(app) -> None:
    office = await Office(app).open()
    card = await office.card()
    _, (_, asked) = await office.ask(card)
    [use] = (await office.second.get("cards/asked"))[1]["uses"]
    wrong = f"{(int(asked['code']) + 1) % 1_000_000:06}"
    for left in range(TRIES - 1, 0, -1):
        assert (await office.yes(wrong, use["use"]))[1]["facts"] == {"left": left}
    for code in (wrong, asked["code"]):
        assert code_of(await office.yes(code, use["use"])) == "card_use_over"
    await office.come_in(card)


class Telephone:
    """Rings whoever it is told to; what they key in is said by the test."""

    def __init__(self, keys: str) -> None:
        self.keys = keys
        self.rung: list[str] = []
        self.may_end = asyncio.Event()
        self.may_end.set()

    async def keyed_in(self, call: Any, person: Any, code: str) -> bool:
        self.rung.append(str(person))
        await self.may_end.wait()
        return code == self.keys


async def calls_over(app: Any) -> None:
    await asyncio.gather(*app.state.directory.under_way)


@pytest.mark.parametrize("name", ["Wilma Verzonnen", "wilma  verzönnen"])
async def test_the_code_keyed_in_on_the_registered_phone_is_a_second_factor_too(
    app, filled: str, name: str
) -> None:
    office = await Office(app).open()
    card = await office.card()
    there, (_, asked) = await office.ask(card, name=name)
    app.state.directory.call_back = telephone = Telephone(asked["code"])
    assert (await there.post("cards/call", {}))[1]["waiting"] is True
    await calls_over(app)
    assert (await there.post("cards/enter", {}))[0] == 200
    assert ((await there.me())["person"], telephone.rung) == (office.wilma, [office.wilma])
    found = await kept(filled, card["number"])
    assert (found["used_by"], found["approved_by"]) == (office.wilma, None)


@pytest.mark.parametrize(("name", "rung"), [("Wilma Verzonnen", 1), ("Niemand", 0), ("Wim", 0)])
async def test_who_keys_in_nothing_and_who_is_not_known_hear_the_same(app, name: str, rung: int) -> None:
    office = await Office(app).open()
    there, _ = await office.ask(await office.card(), name=name)
    app.state.directory.call_back = telephone = Telephone("not keyed in")
    # Nor does who waits for the answer notice that somebody is rung.
    telephone.may_end.clear()
    async with asyncio.timeout(10):
        status, found = await there.post("cards/call", {})
    telephone.may_end.set()
    assert (status, found["waiting"], sorted(found)) == (200, True, ["expires_at", "waiting"])
    assert code_of(await there.post("cards/call", {})) == "card_called"
    await calls_over(app)
    assert (await there.post("cards/enter", {}))[1]["waiting"] is True
    assert len(telephone.rung) == rung


async def test_two_uses_with_a_yes_each_let_one_in(app) -> None:
    office = await Office(app).open()
    card = await office.card()
    browsers = []
    for _ in range(2):
        there, (_, asked) = await office.ask(card)
        assert (await office.yes(asked["code"]))[0] == 200
        browsers.append(there)
    found = await asyncio.gather(*(each.post("cards/enter", {}) for each in browsers))
    assert sorted(status for status, _ in found) == [200, 409]
    assert sorted([(await each.get("me"))[0] for each in browsers]) == [200, 401]


@pytest.mark.parametrize("later", [False, True])
async def test_a_use_without_a_yes_or_without_coming_in_is_over_after_a_quarter(
    app, monkeypatch: pytest.MonkeyPatch, *, later: bool
) -> None:
    office = await Office(app).open()
    there, (_, asked) = await office.ask(await office.card())
    [use] = (await office.second.get("cards/asked"))[1]["uses"]
    if later:
        assert (await office.yes(asked["code"]))[0] == 200
    parts = app.state.directory
    began = parts.now()
    monkeypatch.setattr(parts, "now", lambda: began + 16 * MINUTE)
    if not later:
        assert code_of(await office.yes(asked["code"], use["use"])) == "card_use_over"
    assert code_of(await there.post("cards/enter", {})) == "card_use_over"


async def test_the_yes_of_who_may_say_it_no_more_lets_nobody_in(app) -> None:
    office = await Office(app).open()
    there, (_, asked) = await office.ask(await office.card())
    assert (await office.yes(asked["code"]))[0] == 200
    own = app.state.directory.own
    approver = own.people[UUID((await office.second.me())["person"])]
    taken_off = [each.model_copy(update={"rights": ()}) for each in approver.memberships]
    own.keep([approver.model_copy(update={"memberships": tuple(taken_off)})])
    assert code_of(await there.post("cards/enter", {})) == "not_your_right"
    assert (await there.get("me"))[0] == 401


async def test_who_works_elsewhere_or_has_no_right_says_no_yes_and_sees_no_use(app, filled: str) -> None:
    office = await Office(app).open()
    _, (_, asked) = await office.ask(await office.card())
    [use] = (await office.second.get("cards/asked"))[1]["uses"]
    body = {"use": use["use"], "code": asked["code"], "person": office.wilma}
    elsewhere, phone, _ = await signed_in(app, organisation="GM0014")
    assert (await elsewhere.get("cards/asked"))[1]["uses"] == []
    answer = await proven(elsewhere, phone, "approve", "cards/approve", body)
    assert code_of(answer) == "card_use_over"
    colleague, own = await somebody(app, filled, (Right.REPORT,))
    assert (await colleague.get("cards/asked"))[1]["uses"] == []
    answer = await proven(colleague, own, "approve", "cards/approve", body)
    assert (answer[0], code_of(answer)) == (403, "not_your_right")
    mandated, own = await somebody(app, filled, (Right.MANDATE,))
    assert (await proven(mandated, own, "approve", "cards/approve", body))[0] == 200


async def test_nobody_lets_themselves_in_nor_a_stranger_nor_with_a_stolen_session(app) -> None:
    office = await Office(app).open()
    _, (_, asked) = await office.ask(await office.card())
    [use] = (await office.second.get("cards/asked"))[1]["uses"]
    body = {"use": use["use"], "code": asked["code"]}
    own = (await office.second.me())["person"]
    _, _, elsewhere = await signed_in(app, organisation="GM0014")
    for person, code in ((own, "second_person"), (elsewhere, "not_found"), (str(uuid4()), "not_found")):
        answer = await proven(
            office.second, office.second_phone, "approve", "cards/approve", {**body, "person": person}
        )
        assert code_of(answer) == code
    stolen = {**body, "person": office.wilma}
    assert code_of(await office.second.post("cards/approve", stolen)) == "prove_it"
    answer = await proven(office.second, office.hers, "approve", "cards/approve", stolen)
    assert code_of(answer) == "passkey_refused"


async def test_only_who_administers_prints_and_only_with_a_key(app, filled: str) -> None:
    office = await Office(app).open()
    body = {"organisation": "GM1735", "roles": ROLES}
    assert code_of(await office.petra.post("cards", body)) == "prove_it"
    mandated, own = await somebody(app, filled, (Right.MANDATE,))
    assert code_of(await proven(mandated, own, "print", "cards", body)) == "not_your_right"
    there, phone, _ = await signed_in(app, organisation="GM0014")
    assert code_of(await proven(there, phone, "print", "cards", body)) == "not_found"


async def test_a_card_that_is_stopped_ends_the_session_it_opened(app) -> None:
    office = await Office(app).open()
    there = await office.come_in(card := await office.card())
    assert code_of(await office.second.post(f"cards/{card['number']}/stop", {})) == "prove_it"
    assert code_of(await there.post(f"cards/{card['number']}/stop", {})) == "card_not_enough"
    assert (await there.get("me"))[0] == 200
    assert (await office.stop(card))[0] == 200
    assert (await there.get("me"))[0] == 401


async def test_whom_the_text_of_its_use_did_not_reach_stands_at_the_card_once(app, filled: str) -> None:
    office = await Office(app).open()
    card = await office.card()
    there = await office.come_in(card)
    used_at = (await kept(filled, card["number"]))["used_at"]
    body = {"card": card["number"], "used_at": used_at, "person": office.wilma}

    async def said(token: str = INTERNAL, **other: str) -> int:
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
        return (
            await there.http.post("/internal/card-untold", json={**body, **other}, headers=headers)
        ).status_code

    assert [await said("y" * 32), await said(card="GM1735-9999")] == [401, 404]
    # Printed and used once more under that number, after a restore.
    assert await said(used_at="2026-01-05T03:10:00Z") == 200
    assert (await kept(filled, card["number"])).get("untold", []) == []
    assert [await said(), await said()] == [200, 200]
    assert (await kept(filled, card["number"]))["untold"] == [office.wilma]
    connection = await asyncpg.connect(filled)
    query = "SELECT count(*) FROM journal WHERE aggregate = 'card' AND key = $1"
    versions = await connection.fetchval(query, card["number"])
    await connection.close()
    assert versions == len(["printed", "asked", "used", "untold"])


async def test_the_topic_holds_no_words_and_the_sheet_is_a_pdf(app, filled: str) -> None:
    office = await Office(app).open()
    printed = await office.print()
    assert base64.b64decode(printed["pdf"]).startswith(b"%PDF-1.7")
    connection = await asyncpg.connect(filled)
    rows = await connection.fetch("SELECT payload FROM journal WHERE aggregate = 'card'")
    await connection.close()
    told = b"".join(row["payload"] for row in rows)
    assert len(rows) == len(ROLES)
    for card in printed["cards"]:
        assert card["words"].encode() not in told and len(card["words"].split()) == 6
