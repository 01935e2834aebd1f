"""A directory over HTTP in real mode, and browsers and software phones that come to it."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx

import services.directory
from services.directory.app import create_app
from services.directory.seed import known_organisations
from services.directory.settings import DirectorySettings
from services.directory.store.writes import Writes
from services.directory.texts import Texts
from services.runtime.database import open_pool
from services.runtime.migrations import migrate
from services.runtime.now import clock
from services.runtime.settings import Mode
from services.runtime.tokens import new_keys
from tests.contract.doubles import said_nowhere
from tests.phone import Phone

MIGRATIONS = Path(services.directory.__file__).parent / "migrations"
ORIGIN = "http://localhost:1"
INTERNAL = "x" * 32
PRIVATE, PUBLIC = new_keys("k-real")

Answer = tuple[int, dict[str, Any]]


class Browser:
    """One browser with cookies of its own, on one address."""

    def __init__(self, app: Any, origin: str = ORIGIN) -> None:
        self.origin = origin
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=origin)

    async def post(self, path: str, body: dict[str, Any], key: str = "", **headers: str) -> Answer:
        """Status and body of a command, under a key of its own unless one is given."""
        named = {"Idempotency-Key": key or str(uuid4()), "Origin": self.origin, **headers}
        found = await self.http.post(f"/api/directory/{path}", json=body, headers=named)
        return found.status_code, found.json()

    async def get(self, path: str) -> Answer:
        """Status and body of a read."""
        found = await self.http.get(f"/api/directory/{path}")
        return found.status_code, found.json()

    async def invite_here(self, **body: Any) -> dict[str, Any]:
        """As `noaber invite` does on the machine itself."""
        headers = {"Authorization": f"Bearer {INTERNAL}", "Idempotency-Key": str(uuid4())}
        made = await self.http.post(
            "/internal/invite", json={"checked": "in_person", **body}, headers=headers
        )
        assert made.status_code == 200, made.text
        return dict(made.json())

    async def welcome(self, invited: dict[str, Any], phone: Phone) -> Answer:
        """Come in by an invitation with this phone."""
        opened = {"secret": invited["secret"], "code": invited["code"]}
        status, asked = await self.post("welcome/options", opened)
        if status != 200:
            return status, asked
        made = phone.make(asked["options"], self.origin)
        return await self.post("welcome/finish", {**opened, "passkey": made})

    async def asked(self, purpose: str = "sign_in") -> dict[str, Any]:
        """What the phone is to sign."""
        status, asked = await self.post("passkey/options", {"purpose": purpose})
        assert status == 200
        return dict(asked["options"])

    async def proof(self, phone: Phone, purpose: str = "sign_in") -> dict[str, Any]:
        """What the phone signs for this here."""
        return phone.sign(await self.asked(purpose), self.origin)

    async def sign_in(self, phone: Phone) -> Answer:
        """Touch the phone."""
        return await self.post("passkey/sign-in", {"passkey": await self.proof(phone)})

    async def invite(self, phone: Phone, person: str, checked: str = "in_person") -> Answer:
        """Invite a colleague, and show with one's own phone that it is oneself."""
        proof = await self.proof(phone, "invite")
        return await self.post("invitations", {"person": person, "checked": checked, "passkey": proof})

    async def remove(self, phone: Phone, key: str) -> Answer:
        """Take a key away, and show with one's own phone that it is oneself."""
        proof = await self.proof(phone, "remove")
        return await self.post(f"passkeys/{key}/remove", {"passkey": proof})

    async def me(self) -> dict[str, Any]:
        """Who is signed in here."""
        status, found = await self.get("me")
        assert status == 200, found
        return found


async def fill(database: str) -> None:
    """A directory of a real platform that was just set up: organisations, and nobody."""
    await asyncio.to_thread(migrate, MIGRATIONS, database)
    async with await open_pool(database, 1) as pool:
        places = known_organisations()
        await Writes(pool).seed_organisations(
            places[:2] + [e for e in places if e.id in {"GM1735", "IBD"}], clock()()
        )


class Silent:
    """Texts in which nobody is named."""

    async def take_out(self, words: Sequence[str]) -> int:
        return await said_nowhere(words)


@asynccontextmanager
async def directory(
    database: str,
    minutes_later: float = 0,
    keys: tuple[str, dict[str, str]] = (PRIVATE, PUBLIC),
    texts: Texts | None = None,
    **more: Any,
) -> AsyncIterator[Any]:
    settings = DirectorySettings(
        mode=Mode.REAL,
        kafka="127.0.0.1:1",
        http_port=1,
        database=database,
        token_private_key=keys[0],
        token_public_keys=keys[1],
        internal_token=INTERNAL,
        allowed_origins=f"{ORIGIN},http://*.localhost:1",
        rp_id="localhost",
        clock_offset_seconds=minutes_later * 60,
        **more,
    )
    app = create_app(settings)
    app.state.directory.texts = texts or Silent()
    async with app.router.lifespan_context(app):
        yield app


PETRA = {"organisation": "GM1735", "name": "Petra Verzonnen", "phone": "06 00000000"}


async def signed_in(app: Any, **more: Any) -> tuple[Browser, Phone, str]:
    """A first administrator, signed in on a phone: browser, phone and person."""
    here, phone = Browser(app), Phone()
    status, _ = await here.welcome(await here.invite_here(**{**PETRA, **more}), phone)
    assert status == 200
    return here, phone, (await here.me())["person"]
