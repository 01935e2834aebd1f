"""Very many pages in one process, each as the browser keeps it: snapshot, socket, silence, back-off.

`python -m tests.viewers.crowd ORIGIN`; then one JSON line in, one JSON line out:
{"do": "come", "cookies": [...], "tabs": N}   -> {"open": how many pages stand}
{"do": "count"}                               -> {"open", "resets", "resumed", "lost", "attempts"}: of all
{"do": "saw", "texts": [...], "seconds": N}   -> {"times": [for each page when it saw each text, in order]}
{"do": "right", "seconds": N}                 -> {"wrong": [names of pages], "after": seconds}
"""

import asyncio
import json
import random
import sys
import time
from collections.abc import Callable
from typing import Any, Final

import httpx
import uvloop
from websockets.asyncio.client import ClientConnection
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory

from tests.journey.coming_back import EMPTY, GONE, OPEN_SECONDS, SILENCE_SECONDS, back_off, socket_of
from tests.journey.looking import Picture
from tests.open_files import allow

AT_ONCE: Final = 40
"""Snapshots that are fetched side by side."""

COME_SECONDS: Final = 90.0
SNAPSHOT: Final = "/api/live/snapshot"


class Page:
    """One open page; `run` keeps its picture current until it is cancelled."""

    def __init__(self, name: str, origin: str, cookie: str, fetch: "Fetch", dice: random.Random) -> None:
        self.name = name
        self.cookie = cookie
        self.picture = Picture(EMPTY)
        self.open = False
        self.resets = self.resumed = self.lost = self.attempts = 0
        self.seen: dict[str, float] = {}
        self._origin = origin
        self._fetch = fetch
        self._dice = dice
        self._failures = 0
        self._needs_snapshot = True

    async def run(self) -> None:
        """Connect, and connect again."""
        while True:
            self.attempts += 1
            try:
                if self._needs_snapshot:
                    self.picture = Picture(await self._fetch(self.cookie))
                    self._needs_snapshot = False
                await self._look()
            except GONE:
                self.lost += self.open
            self.open = False
            if not self._needs_snapshot or self._failures:
                self._failures += 1
                await asyncio.sleep(back_off(self._failures, self._dice.random()))

    async def _look(self) -> None:
        # As browsers do: packed, and with the whole window.
        packed = [ClientPerMessageDeflateFactory()]
        async with socket_of(self._origin, self.cookie, packed) as socket:
            await socket.send(json.dumps({"type": "resume", "cursor": self.picture.cursor}))
            while not self._needs_snapshot:
                await self._hear(socket)

    async def _hear(self, socket: ClientConnection) -> None:
        frame = json.loads(await asyncio.wait_for(socket.recv(), SILENCE_SECONDS))
        if frame["type"] == "reset":
            self.resets += 1
            self._failures = 0
            self._needs_snapshot = True
            return
        if frame["type"] == "hello":
            self.resumed += 1
            self._failures = 0
            self.open = True
        self.picture.apply(frame)
        now = time.monotonic()
        for row in frame.get("changed", ()):
            if row["kind"] == "log_entry" and row["data"].get("text"):
                self.seen.setdefault(row["data"]["text"], now)


class Fetch:
    """Fetches snapshots, a few at a time. Raises what `GONE` names."""

    def __init__(self, origin: str) -> None:
        self._http = httpx.AsyncClient(base_url=origin, timeout=OPEN_SECONDS)
        self._gate = asyncio.Semaphore(AT_ONCE)

    async def __call__(self, cookie: str) -> dict[str, Any]:
        async with self._gate:
            try:
                answer = await self._http.get(SNAPSHOT, headers={"Cookie": cookie})
                answer.raise_for_status()
            except httpx.HTTPError as failed:
                raise ConnectionError(str(failed)) from failed
            found: dict[str, Any] = answer.json()
            return found


class Crowd:
    """All pages, and what is asked of them."""

    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._fetch = Fetch(origin)
        self._dice = random.Random(origin)
        self._pages: list[Page] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def answer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """Whatever `asked["do"]` names."""
        verbs = {"come": self._come, "count": self._count, "saw": self._saw, "right": self._right}
        found: dict[str, Any] = await verbs[asked.pop("do")](**asked)
        return found

    async def _come(self, cookies: list[str], tabs: int) -> dict[str, Any]:
        allow(len(cookies) * tabs)
        for person, cookie in enumerate(cookies):
            for tab in range(tabs):
                dice = random.Random(self._dice.random())
                page = Page(f"page {person}.{tab}", self._origin, cookie, self._fetch, dice)
                self._pages.append(page)
                self._tasks.append(asyncio.create_task(page.run()))
        await self._until(lambda: all(page.open for page in self._pages), COME_SECONDS)
        return await self._count()

    async def _count(self) -> dict[str, Any]:
        for task in self._tasks:
            if task.done():
                task.result()
        names = ("open", "resets", "resumed", "lost", "attempts")
        return {name: sum(getattr(page, name) for page in self._pages) for name in names}

    async def _saw(self, texts: list[str], seconds: float) -> dict[str, Any]:
        wanted = set(texts)
        await self._until(lambda: all(wanted <= page.seen.keys() for page in self._pages), seconds)
        return {"times": [[page.seen.get(text) for text in texts] for page in self._pages]}

    async def _right(self, seconds: float) -> dict[str, Any]:
        began = time.monotonic()
        wrong = list(self._pages)
        while wrong and time.monotonic() - began < seconds:
            await asyncio.sleep(0.2)
            cookies = {page.cookie for page in wrong}
            answers = await asyncio.gather(*map(self._fetch, cookies), return_exceptions=True)
            fresh = {
                cookie: Picture(answer).rows
                for cookie, answer in zip(cookies, answers, strict=True)
                if not isinstance(answer, BaseException)
            }
            wrong = [page for page in wrong if not page.open or page.picture.rows != fresh.get(page.cookie)]
        return {"wrong": [page.name for page in wrong], "after": time.monotonic() - began}

    async def _until(self, condition: Callable[[], bool], seconds: float) -> None:
        end = time.monotonic() + seconds
        while not condition() and time.monotonic() < end:
            await asyncio.sleep(0.05)


async def main(origin: str) -> None:
    """Answer until nobody asks any more."""
    crowd = Crowd(origin)
    while line := await asyncio.to_thread(sys.stdin.readline):
        print(json.dumps(await crowd.answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1]))
