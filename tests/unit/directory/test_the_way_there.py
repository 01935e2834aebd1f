"""The cookie of who went to an identity provider, and that they go there from a page of ours only."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from services.directory.app import create_app
from services.directory.settings import DirectorySettings
from tests.contract.there_and_back import written_down
from tests.unit.directory.nowhere import COMMON, DEMO_PRIVATE

ISSUER = "https://login.example"
OVER_TLS, PLAIN = "https://noaber.example", "http://noaber.localhost:1"
START, BACK = "/api/directory/oidc/start", "/api/directory/oidc/back/GM1735"


@pytest.fixture(params=[OVER_TLS, PLAIN])
async def here(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch
) -> AsyncIterator[httpx.AsyncClient]:
    """A browser on a platform whose provider answered what it is asked first."""
    file = await asyncio.to_thread(written_down, tmp_path, ISSUER)
    told = {**COMMON, "allowed_origins": request.param, "rp_id": "noaber.example", "providers_file": file}
    app = create_app(DirectorySettings(token_private_key=DEMO_PRIVATE, internal_token="x" * 32, **told))

    async def address(*_: object) -> str:
        return f"{ISSUER}/auth"

    monkeypatch.setattr(app.state.directory.meetings["GM1735"], "address", address)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=request.param) as browser:
        yield browser


async def start(here: httpx.AsyncClient, **headers: str) -> httpx.Response:
    named = {"Idempotency-Key": str(uuid4()), **headers}
    return await here.post(START, json={"organisation": "GM1735"}, headers=named)


def cookie_of(answer: httpx.Response) -> tuple[str, set[str]]:
    name, *said = (part.strip().lower() for part in answer.headers["set-cookie"].split(";"))
    return name.partition("=")[0], set(said)


async def test_it_comes_back_from_another_site_is_this_hosts_alone_and_is_short(here) -> None:
    secure = str(here.base_url).startswith("https")
    answer = await start(here, Origin=str(here.base_url).rstrip("/"))
    assert answer.json() == {"address": f"{ISSUER}/auth"}
    name, said = cookie_of(answer)
    assert name == ("__host-noaber_oidc" if secure else "noaber_oidc")
    assert said == {"httponly", "samesite=lax", "path=/", "max-age=300"} | ({"secure"} if secure else set())


async def test_whoever_comes_back_has_it_no_more_and_is_on_a_page(here) -> None:
    answer = await here.get(BACK, params={"code": "c", "state": "s"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?refused=ceremony_over")
    assert "max-age=0" in cookie_of(answer)[1]


@pytest.mark.parametrize("headers", [{}, {"Origin": "https://evil.example"}], ids=["none", "another"])
async def test_nobody_is_sent_there_from_another_page(here, headers: dict[str, str]) -> None:
    answer = await start(here, **headers)
    assert (answer.status_code, answer.json()["code"]) == (403, "wrong_origin")
    assert "set-cookie" not in answer.headers
