"""The HTTP interface of `notification`: a door for services, and one for the telephone's provider."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import asyncpg
import httpx
from fastapi import FastAPI, Header
from pydantic import BaseModel, Field

from schemas.envelope import Event
from schemas.events.approach import Approach
from schemas.events.bell import Bell
from schemas.events.card import Card
from schemas.events.contact import Contact
from schemas.events.help_request import HelpRequest
from schemas.topics import (
    APPROACHES,
    BELLS,
    CARDS,
    CONTACTS,
    DUTY,
    HELP_REQUESTS,
    ORGANISATIONS,
    PEOPLE,
    WAKE_LISTS,
)
from services.notification.beside import Beside
from services.notification.callback import CallBacks, Wanted
from services.notification.caller import Caller, Reach
from services.notification.carrier import PREFIX as HOOKS
from services.notification.carrier import Carrier
from services.notification.devices import Devices
from services.notification.hooks import hooks
from services.notification.numbers import Numbers
from services.notification.ports import Heard, Report, Telephone
from services.notification.pusher import Pusher
from services.notification.rounds import Rounds
from services.notification.rules.code import CodeState
from services.notification.rules.ladder import rung, untold
from services.notification.rules.notices import About
from services.notification.rules.sending import Lost
from services.notification.settings import NotificationSettings
from services.notification.simulated.app import PREFIX as SIMULATED
from services.notification.simulated.app import simulated
from services.notification.store.codes import Codes, TooOften
from services.notification.store.deliveries import Deliveries
from services.notification.store.notices import Channels, Notices
from services.notification.store.own import Own
from services.notification.store.receipts import Receipts
from services.notification.texter import Texter
from services.notification.untold import Untold
from services.notification.web_push import WebPush
from services.notification.words import WORDS
from services.runtime.calls import Call
from services.runtime.database import open_pool
from services.runtime.dead_letters import LazyDeadLetters
from services.runtime.health import Health, Pulse, depends_on
from services.runtime.inside import judge
from services.runtime.intake import Intake
from services.runtime.known import Directory
from services.runtime.now import clock
from services.runtime.problems import Problem
from services.runtime.process import cancel, lasting
from services.runtime.tokens import Verifier
from services.runtime.wake import Waker
from services.runtime.web import web_app
from services.runtime.who import Who

PREFIX = "/api/notification"
CODES = "/internal/code-calls"
OUTCOMES = "/internal/code-calls/outcome"
CALLS = "/internal/calls"


class CodeWanted(BaseModel):
    """Call this person at the number they registered, and let them key in this code.

    `id` is the asker's own: the same one again calls nobody again. Keep the code on their screen only.
    """

    id: UUID
    person: UUID
    code: Annotated[str, Field(pattern=r"^\d{4,8}$")]


class OutcomeWanted(BaseModel):
    """Which call is meant."""

    id: UUID


class CallsWanted(BaseModel):
    """Whose calls are asked for."""

    person: UUID


class Outcome(BaseModel):
    """`right`: whoever answered keyed in the code. `placing` and `ringing`: ask again in a second."""

    state: CodeState


class Notification:
    """The parts of one process of `notification`, wired together."""

    def __init__(self, settings: NotificationSettings) -> None:
        self.settings = settings
        self.now = clock(settings.clock_offset_seconds)
        # Nobody signs in here: what people see of it, `live` shows them.
        self.who = Who(Verifier(settings.token_public_keys, settings.mode), Directory(), self.now, 0.0)
        self.simulated_token = secrets.token_urlsafe(24)
        self.telephone: Telephone | None = None
        self.intake: Intake | None = None
        self.call_backs: CallBacks | None = None
        self.caller: Caller | None = None
        self.texter: Texter | None = None
        self.pusher: Pusher | None = None
        self.database = Pulse(self._ask_database)
        self.tasks: list[asyncio.Task[None]] = []

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Connections, the replica and the tasks, while the block runs."""
        settings = self.settings
        pool = await open_pool(settings.database, settings.pool_size)
        self._side = side = await open_pool(settings.database, 2)
        self.deliveries, self.receipts = Deliveries(pool), Receipts(pool)
        account, sender = settings.account(self.simulated_token), settings.sender()
        channels = Channels(texts=account is not None, pushes=sender is not None)
        self.own, self.notices = Own(pool), Notices(pool, channels)
        self.untold = Untold(self.notices, *self._door("card-untold"))
        self.waker = Waker(side)
        letters = LazyDeadLetters(settings.kafka, settings.topic_prefix)
        self.intake = Intake(
            side,
            settings.kafka,
            settings.topic_prefix,
            replicas=(CONTACTS, DUTY, ORGANISATIONS, PEOPLE, WAKE_LISTS),
            hints=(APPROACHES, BELLS, CARDS, HELP_REQUESTS),
            on_hint=self.heed,
            on_replica=self.keep,
            dead_letters=letters,
        )
        numbers = Numbers(pool, *self._keys())
        async with httpx.AsyncClient() as http:
            if account is not None:
                self.telephone = Carrier(account, http)
                await self._use_telephone(pool, numbers)
            if sender is not None:
                self._use_push(numbers, WebPush(sender, http))
            await self.notices.of_kept_contacts(self.now())
            self.tasks += [
                lasting(self.intake.run(), "intake"),
                lasting(self.waker.run(), "waker"),
                lasting(self.database.run(), "database"),
            ]
            try:
                yield
            finally:
                await cancel(self.tasks)
                await letters.stop()
                await side.close()
                await pool.close()

    async def heard(self, heard: Heard | Report) -> str:
        """What the telephone told, taken in; the document that the provider goes on with."""
        assert self.telephone is not None and self.call_backs is not None and self.caller is not None
        if isinstance(heard, Report):
            assert self.texter is not None
            await self.texter.hear(heard)
            return ""
        said = await self.caller.hear(heard)
        if said is None:
            said = await self.call_backs.hear(heard)
        return self.telephone.thanks(said.text, said.language) if said is not None and said.text else ""

    async def keep(self, events: Sequence[Event]) -> None:
        """What the replica has by now. All else is read there when it is needed; a changed number is told."""
        contacts = [event.state for event in events if isinstance(event.state, Contact)]
        if any(each.former is not None for each in contacts):
            await self.notices.of_contacts(contacts, self.now())
            self._look()

    async def heed(self, event: Event) -> None:
        """Something that was published: it may begin a delivery, end a turn or all of it, or be told."""
        state, now = event.state, self.now()
        if isinstance(state, Approach):
            await self.deliveries.asked(state, event.envelope.order, now)
        elif isinstance(state, HelpRequest):
            await self.deliveries.confirming(state, event.envelope.order, now)
        elif isinstance(state, Bell):
            turn = state.id
            await self.deliveries.change(state.delivery, lambda each, ladder: rung(each, turn, ladder), now)
        elif isinstance(state, Card):
            await self.notices.of_card(state, now)
        self.waker.wake()
        self._look()

    def _look(self) -> None:
        for each in self._rounds():
            each.look()

    def _rounds(self) -> list[Rounds]:
        return [each for each in (self.caller, self.texter, self.pusher) if each is not None]

    def health(self) -> Health:
        """Healthy while it can call; that there is no telephone is said, and is not an illness."""
        intake = self.intake
        if intake is None:
            return Health(healthy=False, why="starting")
        trouble = intake.hinders(depends_on(self.database, self.tasks))
        trouble += [each.trouble for each in self._rounds() if each.trouble]
        details = {} if self.telephone is not None else {"telephone": "none"}
        return Health(healthy=not trouble, why="; ".join(trouble), lag=intake.lag, details=details)

    async def _use_telephone(self, pool: "asyncpg.Pool[Any]", numbers: Numbers) -> None:
        assert self.telephone is not None and self.intake is not None
        intake, codes = self.intake, Codes(pool)
        reach = Reach(numbers, self.telephone)
        self.caller = Caller(
            self.deliveries,
            self.receipts,
            reach,
            now=self.time,
            # Whoever went off duty while we were away is not called: first everything is heard.
            may_call=lambda: intake.caught_up,
            wake_relay=self.waker.wake,
        )
        # Before everything is heard it is not known who is on which list, and who works there still.
        self.texter = Texter(
            self.notices,
            reach,
            now=self.time,
            may_send=lambda: intake.caught_up,
            on_lost=self.note_lost,
        )
        self.tasks.append(lasting(self.caller.run(), "caller"))
        self.tasks.append(lasting(self.texter.run(), "texter"))
        await codes.give_up_on_what_was_left()
        self.call_backs = CallBacks(codes, numbers, self.telephone, self.now, self.settings.internal_token)

    def _use_push(self, numbers: Numbers, service: WebPush) -> None:
        assert self.intake is not None
        intake = self.intake
        devices = Devices(numbers, *self._door("device-gone"))
        self.pusher = Pusher(self.notices, devices, service, now=self.time, may_send=lambda: intake.caught_up)
        self.tasks.append(lasting(self.pusher.run(), "pusher"))

    def _keys(self) -> tuple[str, str]:
        return self.settings.contact_keys_url, self.settings.internal_token

    def _door(self, name: str) -> tuple[str, str]:
        """Address and secret of another of the directory's inner doors."""
        return str(httpx.URL(self.settings.contact_keys_url).join(name)), self.settings.internal_token

    async def note_lost(self, lost: Lost) -> None:
        """The ladder or the card says that this person was not reached by text, so that somebody phones.

        Raises Unreachable while the directory, which has the cards, is away.
        """
        if lost.about is About.CARD_USED:
            await self.untold.tell(lost)
            return
        delivery = UUID(lost.subject)
        await self.deliveries.change(delivery, lambda each, _: untold(each, lost.person), self.now())
        self.waker.wake()

    def time(self) -> datetime:
        """Now."""
        return self.now()

    async def _ask_database(self) -> None:
        await self._side.fetchval("SELECT 1")


