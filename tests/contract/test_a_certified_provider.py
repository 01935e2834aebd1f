"""Coming in through `oidc-provider`, which is certified by the OpenID Foundation, run beside the test."""

import asyncio
import os
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest

from deploy.bootstrap import home_of
from deploy.parts import frontend
from deploy.parts.ports import free_port
from services.directory.providers import Ceremony
from tests.contract.doorstep import Browser, directory, signed_in
from tests.contract.there_and_back import HOME, asked, away_to_bind, back, written_down

READY_SECONDS = 30
BACK = f"{HOME}/back"


@pytest.fixture
async def provider() -> AsyncIterator[str]:
    """Its issuer."""
    home, port = home_of(os.environ), free_port()
    await asyncio.to_thread(frontend.install, home)
    process = await asyncio.create_subprocess_exec(
        *(str(frontend.node_folder() / "node"), "tests/provider/provider.mjs", str(port), BACK),
        cwd=frontend.FRONTEND,
        env=frontend.environment(home),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(READY_SECONDS):
            while (await process.stdout.readline()).strip() != b"ready":
                assert not process.stdout.at_eof()
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        await process.communicate()


@pytest.fixture
async def app(filled: str, tmp_path: Path, provider: str) -> AsyncIterator[Any]:
    file = await asyncio.to_thread(written_down, tmp_path, provider)
    async with directory(filled, providers_file=file) as made:
        yield made


async def through(address: str, name: str) -> dict[str, str]:
    """Type a name at the provider and agree; what one comes back with."""
    async with httpx.AsyncClient() as there:
        answer = await there.get(address)
        for _ in range(12):
            if answer.is_redirect:
                onward = urljoin(str(answer.url), answer.headers["location"])
                if onward.startswith(BACK):
                    return asked(onward)
                answer = await there.get(onward)
                continue
            form = dict(re.findall(r'name="(prompt)" value="(\w+)"', answer.text))
            action = re.search(r'action="([^"]+)"', answer.text)
            assert action is not None, answer.text
            onward = urljoin(str(answer.url), action.group(1))
            answer = await there.post(onward, data={**form, "login": name, "password": "any"})
    raise AssertionError("never came back")


async def start(here: Browser) -> str:
    status, found = await here.post("oidc/start", {"organisation": "GM1735"})
    assert status == 200, found
    return str(found["address"])


async def bound(app: Any) -> str:
    here, phone, person = await signed_in(app)
    assert await back(here, **await through(await away_to_bind(here, phone), "petra")) == "/devices"
    return person


async def test_who_bound_an_account_comes_in_with_it_and_nobody_else_does(app: Any) -> None:
    person = await bound(app)
    there = Browser(app)
    assert await back(there, **await through(await start(there), "petra")) == "/"
    assert (await there.me())["person"] == person
    other = Browser(app)
    assert await back(other, **await through(await start(other), "wim")) == "/sign-in?refused=account_unbound"
    assert (await other.get("me"))[0] == 401


async def test_a_code_is_worth_nothing_in_another_browser_nor_with_another_verifier(
    app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bound(app)
    there, thief = Browser(app), Browser(app)
    brought = await through(await start(there), "petra")
    own = asked(await start(thief))
    assert await back(thief, **brought) == "/sign-in?refused=ceremony_over"
    # The stolen code in the thief's own sign-in: the provider holds it to the verifier of the first.
    assert await back(thief, **{**brought, "state": own["state"]}) == "/sign-in?refused=provider_refused"
    brought = await through(await start(there), "petra")
    monkeypatch.setattr(Ceremony, "verifier", property(lambda self: "x" * 43))
    assert await back(there, **brought) == "/sign-in?refused=provider_refused"
    assert (await there.get("me"))[0] == (await thief.get("me"))[0] == 401
