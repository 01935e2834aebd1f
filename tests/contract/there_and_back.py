"""A browser that goes to a provider and comes back, and a directory that knows one."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.contract.doorstep import Browser
from tests.phone import Phone

HOF = "GM1735"
HOME = "http://localhost:1/api/directory/oidc"
BACK = f"{HOME}/back/{HOF}"


def written_down(folder: Path, issuer: str, organisations: Sequence[str] = (HOF,), **more: Any) -> Path:
    """The file of providers, with one for these organisations in it."""
    (folder / "hof.secret").write_text("a secret of one's own")
    entry = {
        "issuer": issuer,
        "client_id": "noaber",
        "client_secret_file": "hof.secret",
        "private": True,
        **more,
    }
    file = folder / "providers.json"
    file.write_text(json.dumps([{**entry, "organisation": each} for each in organisations]))
    return file


async def away(here: Browser) -> dict[str, str]:
    """Begin to sign in; what the provider is asked."""
    status, found = await here.post("oidc/start", {"organisation": HOF})
    assert status == 200, found
    return asked(found["address"])


async def away_to_bind(here: Browser, phone: Phone) -> str:
    """Begin to bind an account; where the browser goes."""
    body = {"organisation": HOF, "passkey": await here.proof(phone, "bind")}
    status, found = await here.post("oidc/bind", body)
    assert status == 200, found
    return str(found["address"])


def asked(address: str) -> dict[str, str]:
    """What stands in an address."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


async def back(here: Browser, to: str = BACK, **said: str) -> str:
    """Come back with this; the page that one lands on."""
    answer = await here.http.get(to, params=said)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]
