"""The telephone's provider of a life: takes calls, lets people answer, keeps its log, and fails when told."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from deploy.parts.ports import free_port
from schemas.night import dutch_time
from services.notification.simulated.app import add_api
from services.notification.simulated.exchange import Exchange, Ringing
from tests.contract.exchange import serving

TOKEN: Final = "a token of the provider for tests"
KEPT: Final = 100_000

Note = Callable[..., None]
"""Writes a line of the history: what it is, and its fields."""


class Mood(StrEnum):
    """How the provider behaves.

    `refuses`: answers everything with 503, and takes no call. `declines`: says that no call can be placed.
    `falters`: takes a call and answers 500. `twice`: tells everything two times.
    `late`: tells it afterwards.
    """

    WELL = "well"
    REFUSES = "refuses"
    DECLINES = "declines"
    FALTERS = "falters"
    TWICE = "twice"
    LATE = "late"


class Outcome(StrEnum):
    """What somebody does whose phone rings."""

    YES = "1"
    NO = "2"
    HANGS_UP = "hangs up"
    SLEEPS = "sleeps"


OUTCOMES: Final = {Outcome.YES: 20, Outcome.NO: 45, Outcome.HANGS_UP: 20, Outcome.SLEEPS: 15}
"""How often each; few say yes, so that ladders are climbed."""


class Telephone(Exchange):
    """The provider, and everybody whose phone rings; its methods run on the loop on which it serves."""

    def __init__(self, note: Note) -> None:
        super().__init__(TOKEN, KEPT)
        self.port = free_port()
        self.mood = Mood.WELL
        self._note = note
        self._dice = random.Random("telephone")
        self._punctual = asyncio.Event()
        self._punctual.set()
        self._people: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """It can be reached on its port while the block runs."""
        app = FastAPI(openapi_url=None)
        app.middleware("http")(self._answer)
        add_api(app, self)
        async with serving(app, self.port):
            yield
        for each in (*self._people, *self._timers):
            each.cancel()

    async def become(self, mood: Mood) -> None:
        """Behave so from now on."""
        self.mood = mood
        if mood is Mood.LATE:
            self._punctual.clear()
        else:
            self._punctual.set()

    def place(self, form: Mapping[str, str]) -> Ringing:
        """As any provider; it stands in the log before anybody hears that it was taken."""
        call = super().place(form)
        hour = dutch_time(datetime.now(UTC)).hour
        self._note("call", reference=call.action.split("/")[-2], number=call.to, hour=hour)
        somebody = asyncio.create_task(self._react(call))
        self._people.add(somebody)
        somebody.add_done_callback(self._people.discard)
        return call

    async def _react(self, call: Ringing) -> None:
        outcome = self._dice.choices(list(OUTCOMES), list(OUTCOMES.values()))[0]
        await asyncio.sleep(self._dice.uniform(0.2, 4))
        if outcome in (Outcome.YES, Outcome.NO):
            self.answer(call.sid)
            await self.press(call.sid, outcome)
        elif outcome is Outcome.HANGS_UP:
            await self.hang_up(call.sid)

    async def _tell(self, url: str, call: Ringing, more: Mapping[str, str]) -> str:
        await self._punctual.wait()
        if self.mood is Mood.TWICE:
            await super()._tell(url, call, more)
        return await super()._tell(url, call, more)

    async def _answer(self, request: Request, go_on: Callable[[Request], Awaitable[Any]]) -> Response:
        orders = request.method == "POST"
        if self.mood is Mood.REFUSES:
            return Response(status_code=503)
        if orders and self.mood is Mood.DECLINES:
            return Response(status_code=400)
        faltering = orders and self.mood is Mood.FALTERS
        answer: Response = await go_on(request)
        return Response(status_code=500) if faltering else answer
