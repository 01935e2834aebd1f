"""A member's account at a provider of our own making: bound, and come in with."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from tests.contract.doorstep import Browser, directory, signed_in
from tests.contract.lying_provider import Liar, claims, true
from tests.contract.there_and_back import asked, away, away_to_bind, back, written_down

INSIDE, LIED = "/", "/sign-in?refused=provider_not_believed"
OVER, UNBOUND = "/sign-in?refused=ceremony_over", "/sign-in?refused=account_unbound"


@asynccontextmanager
async def known(database: str, folder: Path, liar: Liar, **more: Any) -> AsyncIterator[Any]:
    """A directory that knows this provider."""
    file = await asyncio.to_thread(written_down, folder, liar.issuer, **more)
    async with directory(database, providers_file=file) as app:
        yield app


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
