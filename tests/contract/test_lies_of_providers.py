"""A provider that lies, is away or distrusted lets nobody in, and every refusal is a page that says why."""

import asyncio
import hmac
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import asyncpg
import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from schemas.events.person import Membership, Person
from schemas.events.trust import Trust
from services.directory.elsewhere import SAID
from services.directory.meeting import RENEWED
from services.directory.outside import LARGEST
from services.directory.store.access import restore_accesses
from services.directory.store.people import Keeping
from services.directory.store.writes import TABLES
from services.runtime.now import clock
from services.runtime.ports import Cause, Written
from tests.contract.doorstep import Browser, directory, signed_in
from tests.contract.lying_provider import KEY, Liar, claims, lying, part, true
from tests.contract.test_the_switch import being_thrown, throw, until_waited
from tests.contract.there_and_back import BACK, asked, away, away_to_bind, back, written_down

PEM = KEY.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)
OTHER = rsa.generate_private_key(65537, 2048)
INSIDE, LIED = "/", "/sign-in?refused=provider_not_believed"
OVER, UNBOUND = "/sign-in?refused=ceremony_over", "/sign-in?refused=account_unbound"


@pytest.fixture
def liar() -> Iterator[Liar]:
    with lying() as one:
        yield one


@asynccontextmanager
async def known(database: str, folder: Path, liar: Liar, **more: Any) -> AsyncIterator[Any]:
    """A directory that knows this provider."""
    file = await asyncio.to_thread(written_down, folder, liar.issuer, **more)
    async with directory(database, providers_file=file) as app:
        yield app


@pytest.fixture
async def app(filled: str, tmp_path: Path, liar: Liar) -> AsyncIterator[Any]:
    async with known(filled, tmp_path, liar) as made:
        yield made


def by_hand(algorithm: str, said: dict[str, Any]) -> str:
    body = f"{part({'alg': algorithm, 'kid': 'r'})}.{part(said)}"
    mark = hmac.digest(PEM, body.encode(), "sha256") if algorithm == "HS256" else b""
    return f"{body}.{jwt.utils.base64url_encode(mark).decode()}"


async def bound(app: Any, liar: Liar) -> str:
    """A member whose account at the provider is 7f3a; who that is."""
    here, phone, person = await signed_in(app)
    query = asked(await away_to_bind(here, phone))
    liar.hand_out(true(claims(liar, query["nonce"])))
    assert await back(here, code="c", state=query["state"]) == "/devices"
    return person


async def outcome(app: Any, liar: Liar, make: Any) -> tuple[str, int]:
    """Where a browser lands that brings such a token, and how it is answered after that."""
    there = Browser(app)
    query = await away(there)
    liar.hand_out(make(claims(liar, query["nonce"])))
    return await back(there, code="c", state=query["state"]), (await there.get("me"))[0]


LIES: dict[str, Any] = {
    "audience": lambda said: true({**said, "aud": "another"}),
    "issuer": lambda said: true({**said, "iss": "http://127.0.0.1:2"}),
    "nonce": lambda said: true({**said, "nonce": "of another sign-in"}),
    "expired": lambda said: true({**said, "iat": said["iat"] - 900, "exp": said["exp"] - 900}),
    "alg none": lambda said: by_hand("none", said),
    "HS256 with the public key": lambda said: by_hand("HS256", said),
    "unknown key": lambda said: jwt.encode(said, OTHER, "RS256", headers={"kid": "new"}),
    "another's key": lambda said: jwt.encode(said, OTHER, "RS256", headers={"kid": "r"}),
    "algorithm not chosen": lambda said: jwt.encode(said, KEY, "PS256", headers={"kid": "r"}),
    "no token": lambda _: "nothing",
}


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


@pytest.mark.parametrize("lie", LIES)
async def test_a_lie_opens_no_session(app: Any, liar: Liar, lie: str) -> None:
    await bound(app, liar)
    assert await outcome(app, liar, LIES[lie]) == (LIED, 401)
    assert await outcome(app, liar, true) == (INSIDE, 200)


async def test_unknown_keys_make_it_be_asked_seldom(app: Any, liar: Liar) -> None:
    await bound(app, liar)
    for _ in range(4):
        assert (await outcome(app, liar, LIES["unknown key"]))[0] == LIED
    assert liar.gets.count("/jwks") == 1


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


