"""The HTTP interface of `aid`: one route per command, and rows by id."""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from typing import Annotated, Any, Final
from uuid import UUID, uuid4

from fastapi import Depends, FastAPI, Header, Query, Request, Response
from pydantic import BaseModel, Field

from schemas.envelope import Event
from schemas.events.alarm import Alarm
from schemas.events.delivery import Delivery
from schemas.events.person import Person
from schemas.events.session import SignInWay
from schemas.events.suggestion import Suggestion
from schemas.live import Row as Shown
from schemas.topics import ALARMS, DELIVERIES, ORGANISATIONS, PEOPLE, SESSIONS, SUGGESTIONS
from schemas.values import Command, Moment, OrganisationId
from services.aid.handlers.desk import Desk, KeyReused, Sent
from services.aid.handlers.redaction import Order, Redactor
from services.aid.render import shown
from services.aid.rules import commands
from services.aid.rules.duty import must_keep_list
from services.aid.rules.world import Picture
from services.aid.sealing import sealed
from services.aid.settings import AidSettings
from services.aid.store.duties import Duties
from services.aid.store.forgetting import forget
from services.aid.store.own import Own
from services.aid.store.postgres import PostgresStore
from services.aid.store.tables import read_row
from services.aid.store.welcome import Welcome
from services.aid.words import WORDS
from services.runtime.acts import Act
from services.runtime.answered import hash_of
from services.runtime.database import open_pool
from services.runtime.dead_letters import LazyDeadLetters
from services.runtime.engine import open_engine
from services.runtime.gate import Asking
from services.runtime.health import Health, Pulse, depends_on
from services.runtime.inside import judge
from services.runtime.intake import Intake
from services.runtime.known import Directory
from services.runtime.now import clock
from services.runtime.ports import cause_of
from services.runtime.problems import Problem
from services.runtime.process import cancel, lasting
from services.runtime.settings import Seed
from services.runtime.tokens import Verifier
from services.runtime.wake import Waker
from services.runtime.web import web_app
from services.runtime.who import Asker, Who

AGGREGATE_ROUTES: Final[dict[str, type[Command]]] = {
    "/incidents/{target}/services": commands.ChangeServices,
    "/incidents/{target}/facts": commands.ChangeFacts,
    "/incidents/{target}/coordinators": commands.ChangeCoordinators,
    "/incidents/{target}/guests": commands.AdmitGuest,
    "/incidents/{target}/guests/end": commands.EndGuest,
    "/incidents/{target}/log": commands.WriteLog,
    "/incidents/{target}/close": commands.CloseIncident,
    "/requests/{target}/confirm": commands.ConfirmRequest,
    "/requests/{target}/withdraw": commands.WithdrawRequest,
    "/requests/{target}/number": commands.ChangeNumber,
    "/requests/{target}/claim": commands.Claim,
    "/requests/{target}/decline": commands.Decline,
    "/requests/{target}/lend": commands.Lend,
    "/commitments/{target}/accept": commands.AcceptCommitment,
    "/commitments/{target}/approve": commands.ApproveCommitment,
    "/commitments/{target}/refuse": commands.RefuseCommitment,
    "/commitments/{target}/give-back": commands.GiveBack,
    "/commitments/{target}/name": commands.NamePerson,
}
"""Commands about an aggregate that the path names by its id."""

NEW_ROUTES: Final[dict[str, type[Command]]] = {
    "/incidents": commands.ReportIncident,
    "/requests": commands.AskHelp,
    "/duty": commands.ChangeDuty,
}
"""Commands whose body says what they are about."""

READS: Final = {
    "incidents": "incident",
    "requests": "help_request",
    "approaches": "approach",
    "commitments": "commitment",
}
"""Path -> kind of the row."""

PREFIX: Final = "/api/aid"

INSIDE: Final = "/internal/redact"

SIDE_CONNECTIONS: Final = 2
"""One for what is taken in, one for waking the relay and for asking whether the database is there."""


class Answer(BaseModel):
    """The row that answers the command, and every row it changed that the asker may see."""

    row: Shown | None
    rows: list[Shown]


class TakenOut(Answer):
    """From how many texts words were taken; the row is the line of the log that says so."""

    places: int


class RedactEverywhere(Command):
    """Words that are taken out of every incident: names and numbers of somebody who is forgotten."""

    words: Annotated[tuple[commands.Word, ...], Field(max_length=500)]


class TakenOutEverywhere(BaseModel):
    """From how many texts; `too_short`: words that were left, since too much else would have gone."""

    places: int
    too_short: int


class Export(BaseModel):
    """The rows that name the asker, as far as they may see them, and what the asker did, the newest first."""

    rows: list[Shown]
    acts: list[Act]


