"""An organisation that keeps sealed cards: who prints them, who says yes, who is there without a phone."""

import json
from typing import Any
from uuid import uuid4

import asyncpg

from schemas.events.person import Membership, Person
from schemas.values import Level, Right, organisation_key
from services.directory.store.writes import Writes
from services.runtime.database import open_pool
from services.runtime.now import clock
from tests.contract.doorstep import Answer, Browser, signed_in
from tests.phone import Phone

ROLES = ["crisis_coordination", "ciso"]


class Office:
    """An administrator and a mandated colleague with keys, and somebody whose phone is gone."""

    def __init__(self, app: Any) -> None:
        self.app = app

    async def open(self) -> "Office":
        self.petra, self.hers, _ = await signed_in(self.app)
        self.second, self.second_phone, _ = await signed_in(self.app, name="Wim Verzonnen")
        _, _, self.wilma = await signed_in(self.app, name="Wilma Verzonnen")
        return self

    async def print(self, roles: list[str] = ROLES) -> dict[str, Any]:
        body = {"organisation": "GM1735", "roles": roles}
        status, found = await proven(self.petra, self.hers, "print", "cards", body)
        assert status == 200, found
        return found

    async def card(self) -> dict[str, Any]:
        return dict((await self.print())["cards"][0])

    async def ask(self, card: dict[str, Any], **other: str) -> tuple[Browser, Answer]:
        """Somebody on an unknown phone types what stands on the card."""
        there = Browser(self.app)
        body = {"number": card["number"], "words": card["words"], "name": "Wilma", **other}
        return there, await there.post("cards/open", body)

    async def yes(self, code: str, use: str | None = None) -> Answer:
        use = use or (await self.second.get("cards/asked"))[1]["uses"][-1]["use"]
        body = {"use": use, "code": code, "person": self.wilma}
        return await proven(self.second, self.second_phone, "approve", "cards/approve", body)

    async def stop(self, card: dict[str, Any]) -> Answer:
        path = f"cards/{card['number']}/stop"
        return await proven(self.second, self.second_phone, "stop", path, {})

    async def come_in(self, card: dict[str, Any]) -> Browser:
        there, (status, asked) = await self.ask(card)
        assert status == 200, asked
        assert (await self.yes(asked["code"]))[0] == 200
        status, _ = await there.post("cards/enter", {})
        assert status == 200
        return there


async def proven(here: Browser, phone: Phone, purpose: str, path: str, body: dict[str, Any]) -> Answer:
    """A command that takes a key, shown here and now."""
    return await here.post(path, {**body, "passkey": await here.proof(phone, purpose)})


def code_of(answer: Answer) -> str:
    return str(answer[1].get("code"))


async def kept(database: str, number: str) -> dict[str, Any]:
    connection = await asyncpg.connect(database)
    state = await connection.fetchval("SELECT state FROM card WHERE id = $1", number)
    await connection.close()
    return dict(json.loads(state))


async def somebody(app: Any, database: str, rights: tuple[Right, ...]) -> tuple[Browser, Phone]:
    """A colleague with these rights, signed in."""
    person = Person(
        id=uuid4(),
        memberships=(Membership(organisation="GM1735", rights=rights),),
        exercise=False,
        readers={organisation_key("GM1735"): Level.OWN},
    )
    return await welcomed(app, database, person, "Mandaat Verzonnen")


async def welcomed(app: Any, database: str, person: Person, name: str) -> tuple[Browser, Phone]:
    """This person, written down, with a key on a phone of their own, signed in."""
    async with await open_pool(database, 1) as pool:
        await Writes(pool).add_person(person, name, "06 00000000", clock()())
    app.state.directory.heard([person])
    here, phone = Browser(app), Phone()
    assert (await here.welcome(await here.invite_here(person=str(person.id)), phone))[0] == 200
    return here, phone
