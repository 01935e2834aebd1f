"""A member's account at a provider: bound with a key, one person's, and gone with what it stood on."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import pytest

from schemas.events.person import Membership, Person
from services.directory.store.access import restore_accesses
from services.directory.store.accounts import Account
from services.directory.store.keys import KeyFile
from services.directory.store.people import Keeping
from services.directory.store.writes import TABLES
from services.runtime.now import clock
from services.runtime.ports import Cause, Written
from tests.contract.account import INSIDE, UNBOUND, bound, known, outcome
from tests.contract.doorstep import Browser, signed_in
from tests.contract.lying_provider import Liar, claims, true
from tests.contract.switching import being_thrown, until_waited
from tests.contract.there_and_back import BACK, asked, away, away_to_bind, back


@pytest.fixture
async def app(filled: str, tmp_path: Path, liar: Liar) -> AsyncIterator[Any]:
    async with known(filled, tmp_path, liar) as made:
        yield made


async def test_who_bound_an_account_comes_in_with_it_and_it_opens_no_door_that_asks_for_a_key(
    app: Any, liar: Liar
) -> None:
    person = await bound(app, liar)
    there = Browser(app)
    query = await away(there)
    liar.hand_out(true(claims(liar, query["nonce"], groups=["administer"])))
    assert await back(there, code="c", state=query["state"]) == INSIDE
    found = await there.me()
    assert (found["person"], found["way"], found["rights"]) == (person, "oidc", {"GM1735": ["administer"]})
    _, own = await there.get("passkeys")
    key = own["passkeys"][0]["id"]
    assert (await there.post(f"passkeys/{key}/remove", {}))[1]["code"] == "prove_it"
    assert (await there.post("cards", {"organisation": "GM1735", "roles": ["ciso"]}))[1]["code"] == "prove_it"
    assert liar.asked[-1]["code_verifier"] and liar.asked[-1]["redirect_uri"] == BACK


async def test_an_account_that_nobody_bound_is_nobody_whatever_its_address(app: Any, liar: Liar) -> None:
    await bound(app, liar)
    for other in ({"sub": "7f3b"}, {"sub": "7f3b", "email": "petra@hof.example", "email_verified": True}):
        found = await outcome(app, liar, lambda said, other=other: true({**said, **other}))
        assert found == (UNBOUND, 401)


async def test_an_account_is_one_persons(app: Any, liar: Liar) -> None:
    await bound(app, liar)
    wim, his, _ = await signed_in(app, name="Wim Verzonnen")
    query = asked(await away_to_bind(wim, his))
    liar.hand_out(true(claims(liar, query["nonce"])))
    assert await back(wim, code="c", state=query["state"]) == "/devices?refused=account_taken"


async def test_of_two_that_somebody_bound_the_later_one_opens_alone(app: Any, liar: Liar) -> None:
    here, phone, _ = await signed_in(app)
    for sub in ("old", "new"):
        query = asked(await away_to_bind(here, phone))
        liar.hand_out(true(claims(liar, query["nonce"], sub=sub)))
        await back(here, code="c", state=query["state"])
    for sub, found in (("old", (UNBOUND, 401)), ("new", (INSIDE, 200))):
        assert await outcome(app, liar, lambda said, sub=sub: true({**said, "sub": sub})) == found


async def test_one_that_is_loosened_while_somebody_comes_in_with_it_opens_nothing(
    app: Any, liar: Liar, filled: str
) -> None:
    await bound(app, liar)
    there = Browser(app)
    query = await away(there)
    liar.hand_out(true(claims(liar, query["nonce"])))
    async with being_thrown(filled) as waited_for:
        coming = asyncio.ensure_future(back(there, code="c", state=query["state"]))
        await until_waited(waited_for)
        await waited_for.execute("DELETE FROM provider_account")
    assert (await coming, (await there.get("me"))[0]) == (UNBOUND, 401)


async def test_binding_takes_a_key_shown_here_and_now(app: Any, liar: Liar) -> None:
    await bound(app, liar)
    there = Browser(app)
    query = await away(there)
    liar.hand_out(true(claims(liar, query["nonce"])))
    await back(there, code="c", state=query["state"])
    _, hers, _ = await signed_in(app, name="Wim Verzonnen")
    status, found = await there.post("oidc/bind", {"organisation": "GM1735"})
    assert status == 400
    proof = await there.proof(hers, "bind")
    status, found = await there.post("oidc/bind", {"organisation": "GM1735", "passkey": proof})
    assert (status, found["code"]) == (409, "passkey_refused")


async def test_who_is_forgotten_has_no_account_any_more(app: Any, liar: Liar, filled: str) -> None:
    person = await bound(app, liar)
    assert await app.state.directory.forget(UUID(person)) is not None
    assert await outcome(app, liar, true) == (UNBOUND, 401)
    assert await accounts(filled) == []


async def test_who_works_there_no_more_does_not_come_in(app: Any, liar: Liar, filled: str) -> None:
    person = await bound(app, liar)
    connection = await asyncpg.connect(filled)
    async with connection.transaction():
        [held] = await TABLES.read(connection, Person.TYPE, [person])
        gone = held.state.model_copy(update={"memberships": ()})
        await TABLES.write(connection, [Written(gone, held.version + 1)], Cause(uuid4(), None, clock()()))
    await connection.close()
    assert await outcome(app, liar, true) == (UNBOUND, 401)


async def leaves(app: Any, person: str) -> None:
    """For the neighbour."""
    elsewhere = (Membership(organisation="GM0014"),)
    directory = app.state.directory
    changed = await directory.people.change(
        Keeping("GM1735", UUID(person), clock()()),
        [UUID(person)],
        lambda known, _: known.model_copy(update={"memberships": elsewhere}),
    )
    directory.heard(changed)


async def test_who_leaves_while_they_are_at_the_provider_binds_nothing(
    app: Any, liar: Liar, filled: str
) -> None:
    here, phone, person = await signed_in(app)
    query = asked(await away_to_bind(here, phone))
    liar.hand_out(true(claims(liar, query["nonce"])))
    await leaves(app, person)
    assert await back(here, code="c", state=query["state"]) == "/devices?refused=account_unbound"
    assert await accounts(filled) == []


async def test_who_left_is_out_of_what_it_opened_and_who_came_back_binds_anew(
    app: Any, liar: Liar, filled: str
) -> None:
    person, there = await bound(app, liar), Browser(app)
    query = await away(there)
    liar.hand_out(true(claims(liar, query["nonce"])))
    assert await back(there, code="c", state=query["state"]) == INSIDE
    await leaves(app, person)
    assert (await there.get("me"))[0] == 401
    assert await accounts(filled) == []
    assert await outcome(app, liar, true) == (UNBOUND, 401)


async def test_an_account_stands_in_the_file_of_what_is_kept_of_somebody(app: Any, liar: Liar) -> None:
    here, phone, _ = await signed_in(app)
    query = asked(await away_to_bind(here, phone))
    liar.hand_out(true(claims(liar, query["nonce"])))
    await back(here, code="c", state=query["state"])
    [account] = (await here.get("export"))[1]["accounts"]
    assert account["organisation"] == "GM1735" and account["since"]


async def test_a_restore_binds_nobody(app: Any, liar: Liar, filled: str) -> None:
    """An account that was loosened since the backup would open again."""
    await bound(app, liar)
    connection = await asyncpg.connect(filled)
    async with connection.transaction():
        await restore_accesses(connection, KeyFile(keys={}, forgotten=[]), app.state.directory.now())
    await connection.close()
    assert await accounts(filled) == []
    assert await outcome(app, liar, true) == (UNBOUND, 401)


async def accounts(database: str) -> list[Any]:
    connection = await asyncpg.connect(database)
    rows = await connection.fetch("SELECT * FROM provider_account")
    await connection.close()
    return list(rows)


def test_the_same_subject_at_another_issuer_is_somebody_else() -> None:
    issuers = {"https://a": "1:7f3a", "https://a:1": "7f3a", "https://b": "7f3a"}
    assert len({Account("GM1735", *each).key for each in issuers.items()}) == 3


async def test_what_is_kept_of_an_account_is_a_digest(app: Any, liar: Liar, filled: str) -> None:
    await bound(app, liar)
    [row] = await accounts(filled)
    assert len(row["account"]) == 64 and "7f3a" not in str(dict(row))


async def test_loosening_an_account_shuts_it_and_ends_its_sessions(app: Any, liar: Liar) -> None:
    await bound(app, liar)
    there = Browser(app)
    query = await away(there)
    liar.hand_out(true(claims(liar, query["nonce"])))
    assert await back(there, code="c", state=query["state"]) == INSIDE
    assert (await there.get("oidc/accounts"))[1] == {"organisations": ["GM1735"]}
    assert (await there.post("oidc/loosen", {}))[0] == 200
    assert (await there.get("me"))[0] == 401
    assert (await outcome(app, liar, true))[0] == UNBOUND


async def test_groups_give_functions_and_take_those_they_gave(
    filled: str, tmp_path: Path, liar: Liar
) -> None:
    async with known(filled, tmp_path, liar, functions={"beheer": ["system_administration"]}) as app:
        person = await bound(app, liar)
        for groups, functions in ((["beheer", "administer"], ["system_administration"]), ([], [])):
            made = lambda said, groups=groups: true({**said, "groups": groups})  # noqa: E731
            assert await outcome(app, liar, made) == (INSIDE, 200)
            [held] = [each for each in app.state.directory.own.people.values() if str(each.id) == person]
            assert [each.value for each in held.functions] == functions
