"""Coming in through `oidc-provider`, which is certified by the OpenID Foundation, run beside the test."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import httpx
import pytest

from deploy.parts.ports import free_port
from services.directory.providers import Ceremony
from tests.certified import certified
from tests.contract.doorstep import Browser, directory, signed_in
from tests.contract.there_and_back import BACK, asked, away_to_bind, back, written_down

OVER, REFUSED = "/sign-in?refused=ceremony_over", "/sign-in?refused=provider_refused"


@pytest.fixture
def provider() -> Iterator[str]:
    """Its issuer."""
    with certified(free_port(), BACK) as issuer:
        yield issuer


@pytest.fixture
async def app(filled: str, tmp_path: Path, provider: str) -> AsyncIterator[Any]:
    functions = {"beheer": ["system_administration"]}
    file = await asyncio.to_thread(written_down, tmp_path, provider, functions=functions)
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
    [held] = [each for each in app.state.directory.own.people.values() if str(each.id) == person]
    assert [each.value for each in held.functions] == ["system_administration"]
    other = Browser(app)
    assert await back(other, **await through(await start(other), "wim")) == "/sign-in?refused=account_unbound"
    assert (await other.get("me"))[0] == 401


async def test_a_code_is_worth_nothing_in_another_browser(app: Any) -> None:
    await bound(app)
    there, thief = Browser(app), Browser(app)
    brought = await through(await start(there), "petra")
    await start(thief)
    assert await back(thief, **brought) == OVER
    # The stolen code in the thief's own sign-in: the provider holds it to the verifier of the first.
    own = asked(await start(thief))
    assert await back(thief, **{**brought, "state": own["state"]}) == REFUSED
    assert (await thief.get("me"))[0] == 401


async def test_a_code_is_worth_nothing_with_another_verifier(
    app: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    await bound(app)
    there = Browser(app)
    brought = await through(await start(there), "petra")
    monkeypatch.setattr(Ceremony, "verifier", property(lambda _: "x" * 43))
    assert await back(there, **brought) == REFUSED
    assert (await there.get("me"))[0] == 401


async def test_a_code_opens_once_here_and_at_the_provider(app: Any) -> None:
    await bound(app)
    there = Browser(app)
    brought = await through(await start(there), "petra")
    cookie = there.http.cookies["noaber_oidc"]
    assert await back(there, **brought) == "/"
    there.http.cookies.clear()
    there.http.cookies.set("noaber_oidc", cookie)
    assert await back(there, **brought) == OVER
    # Were ours to forget what was spent, the provider's own rule stands behind it.
    app.state.directory.journeys._spent.clear()
    there.http.cookies.set("noaber_oidc", cookie)
    assert await back(there, **brought) == REFUSED
    assert (await there.get("me"))[0] == 401