async def test_binding_takes_a_key_shown_here_and_now(app: Any, liar: Liar) -> None:
    await bound(app, liar)
    there = Browser(app)
    query = await away(there)
    liar.hand_out(true(claims(liar, query["nonce"])))
    await back(there, code="c", state=query["state"])
    _, hers, _ = await signed_in(app, name="Wim Verzonnen")
    status, found = await there.post("oidc/bind", {"organisation": "GM1735"})
    assert status == 400
    proof = hers.sign(await there.asked("bind"), there.origin)
    status, found = await there.post("oidc/bind", {"organisation": "GM1735", "passkey": proof})
    assert (status, found["code"]) == (409, "passkey_refused")


async def test_a_way_back_belongs_to_one_browser_and_counts_once(app: Any, liar: Liar) -> None:
    await bound(app, liar)
    one, other = Browser(app), Browser(app)
    first, second = await away(one), await away(other)
    liar.hand_out(true(claims(liar, first["nonce"])))
    assert await back(other, code="c", state=first["state"]) == OVER
    assert await back(Browser(app), code="c", state=second["state"]) == OVER
    cookie = one.http.cookies["noaber_oidc"]
    assert await back(one, code="c", state=first["state"]) == INSIDE
    one.http.cookies.set("noaber_oidc", cookie)
    before = len(liar.asked)
    assert await back(one, code="c", state=first["state"]) == OVER
    assert len(liar.asked) == before


async def test_another_provider_that_is_named_on_the_way_back_is_not_believed(app: Any, liar: Liar) -> None:
    await bound(app, liar)
    there = Browser(app)
    query = await away(there)
    liar.hand_out(true(claims(liar, query["nonce"])))
    assert await back(there, code="c", state=query["state"], iss="https://evil.example") == LIED


async def test_what_one_provider_says_is_brought_to_no_other(filled: str, tmp_path: Path, liar: Liar) -> None:
    async with known(filled, tmp_path, liar, organisations=("GM1735", "GM0014")) as app:
        await bound(app, liar)
        there = Browser(app)
        query = await away(there)
        liar.hand_out(true(claims(liar, query["nonce"])))
        before = len(liar.asked)
        neighbours = BACK.replace("GM1735", "GM0014")
        assert await back(there, neighbours, code="c", state=query["state"]) == OVER
        assert len(liar.asked) == before
        # Nor is who is somebody at one of them somebody at the other.
        status, found = await there.post("oidc/start", {"organisation": "GM0014"})
        assert status == 200
        query = asked(found["address"])
        liar.hand_out(true(claims(liar, query["nonce"])))
        assert await back(there, neighbours, code="c", state=query["state"]) == UNBOUND


@pytest.mark.parametrize("what", ["/token", "/jwks"])
@pytest.mark.parametrize(
    "answer",
    [(500, b"{}"), (200, b"[]"), (200, b"no JSON"), (200, b'"' + b"x" * LARGEST + b'"')],
    ids=["500", "no object", "no JSON", "too large"],
)
async def test_one_that_is_away_is_said_so(
    filled: str, tmp_path: Path, liar: Liar, what: str, answer: tuple[int, bytes]
) -> None:
    async with known(filled, tmp_path, liar) as app:
        there = Browser(app)
        query = await away(there)
        liar.hand_out(true(claims(liar, query["nonce"])))
        liar.answers[what] = answer
        found = await back(there, code="c", state=query["state"])
        assert found == "/sign-in?refused=provider_away"


@pytest.mark.parametrize("other", [{"issuer": "http://127.0.0.1:2"}, {"token_endpoint": 1}], ids=str)
async def test_a_configuration_of_somebody_else_is_not_used(app: Any, liar: Liar, other: Any) -> None:
    liar.about(**other)
    status, found = await Browser(app).post("oidc/start", {"organisation": "GM1735"})
    assert (status, found["code"]) == (503, "provider_away")
    assert "sleutel" in found["detail"]["nl"] and "kaart" in found["detail"]["nl"]
    assert "key" in found["detail"]["en"] and "card" in found["detail"]["en"]


async def test_a_redirect_is_not_followed(app: Any, liar: Liar) -> None:
    liar.answers["/.well-known/openid-configuration"] = 302, b"{}"
    _, found = await Browser(app).post("oidc/start", {"organisation": "GM1735"})
    assert found["code"] == "provider_away" and "/elsewhere" not in liar.gets


