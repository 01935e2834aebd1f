"""A viewer at a page, as the browser does it: snapshot, socket from its cursor, silence and back-off."""

import asyncio
import json
import random
from typing import Any

from websockets.asyncio.client import ClientConnection
from websockets.exceptions import ConnectionClosed

from tests.faults.history import History
from tests.faults.sending import Sender
from tests.journey.coming_back import EMPTY, GONE, SILENCE_SECONDS, back_off, socket_of
from tests.journey.looking import Picture


class Viewer:
    """One open page of a signed-in person; runs until it is cancelled."""

    def __init__(self, name: str, sender: Sender, origin: str, history: History, dice: random.Random) -> None:
        self.name = name
        self.sender = sender
        self.picture = Picture(EMPTY)
        self.open = False
        self.resets = 0
        self.resumed = 0
        self._origin = origin
        self._history = history
        self._dice = dice
        self._failures = 0
        self._needs_snapshot = True

    async def run(self) -> None:
        """Keep the picture current."""
        while True:
            try:
                if not self._needs_snapshot or await self._fetch():
                    await self._look()
            except GONE as gone:
                self._history.note("viewer_lost", viewer=self.name, why=type(gone).__name__)
            self.open = False
            if self._needs_snapshot and not self._failures:
                continue  # It was told to start over: no reason to wait.
            self._failures += 1
            await asyncio.sleep(back_off(self._failures, self._dice.random()))

    async def fresh(self) -> Picture | None:
        """The picture of a new snapshot; None where there is none now."""
        answer = await self.sender.read("/api/live/snapshot")
        return Picture(answer.body) if answer.ok else None

    def rows(self, kind: str) -> dict[str, dict[str, Any]]:
        """The rows of a kind, by id."""
        return {key: row["data"] for (found, key), row in self.picture.rows.items() if found == kind}

    async def _fetch(self) -> bool:
        answer = await self.sender.read("/api/live/snapshot")
        if not answer.ok:
            if answer.status == 401:
                # The session is not known there yet, or no more: a person would sign in again.
                await self.sender.sign_in()
            return False
        self._history.note("snapshot", viewer=self.name, snapshot=answer.body)
        self.picture = Picture(answer.body)
        self._needs_snapshot = False
        return True

    async def _look(self) -> None:
        async with socket_of(self._origin, self.sender.cookie) as socket:
            await socket.send(json.dumps({"type": "resume", "cursor": self.picture.cursor}))
            await self._listen(socket)

    async def _listen(self, socket: ClientConnection) -> None:
        while True:
            try:
                async with asyncio.timeout(SILENCE_SECONDS):
                    text = await socket.recv()
            except ConnectionClosed as closed:
                if closed.rcvd is not None and closed.rcvd.code == 4401:
                    self._needs_snapshot = True
                    await self.sender.sign_in()
                raise
            frame = json.loads(text)
            self._history.note("frame", viewer=self.name, frame=frame)
            if frame["type"] == "reset":
                self.resets += 1
                self._needs_snapshot = True
                return
            if frame["type"] == "hello":
                self.open = True
                self.resumed += 1
                self._failures = 0
            self.picture.apply(frame)


async def stop(task: "asyncio.Task[None]") -> None:
    """End a viewer or a player that runs for ever. Raises what it ended with by itself."""
    while not task.done():
        # Again until it hears: Python 3.11's wait_for forgets a cancellation that comes with its result.
        task.cancel()
        await asyncio.wait([task], timeout=1)
    if not task.cancelled():
        task.result()
