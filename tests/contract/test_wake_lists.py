"""An organisation says whom it lets be woken: only its own colleagues, by whoever may, once each."""

from contextlib import nullcontext
from typing import Any
from uuid import uuid4

import asyncpg
import pytest

from schemas.events.person import Membership, Person
from schemas.refused import Refused
from schemas.values import Right
from services.directory.rules.waking import may_change
from tests.contract.doorstep import PETRA, Answer, Browser, signed_in
from tests.phone import Phone


async def keep(here: Browser, phone: Phone, body: dict[str, Any]) -> Answer:
    """Send a list, and show with one's own phone that it is oneself."""
    proof = await here.proof(phone, "wake_list")
    return await here.post("wake-list", {**body, "passkey": proof})


async def test_a_session_without_its_phone_changes_nobody_who_is_woken(app) -> None:
    petra, phone, own = await signed_in(app)
    wanted = {"organisation": "GM1735", "turns": [{"person": own}]}
    status, no = await petra.post("wake-list", wanted)
    assert (status, no["code"]) == (409, "prove_it")
    for_another_thing = await petra.proof(phone, "invite")
    assert (await petra.post("wake-list", {**wanted, "passkey": for_another_thing}))[0] == 409
    assert (await petra.get("wake-list?organisation=GM1735"))[1]["number"] == 0


async def test_an_administrator_sets_the_order_and_only_the_own_organisation_reads_it(app, filled) -> None:
    petra, phone, own = await signed_in(app)
    wim = Browser(app)
    await wim.welcome(await wim.invite_here(**{**PETRA, "name": "Wim Verzonnen"}), Phone())
    turns = [{"person": (await wim.me())["person"], "from_hour": 22, "to_hour": 7}, {"person": own}]
    wanted = {"organisation": "GM1735", "turns": turns, "phone": "14 0547"}
    for _ in range(2):
        status, made = await keep(petra, phone, wanted)
        assert status == 200
    assert [each["person"] for each in made["turns"]] == [each["person"] for each in turns]
    connection = await asyncpg.connect(filled)
    rows = await connection.fetch("SELECT version, state->>'readers' AS readers FROM wake_list")
    await connection.close()
    assert [(row["version"], row["readers"]) for row in rows] == [(1, '{"org:GM1735": "own"}')]
    # Whom to phone when nobody answers stands on the organisation's cards too.
    proof = await petra.proof(phone, "print")
    order = {"organisation": "GM1735", "roles": ["ciso"], "passkey": proof}
    assert [each["phone"] for each in (await petra.post("cards", order))[1]["cards"]] == ["14 0547"]


async def test_who_keeps_it_reads_who_can_be_called_and_only_the_list_that_was_looked_at_is_changed(
    app,
) -> None:
    petra, phone, own = await signed_in(app)
    body = {**PETRA, "name": "Wim Verzonnen", "phone": "14 0547"}
    await Browser(app).welcome(await petra.invite_here(**body), Phone())
    status, found = await petra.get("wake-list?organisation=GM1735")
    assert (status, found["number"], found["turns"], found["minutes"]) == (200, 0, [], 3)
    assert {each["name"]: each["callable"] for each in found["people"]} == {
        PETRA["name"]: True,
        "Wim Verzonnen": False,
    }
    first = {"organisation": "GM1735", "turns": [{"person": own}], "after": 0}
    assert (await keep(petra, phone, first))[1]["number"] == 1
    # The same again: the answer to the first got lost.
    assert (await keep(petra, phone, first))[1]["number"] == 1
    status, refused = await keep(petra, phone, {**first, "minutes": 5})
    assert (status, refused["code"]) == (409, "wake_list_changed")
    assert (await petra.get("wake-list?organisation=GM1735"))[1]["minutes"] == 3
    assert (await keep(petra, phone, {**first, "minutes": 5, "after": 1}))[1]["number"] == 2


async def test_whom_to_phone_is_a_number_or_nothing(app) -> None:
    petra, own_phone, _ = await signed_in(app)
    wanted = {"organisation": "GM1735", "turns": []}
    for phone, expected in (("14 0547", 200), ("", 200), ("de baas", 400), ("12", 400)):
        status, found = await keep(petra, own_phone, {**wanted, "phone": phone})
        assert status == expected, phone
        if status == 400:
            assert found["code"] == "invalid" and any("phone" in each for each in found["facts"]["fields"])


async def test_nobody_else_changes_it_and_nobody_else_is_on_it(app) -> None:
    petra, phone, own = await signed_in(app)
    other, _, elsewhere = await signed_in(app, organisation="GM0014")
    wanted = {"organisation": "GM1735", "turns": []}
    assert (await other.post("wake-list", wanted))[0] == 404
    assert (await other.get("wake-list?organisation=GM1735"))[0] == 404
    for person in (elsewhere, str(uuid4())):
        status, found = await keep(petra, phone, {**wanted, "turns": [{"person": person}]})
        assert (status, found["code"]) == (409, "not_a_colleague")
    status, found = await keep(petra, phone, {**wanted, "turns": [{"person": own}] * 2})
    assert (status, found["code"]) == (409, "twice_on_the_list")


def test_a_colleague_without_that_right_does_not_change_it() -> None:
    rights = {Right.LEND: True, Right.ADMINISTER: True, Right.MANDATE: False, Right.REPORT: False}
    for right, may in rights.items():
        member = Membership(organisation="GM1735", rights=(right,))
        person = Person(id=uuid4(), memberships=(member,), exercise=False)
        with nullcontext() if may else pytest.raises(Refused, match="not_your_right"):
            may_change(person, "GM1735")
