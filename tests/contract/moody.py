"""A provider of telephones that is not always well: it refuses, is slow, fails, or loses its answers."""

import asyncio
from collections import deque
from enum import StrEnum
from typing import Any

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.notification.carrier import API


class Mood(StrEnum):
    """How an order for a message goes; `lost`: it is taken, and its answer is an error."""

    WELL = "well"
    REFUSES = "refuses"
    FAILS = "fails"
    LOST = "lost"
    SLOW = "slow"


STATUS = {Mood.REFUSES: 400, Mood.FAILS: 500, Mood.LOST: 500}


class Moody:
    """Stands before the simulated telephones; each order takes the next mood, and the last one stays."""

    def __init__(self, phones: ASGIApp, *moods: Mood, seconds: float = 1.0) -> None:
        self._phones = phones
        self._seconds = seconds
        self.moods = deque(moods)
        self.orders = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        order = scope["type"] == "http" and scope["method"] == "POST" and _is_text(scope["path"])
        if not order:
            await self._phones(scope, receive, send)
            return
        self.orders += 1
        mood = self.moods.popleft() if len(self.moods) > 1 else self.moods[0]
        if mood in (Mood.REFUSES, Mood.FAILS):
            await _answer(send, STATUS[mood])
        elif mood is Mood.WELL:
            await self._phones(scope, receive, send)
        else:
            await self._phones(scope, receive, _nothing)
            if mood is Mood.SLOW:
                await asyncio.sleep(self._seconds)
            await _answer(send, STATUS.get(mood, 201))


def _is_text(path: str) -> bool:
    return path.startswith(f"/{API}/") and path.endswith("/Messages.json")


async def _nothing(_: Message) -> None:
    """What was said to nobody."""


async def _answer(send: Send, status: int) -> None:
    head: dict[str, Any] = {"type": "http.response.start", "status": status, "headers": []}
    await send(head)
    await send({"type": "http.response.body", "body": b""})
