"""Programs of other organisations, as the tests of systems play them: a key, and who holds it."""

from typing import Any

import httpx

from tests.contract.doorstep import ORIGIN, Answer, Browser
from tests.contract.office import proven
from tests.phone import Phone

SYSTEMS = "organisations/GM1735/systems"
WANTED = {"name": "Wand van de regio", "about": "laat open hulpvragen zien", "days": 30}


class Program:
    """Another organisation's software, with the credentials that an administrator gave it."""

    def __init__(self, app: Any, made: dict[str, Any], address: str = "192.0.2.1") -> None:
        self.made = made
        transport = httpx.ASGITransport(app, client=(address, 1))
        self.http = httpx.AsyncClient(transport=transport, base_url=f"{ORIGIN}/api/directory")

    def form(self, **other: str) -> dict[str, str]:
        own = {name: self.made[name] for name in ("client_id", "client_secret")}
        return {"grant_type": "client_credentials", **own, **other}

    async def come_in(self, **other: str) -> Answer:
        """Ask for a token, and use it from then on."""
        found = await self.http.post("/systems/token", data=self.form(**other))
        if found.status_code == 200:
            self.http.headers["Authorization"] = f"Bearer {found.json()['access_token']}"
        return found.status_code, found.json()

    async def inside(self) -> int:
        """What it hears when it reads who it is."""
        return (await self.http.get("/me")).status_code


async def made(here: Browser, phone: Phone, **more: Any) -> dict[str, Any]:
    status, found = await proven(here, phone, "system", SYSTEMS, {**WANTED, **more})
    assert status == 200, found
    return found


async def let_in(app: Any, here: Browser, phone: Phone, **more: Any) -> Program:
    program = Program(app, await made(here, phone, **more))
    status, found = await program.come_in()
    assert status == 200, found
    return program


async def listed(here: Browser) -> list[dict[str, Any]]:
    status, found = await here.get(SYSTEMS)
    assert status == 200, found
    return list(found["systems"])
