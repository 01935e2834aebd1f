"""A provider that lies, is away or distrusted lets nobody in, and every refusal is a page that says why."""

import asyncio
import hmac
import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from schemas.events.trust import Trust
from services.directory.elsewhere import SAID
from services.directory.meeting import RENEWED
from services.directory.outside import LARGEST
from services.directory.store.writes import TABLES
from services.runtime.ports import Cause, Written
from tests.contract.account import INSIDE, LIED, OVER, UNBOUND, bound, known, outcome
from tests.contract.doorstep import Browser, signed_in
from tests.contract.lying_provider import KEY, Liar, claims, part, true
from tests.contract.switching import TRUST, being_thrown, throw, until_waited
from tests.contract.there_and_back import BACK, asked, away, back

PEM = KEY.public_key().public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)
OTHER = rsa.generate_private_key(65537, 2048)


@pytest.fixture
async def app(filled: str, tmp_path: Path, liar: Liar) -> AsyncIterator[Any]:
    async with known(filled, tmp_path, liar) as made:
        yield made


def by_hand(algorithm: str, said: dict[str, Any]) -> str:
    body = f"{part({'alg': algorithm, 'kid': 'r'})}.{part(said)}"
    mark = hmac.digest(PEM, body.encode(), "sha256") if algorithm == "HS256" else b""
    return f"{body}.{jwt.utils.base64url_encode(mark).decode()}"


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
    there, late = Browser(app), Browser(app)
    query, begun = await away(there), await away(late)
    liar.hand_out(true(claims(liar, query["nonce"])))
    petra, hers, _ = await signed_in(app, name="Wim Verzonnen")
    await throw(petra, hers)
    assert await back(there, code="c", state=query["state"]) == "/sign-in?refused=provider_distrusted"
    # Nobody who stands before the door learns who is hit: it is shut as it is where a provider is away.
    stranger, asks = Browser(app), {"organisation": "GM1735"}
    assert (await stranger.get("oidc/providers"))[1] == {"organisations": ["GM1735"]}
    shut = await stranger.post("oidc/start", asks)
    assert shut[1]["code"] == "provider_away"
    liar.answers["/token"] = 400, b"{}"
    assert await back(late, code="junk", state=begun["state"]) == "/sign-in?refused=provider_refused"
    await petra.sign_in(hers)
    await throw(petra, hers, TRUST)
    liar.answers["/.well-known/openid-configuration"] = 500, b""
    app.state.directory.meetings["GM1735"]._about = None
    assert await stranger.post("oidc/start", asks) == shut


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
