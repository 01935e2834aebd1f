"""The list of mandates over HTTP and in its table: who reads and keeps it, and what leaves it as it is."""

from typing import Any
from uuid import UUID, uuid4

from schemas.events.person import Membership, Person
from schemas.values import Right
from services.directory.seed import known_organisations
from services.directory.store.writes import Writes
from services.runtime.database import open_pool
from services.runtime.now import clock
from tests.contract.doorstep import Answer, Browser, directory, signed_in
from tests.phone import Phone

PATH = "organisations/GM1735/mandates"


async def with_gert(database: str) -> UUID:
    """Gert, who holds the right to confirm."""
    member = Membership(organisation="GM1735", rights=(Right.MANDATE,))
    gert = Person(id=uuid4(), memberships=(member,), exercise=False)
    async with await open_pool(database, 1) as pool:
        await Writes(pool).add_person(gert, "Gert Verzonnen", "06 00000001", clock()())
    return gert.id


async def keep(here: Browser, phone: Phone, body: dict[str, Any]) -> Answer:
    """Send a list, and show with one's own phone that it is oneself."""
    proof = await here.proof(phone, "mandates")
    return await here.post(PATH, {**body, "passkey": proof})


async def test_a_session_without_its_phone_changes_no_list(filled: str) -> None:
    async with directory(filled) as app:
        petra, phone, _ = await signed_in(app)
        status, no = await petra.post(PATH, {"after": 0, "entries": []})
        assert (status, no["code"]) == (409, "prove_it")
        for_another_thing = await petra.proof(phone, "invite")
        status, no = await petra.post(PATH, {"after": 0, "entries": [], "passkey": for_another_thing})
        assert status == 409


async def test_an_administrator_keeps_the_list_and_other_organisations_find_none(filled: str) -> None:
    gert = await with_gert(filled)
    async with directory(filled) as app:
        petra, phone, _ = await signed_in(app)
        status, found = await petra.get(PATH)
        assert (status, found["mandates"]) == (200, None)
        assert [(each["name"], each["acts"]) for each in found["people"]] == [
            ("Gert Verzonnen", ["confirm", "coordinate", "share"])
        ]
        entry = {"id": str(uuid4()), "person": str(gert), "acts": ["confirm"], "people": 5}
        status, kept = await keep(petra, phone, {"after": 0, "entries": [entry]})
        assert (status, kept["mandates"]["number"]) == (200, 1)
        status, no = await keep(petra, phone, {"after": 0, "entries": []})
        assert (status, no["code"]) == (409, "mandates_changed")
        lend = {**entry, "acts": ["lend"]}
        status, no = await keep(petra, phone, {"after": 1, "entries": [lend]})
        assert (status, no["code"]) == (409, "mandate_without_right")
        lending = {"after": 1, "entries": [entry], "two_persons": ["lend"]}
        assert (await keep(petra, phone, lending))[0] == 400
        elsewhere, other, _ = await signed_in(app, organisation="GM0014")
        for answer in (await elsewhere.get(PATH), await keep(elsewhere, other, {"after": 1, "entries": []})):
            assert answer[0] == 404
        _, public = await petra.get("organisations")
        assert str(gert) not in str(public)
        _, own = await petra.get("organisations?of=GM1735")
        assert [each["id"] for each in own["organisations"]] == ["GM1735"]


async def test_facts_that_are_read_anew_leave_the_list_as_it_is(filled: str) -> None:
    gert = await with_gert(filled)
    entry = {"id": str(uuid4()), "person": str(gert), "acts": ["confirm"]}
    async with directory(filled) as app:
        petra, phone, _ = await signed_in(app)
        await keep(petra, phone, {"after": 0, "entries": [entry]})
        places = known_organisations()
        hof = [each.model_copy(update={"name": "Anders"}) for each in places if each.id == "GM1735"]
        async with await open_pool(filled, 1) as pool:
            assert await Writes(pool).seed_organisations(hof, clock()()) == 1
            assert await Writes(pool).seed_organisations(hof, clock()()) == 0
        _, found = await petra.get(PATH)
        assert found["mandates"]["entries"][0]["person"] == str(gert)