def create_app(settings: NotificationSettings) -> FastAPI:
    """The application; it connects when it starts and lets go of everything when it stops."""
    notification = Notification(settings)
    app = web_app(notification, PREFIX, settings, WORDS, (CODES, OUTCOMES, CALLS))
    app.state.notification = notification
    _add_codes(app, notification)
    doors = {HOOKS: hooks(lambda: notification.telephone, notification.heard)}
    if settings.simulates:
        doors |= dict.fromkeys(SIMULATED, simulated(settings.mode, notification.simulated_token))
    app.add_middleware(Beside, doors=doors)
    return app


def _add_codes(app: FastAPI, notification: Notification) -> None:
    def check(authorization: str) -> None:
        judge(authorization, notification.settings.internal_token)

    def calling(authorization: str) -> CallBacks:
        check(authorization)
        if notification.call_backs is None:
            raise Problem(503, "no_telephone")
        return notification.call_backs

    @app.post(CODES, include_in_schema=False)
    async def code_call(body: CodeWanted, authorization: Annotated[str, Header()] = "") -> Outcome:
        try:
            return Outcome(state=await calling(authorization).place(Wanted(**body.model_dump())))
        except TooOften as often:
            raise Problem(409, "called_too_often") from often

    @app.post(OUTCOMES, include_in_schema=False)
    async def outcome(body: OutcomeWanted, authorization: Annotated[str, Header()] = "") -> Outcome:
        found = await calling(authorization).outcome(body.id)
        if found is None:
            raise Problem(404, "not_found")
        return Outcome(state=found)

    @app.post(CALLS, include_in_schema=False)
    async def calls(body: CallsWanted, authorization: Annotated[str, Header()] = "") -> list[Call]:
        check(authorization)
        return await notification.own.calls(body.person)