class OnDuty(BaseModel):
    """A colleague who is on duty now; `until` None: until they switch it off."""

    person: UUID
    until: Moment | None


class WhoIsOnDuty(BaseModel):
    """Those of an organisation who are; whoever is not named is not."""

    people: list[OnDuty]


class Aid:
    """The parts of one process of `aid`, wired together."""

    def __init__(self, settings: AidSettings) -> None:
        self.settings = settings
        self.now = clock(settings.clock_offset_seconds)
        self.directory = Directory()
        self.who = Who(Verifier(settings.token_public_keys, settings.mode), self.directory, self.now)
        self.epoch = 1
        self.intake: Intake | None = None
        self.database = Pulse(self._ask_database)
        self.tasks: list[asyncio.Task[None]] = []

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Connections, the replica and the tasks, while the block runs."""
        settings = self.settings
        pool = await open_pool(settings.database, settings.pool_size)
        # Apart: many commands at once must not keep the relay, and what is taken in, waiting.
        self._side = side = await open_pool(settings.database, SIDE_CONNECTIONS)
        self.engine = open_engine(settings.database)
        letters = LazyDeadLetters(settings.kafka, settings.topic_prefix)
        store = PostgresStore(pool)
        self.epoch = await store.epoch()
        await self.directory.load(pool)
        waker = Waker(side)
        picture = Picture(self.directory.people, self.directory.organisations, self.directory.staff)
        self.welcome = Welcome(pool, self.now, waker.wake)
        if settings.seed is Seed.FICTITIOUS:
            # Whoever came in just before a crash was kept, and perhaps not greeted.
            await self.welcome.greet(list(self.directory.people.values()))
        self.own, self.duties = Own(pool), Duties(pool)
        self.desk = Desk(store, picture, self.now, settings.terms(), waker.wake, seal=sealed)
        self.redactor = Redactor(store, picture, self.now, waker.wake)
        self.intake = Intake(
            side,
            settings.kafka,
            settings.topic_prefix,
            replicas=(PEOPLE, ORGANISATIONS, SESSIONS),
            hints=(SUGGESTIONS, ALARMS, DELIVERIES),
            on_hint=self._on_hint,
            on_replica=self._on_replica,
            dead_letters=letters,
        )
        self.tasks = [
            lasting(self.intake.run(), "intake"),
            lasting(waker.run(), "waker"),
            lasting(forget(pool, self.directory, self.now), "forgetting"),
            lasting(self.database.run(), "database"),
        ]
        try:
            yield
        finally:
            await cancel(self.tasks)
            await letters.stop()
            await self.engine.dispose()
            await side.close()
            await pool.close()

    async def _ask_database(self) -> None:
        # Asked anyway, so that a raised epoch is soon in every answer.
        self.epoch = int(await self._side.fetchval("SELECT number FROM epoch"))

    async def _on_hint(self, event: Event) -> None:
        if isinstance(event.state, Suggestion | Alarm):
            await self.desk.heed(event.state, event.envelope.id)
        elif isinstance(event.state, Delivery):
            await self.desk.hear(event.state)

    async def _on_replica(self, events: Sequence[Event]) -> None:
        self.directory.take(events)
        if self.settings.seed is Seed.FICTITIOUS:
            await self.welcome.greet([each.state for each in events if isinstance(each.state, Person)])

    def health(self) -> Health:
        """Healthy while commands are answered; what is behind is said, and does not stop anybody."""
        intake = self.intake
        if intake is None:
            return Health(healthy=False, why="starting")
        trouble = intake.hinders(depends_on(self.database, self.tasks))
        return Health(healthy=not trouble, why="; ".join(trouble), lag=intake.lag)


def create_app(settings: AidSettings) -> FastAPI:
    """The application; it connects when it starts and lets go of everything when it stops."""
    aid = Aid(settings)

    app = web_app(aid, PREFIX, settings, WORDS, (INSIDE,))
    _add_commands(app, aid)
    _add_reads(app, aid)
    _add_redaction(app, aid)
    return app


def _add_commands(app: FastAPI, aid: Aid) -> None:
    for path, kind in AGGREGATE_ROUTES.items():
        _add(app, PREFIX + path, kind, _about_one(aid, kind, UUID))
    for path, kind in NEW_ROUTES.items():
        _add(app, PREFIX + path, kind, _about_itself(aid, kind))
    lending = _about_one(aid, commands.ChangeLending, OrganisationId)
    _add(app, PREFIX + "/lending/{target}", commands.ChangeLending, lending)


Endpoint = Callable[..., Awaitable[Response]]


def _add(app: FastAPI, path: str, kind: type[Command], endpoint: Endpoint) -> None:
    name = kind.__name__
    summary = re.sub(r"(?<!^)(?=[A-Z])", " ", name).capitalize()
    app.post(path, name=name, summary=summary, response_model=Answer)(endpoint)


def _about_one(aid: Aid, kind: type[Command], target_type: Any) -> Endpoint:
    async def endpoint(request: Request, asker: Asking, target: Any, command: Any) -> Response:
        return await _carry_out(aid, request, asker, target, command)

    endpoint.__annotations__ |= {"target": target_type, "command": kind}
    return endpoint


def _about_itself(aid: Aid, kind: type[Command]) -> Endpoint:
    async def endpoint(request: Request, asker: Asking, command: Any) -> Response:
        return await _carry_out(aid, request, asker, None, command)

    endpoint.__annotations__ |= {"command": kind}
    return endpoint


async def _carry_out(aid: Aid, request: Request, asker: Asking, target: Any, command: Command) -> Response:
    digest = hash_of(request.url.path, request.state.body)
    sent = Sent(
        command, target, asker.person, request.headers["idempotency-key"], digest, vouched=_vouched(asker)
    )
    try:
        done = await aid.desk.carry_out(sent)
    except KeyReused as reused:
        raise Problem(422, "key_reused") from reused
    rows = shown(done.rows, done.incidents, asker.person, aid.epoch)
    answer = Answer(row=rows[0] if rows else None, rows=rows)
    # As it is: FastAPI would validate the rows once more.
    return Response(answer.model_dump_json(), media_type="application/json")


def _vouched(asker: Asker) -> bool:
    """Whether a provider says who this is, and no key of their own."""
    return asker.session.way is SignInWay.OIDC


def _add_redaction(app: FastAPI, aid: Aid) -> None:
    @app.post(f"{PREFIX}/incidents/{{target}}/redact", name="Redact")
    async def redact(request: Request, asker: Asking, target: UUID, command: commands.Redact) -> TakenOut:
        """Takes words out of every text of the incident, also of older versions, for good."""
        # Not by the desk: what it remembers of a command is a digest, from which a short word can be guessed.
        cause = cause_of(asker.person.id, request.headers["idempotency-key"])
        try:
            order = Order(command.words, asker.person, cause, vouched=_vouched(asker))
            out = await aid.redactor.redact(target, order)
        except KeyReused as reused:
            raise Problem(422, "key_reused") from reused
        rows = shown(out.rows, {each.id: each for each in out.incidents}, asker.person, aid.epoch)
        return TakenOut(places=out.places, row=rows[0] if rows else None, rows=rows)

    async def insider(authorization: Annotated[str, Header()] = "") -> None:
        judge(authorization, aid.settings.internal_token)

    # Judged before the body is: what is wrong with that is nothing to tell a stranger.
    @app.post(INSIDE, include_in_schema=False, dependencies=[Depends(insider)])
    async def redact_everywhere(body: RedactEverywhere) -> TakenOutEverywhere:
        places, too_short = await aid.redactor.redact_everywhere(body.words, uuid4())
        return TakenOutEverywhere(places=places, too_short=len(too_short))


def _add_reads(app: FastAPI, aid: Aid) -> None:
    for path, kind in READS.items():
        read = _read_of(aid, kind)
        app.get(f"{PREFIX}/{path}/{{target}}", name=f"Read {kind}", response_model=Shown)(read)

    @app.get(f"{PREFIX}/duty")
    async def who_is_on_duty(asker: Asking, organisation: Annotated[OrganisationId, Query()]) -> WhoIsOnDuty:
        """Who of the organisation is on duty now, for whoever keeps the list of whom to call."""
        must_keep_list(asker.person, organisation)
        found = await aid.duties.on(aid.directory.staff.get(organisation, {}), aid.now())
        return WhoIsOnDuty(people=[OnDuty(person=each.id, until=each.until) for each in found])

    @app.get(f"{PREFIX}/export")
    async def export(asker: Asking) -> Export:
        """What is kept here of the asker (AVG, articles 15 and 20)."""
        rows, incidents = await aid.own.rows(asker.person.id)
        seen = shown(rows, incidents, asker.person, aid.epoch)
        return Export(rows=seen, acts=await aid.own.acts(asker.person.id))


def _read_of(aid: Aid, kind: str) -> Callable[[Asker, UUID], Awaitable[Shown]]:
    # A function of its own and no default argument: FastAPI would take that for a query parameter.
    async def read(asker: Asking, target: UUID) -> Shown:
        found = await read_row(aid.engine, kind, target)
        rows = shown(found.rows, found.incidents, asker.person, aid.epoch)
        if not rows:
            raise Problem(404, "not_found")
        return rows[0]

    return read