async def test_the_switch_shuts_this_door_at_once_and_for_who_is_on_the_way(app: Any, liar: Liar) -> None:
    await bound(app, liar)
    there = Browser(app)
    query = await away(there)
    liar.hand_out(true(claims(liar, query["nonce"])))
    petra, hers, _ = await signed_in(app, name="Wim Verzonnen")
    await throw(petra, hers)
    assert await back(there, code="c", state=query["state"]) == "/sign-in?refused=provider_distrusted"
    _, found = await Browser(app).post("oidc/start", {"organisation": "GM1735"})
    assert found["code"] == "provider_distrusted"
    assert (await Browser(app).get("oidc/providers"))[1] == {"organisations": []}


async def test_who_comes_in_while_the_switch_is_being_thrown_waits_and_is_refused(
    app: Any, liar: Liar, filled: str
) -> None:
    person = await bound(app, liar)
    there = Browser(app)
    query = await away(there)
    liar.hand_out(true(claims(liar, query["nonce"])))
    async with being_thrown(filled) as thrower:
        coming = asyncio.ensure_future(back(there, code="c", state=query["state"]))
        await until_waited(thrower)
        assert not coming.done()
        now = app.state.directory.now()
        thrown = Trust(
            id="GM1735",
            exercise=False,
            distrusted=True,
            since=now,
            by_organisation="GM1735",
            by_person=UUID(person),
        )
        await TABLES.write(thrower, [Written(thrown, 1)], Cause(uuid4(), UUID(person), now))
    assert await coming == "/sign-in?refused=provider_distrusted"
    assert (await there.get("me"))[0] == 401


async def test_who_is_forgotten_has_no_account_any_more(app: Any, liar: Liar, filled: str) -> None:
    person = await bound(app, liar)
    assert await app.state.directory.forget(UUID(person))
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


async def test_who_left_and_came_back_binds_anew(app: Any, liar: Liar, filled: str) -> None:
    person = await bound(app, liar)
    elsewhere = (Membership(organisation="GM0014"),)
    await app.state.directory.people.change(
        Keeping("GM1735", UUID(person), clock()()),
        [UUID(person)],
        lambda known, _: known.model_copy(update={"memberships": elsewhere}),
    )
    assert await accounts(filled) == []
    assert await outcome(app, liar, true) == (UNBOUND, 401)


async def test_an_account_stands_in_the_file_of_what_is_kept_of_somebody(app: Any, liar: Liar) -> None:
    await bound(app, liar)
    there = Browser(app)
    query = await away(there)
    liar.hand_out(true(claims(liar, query["nonce"])))
    await back(there, code="c", state=query["state"])
    [account] = (await there.get("export"))[1]["accounts"]
    assert account["organisation"] == "GM1735" and account["since"]


async def test_a_restore_binds_nobody(app: Any, liar: Liar, filled: str) -> None:
    """An account that was loosened since the backup would open again."""
    await bound(app, liar)
    connection = await asyncpg.connect(filled)
    async with connection.transaction():
        await restore_accesses(connection, [], app.state.directory.now())
    await connection.close()
    assert await accounts(filled) == []
    assert await outcome(app, liar, true) == (UNBOUND, 401)


async def accounts(database: str) -> list[Any]:
    connection = await asyncpg.connect(database)
    rows = await connection.fetch("SELECT * FROM provider_account")
    await connection.close()
    return list(rows)


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


@pytest.mark.parametrize("code", sorted(SAID))
async def test_every_refusal_says_what_to_do_in_two_languages(app: Any, code: str) -> None:
    status, found = await Browser(app).get(f"oidc/refusals/{code}")
    assert (status, found["code"]) == (503 if code == "provider_away" else 409, code)
    assert found["detail"]["nl"] and found["detail"]["en"] != found["detail"]["nl"]


async def test_a_new_key_of_the_provider_is_found_after_a_minute(app: Any, liar: Liar) -> None:
    await bound(app, liar)
    jwk = {**RSAAlgorithm.to_jwk(OTHER.public_key(), as_dict=True), "kid": "new", "use": "sig"}
    liar.answers["/jwks"] = 200, json.dumps({"keys": [jwk]}).encode()
    assert (await outcome(app, liar, LIES["unknown key"]))[0] == LIED
    meeting = app.state.directory.meetings["GM1735"]
    meeting._monotonic = lambda: time.monotonic() + RENEWED
    assert await outcome(app, liar, LIES["unknown key"]) == (INSIDE, 200)
    assert await outcome(app, liar, true) == (LIED, 401)
