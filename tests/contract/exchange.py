"""A running `notification` with its simulated telephone, and somebody who answers it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, TypeVar
from uuid import UUID, uuid4

import asyncpg
import httpx
import uvicorn

from deploy.parts.ports import free_port
from schemas.events.contact import Contact
from services.notification.app import Notification, create_app
from services.notification.settings import NotificationSettings
from services.notification.simulated.app import simulated
from services.runtime.seal import new_key, seal
from services.runtime.settings import Mode

INTERNAL = "x" * 32
TOKEN = "t" * 32
KEY = new_key()
SECONDS = 15
T = TypeVar("T")


async def keys(url: str, token: str, people: Any) -> dict[str, bytes]:
    """What the directory would answer."""
    return {str(person): KEY for person in people}


async def fill(database: str, *people: tuple[UUID, str]) -> None:
    """Contacts as they would have been taken in: (person, phone)."""
    connection = await asyncpg.connect(database)
    for person, phone in people:
        contact = Contact(id=person, name="", phone=seal(phone, KEY, person, "phone"))
        await connection.execute(
            "INSERT INTO replica VALUES ('contact', $1, 1, 1, $2)",
            str(person),
            contact.model_dump_json().encode(),
        )
    await connection.close()


class Phones:
    """Whoever has the simulated telephones in hand, and the service behind them."""

    def __init__(self, port: int) -> None:
        self.http = httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=SECONDS)

    async def order(self, path: str, body: dict[str, Any], token: str = INTERNAL) -> httpx.Response:
        """What another service asks."""
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}
        return await self.http.post(path, json=body, headers=headers)

    async def calls(self) -> list[dict[str, str]]:
        """Every call so far, oldest first."""
        return list((await self.http.get("/simulated/calls")).json()["calls"])

    async def texts(self) -> list[tuple[str, str]]:
        """Number and words of every message so far, oldest first."""
        found = (await self.http.get("/simulated/calls")).json()["messages"]
        return [(each["to"], each["body"]) for each in found]

    async def ringing(self, number: str) -> str:
        """The id of the call that rings there now, once it does."""

        async def look() -> str | None:
            found = [each for each in await self.calls() if each["to"] == number]
            return next((each["sid"] for each in found if each["status"] == "ringing"), None)

        return await until(look, f"{number} rings")

    async def press(self, sid: str, keys: str) -> None:
        """Answer, and key that in."""
        await self.http.post(f"/simulated/calls/{sid}/answer")
        await self.http.post(f"/simulated/calls/{sid}/keys", data={"keys": keys})


async def until(look: Callable[[], Awaitable[T | None]], what: str) -> T:
    """Wait until it gives something, at most 15 s."""
    end = asyncio.get_running_loop().time() + SECONDS
    while (found := await look()) is None:
        assert asyncio.get_running_loop().time() < end, f"not in {SECONDS} s: {what}"
        await asyncio.sleep(0.05)
    return found


@asynccontextmanager
async def serving(app: Any, port: int) -> AsyncIterator[None]:
    """An application on a port of this machine, while the block runs."""
    server = uvicorn.Server(uvicorn.Config(app, port=port, log_config=None))
    task = asyncio.create_task(server.serve())

    async def started() -> bool | None:
        assert not task.done(), task
        return server.started or None

    await until(started, "it serves")
    try:
        yield
    finally:
        server.should_exit = True
        await task


@asynccontextmanager
async def phones(database: str, **more: Any) -> AsyncIterator[Phones]:
    """`notification` on a port of its own, without Kafka, and the phones that it rings."""
    settings = _settings(database, **more)
    app = create_app(settings)
    async with serving(app, settings.http_port):
        found = Phones(settings.http_port)
        yield found
        await found.http.aclose()


class House:
    """Telephones that go on ringing while `notification` dies and comes back."""

    def __init__(self, database: str, port: int, **more: Any) -> None:
        self._database = database
        self.port = port
        self._more = more
        self.phones = Phones(port)

    @asynccontextmanager
    async def service(self, **more: Any) -> AsyncIterator[Notification]:
        """One life of `notification`, with settings of its own; without a Kafka it has heard all there is."""
        own = free_port()
        settings = _settings(
            self._database,
            http_port=own,
            telephone_url=f"http://127.0.0.1:{self.port}",
            telephone_callback=f"http://127.0.0.1:{own}",
            telephone_account="house",
            telephone_token=TOKEN,
            telephone_caller="+31850000000",
            **{**self._more, **more},
        )
        app = create_app(settings)
        async with serving(app, own):
            notification: Notification = app.state.notification
            assert notification.intake is not None
            notification.intake.caught_up = "kafka" not in self._more
            yield notification


@asynccontextmanager
async def house(database: str, telephone: Any = None, **more: Any) -> AsyncIterator[House]:
    """The telephones, on a port of their own; `more`: settings of the service."""
    port = free_port()
    async with serving(telephone or simulated(Mode.DEMO, TOKEN), port):
        found = House(database, port, **more)
        yield found
        await found.phones.http.aclose()


def _settings(database: str, **more: Any) -> NotificationSettings:
    return NotificationSettings(
        **{
            "mode": Mode.DEMO,
            "kafka": "127.0.0.1:1",
            "http_port": free_port(),
            "database": database,
            "token_public_keys": {},
            "internal_token": INTERNAL,
            "contact_keys_url": "http://127.0.0.1:1/",
            "allowed_origins": "http://localhost:1",
            **more,
        }
    )
