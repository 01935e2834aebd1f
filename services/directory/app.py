"""The HTTP interface of the directory: organisations, colleagues, and signing in and out."""

import asyncio
import base64
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import FastAPI, Header, Query, Response

from schemas.events.organisation import Organisation
from schemas.events.person import Person
from schemas.events.session import Session
from schemas.values import OrganisationId
from services.directory.bodies import (
    Blurb,
    Colleague,
    Colleagues,
    Forget,
    Keys,
    KeysWanted,
    Me,
    Nothing,
    Organisations,
    OrganisationShown,
    Personas,
    PersonaShown,
    SignIn,
)
from services.directory.rules.session import end, open_session
from services.directory.settings import DirectorySettings
from services.directory.store.reads import Named, Reads
from services.directory.store.writes import Writes
from services.runtime.database import open_engine, open_pool
from services.runtime.health import Health, Pulse, depends_on
from services.runtime.now import clock
from services.runtime.problems import Problem
from services.runtime.settings import Mode
from services.runtime.tokens import Claims, Signer, Verifier
from services.runtime.wake import Waker
from services.runtime.web import Asking, web_app
from services.runtime.who import COOKIE, Who

PREFIX = "/api/directory"


class OwnTables:
    """Sessions and people of the own tables, kept in memory by the one process that writes them."""

    def __init__(self) -> None:
        self.people: dict[UUID, Person] = {}
        self.sessions: dict[UUID, Session] = {}

    def session(self, session: UUID) -> Session | None:
        """The newest state of a session."""
        return self.sessions.get(session)

    def person(self, person: UUID) -> Person | None:
        """The newest state of a person."""
        return self.people.get(person)


class Directory:
    """The parts of one process of the directory, wired together."""

    def __init__(self, settings: DirectorySettings) -> None:
        self.settings = settings
        self.now = clock(settings.clock_offset_seconds)
        self.own = OwnTables()
        self.signer = Signer(settings.token_private_key)
        verifier = Verifier(settings.token_public_keys, settings.mode)
        self.who = Who(verifier, self.own, self.now, patience=0.0)
        self.ready = False
        self.database = Pulse(self._ask_database)
        self.tasks: list[asyncio.Task[None]] = []

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Connections and tasks, while the block runs."""
        pool = await open_pool(self.settings.database, self.settings.pool_size)
        engine = open_engine(self.settings.database)
        # Apart: many commands at once must not look like a database that is away.
        self._side = side = await open_pool(self.settings.database, 1)
        self.reads, self.writes, waker = Reads(engine), Writes(pool), Waker(side)
        self.wake = waker.wake
        self.own.people = {each.id: each for each in await self.reads.people()}
        self.own.sessions = {each.id: each for each in await self.reads.sessions()}
        self.tasks = [
            asyncio.create_task(waker.run(), name="waker"),
            asyncio.create_task(self.database.run(), name="database"),
        ]
        self.ready = True
        try:
            yield
        finally:
            for task in self.tasks:
                task.cancel()
            await asyncio.gather(*self.tasks, return_exceptions=True)
            await engine.dispose()
            await side.close()
            await pool.close()

    def health(self) -> Health:
        """Healthy once everybody is known, while the database answers."""
        trouble = [] if self.ready else ["starting"]
        trouble += depends_on(self.database, self.tasks)
        return Health(healthy=not trouble, why="; ".join(trouble))

    async def _ask_database(self) -> None:
        await self._side.fetchval("SELECT 1")

    async def keep(self, session: Session) -> None:
        """Write a session and let the world hear."""
        await self.writes.keep_session(session, session.person, self.now())
        self.own.sessions[session.id] = session
        self.wake()

    async def forget(self, person: UUID) -> bool:
        """Forget a person and let the world hear; False when there is nobody to forget."""
        left = await self.writes.forget(person, self.now())
        for state in left or ():
            if isinstance(state, Person):
                self.own.people[state.id] = state
            elif isinstance(state, Session):
                self.own.sessions[state.id] = state
        self.wake()
        return left is not None


def create_app(settings: DirectorySettings) -> FastAPI:
    """The application; outside demonstrations the page to choose who you are does not exist."""
    directory = Directory(settings)

    public = ("/internal/contact-keys", "/internal/forget", f"{PREFIX}/organisations")
    demo = (f"{PREFIX}/demo/people", f"{PREFIX}/demo/sign-in")
    open_paths = (*public, *demo) if settings.mode is Mode.DEMO else public
    app = web_app(directory, PREFIX, settings, {}, open_paths, sign_in_paths=demo)
    _add_reads(app, directory)
    _add_sessions(app, directory)
    if settings.mode is Mode.DEMO:
        _add_demo(app, directory)
    _add_internal(app, directory)
    return app


def _add_reads(app: FastAPI, directory: Directory) -> None:
    @app.get(f"{PREFIX}/organisations")
    async def organisations(response: Response) -> Organisations:
        response.headers["Cache-Control"] = "public, max-age=300"
        return Organisations(organisations=[_shown(each) for each in await directory.reads.organisations()])

    @app.get(f"{PREFIX}/me")
    async def me(asker: Asking) -> Me:
        named = await directory.reads.named([asker.person])
        return Me(
            person=asker.person.id,
            session=asker.session.id,
            name=named[0].name if named else "",
            organisations=[member.organisation for member in asker.person.memberships],
            rights={member.organisation: list(member.rights) for member in asker.person.memberships},
            demonstration=asker.session.demonstration,
        )

    @app.get(f"{PREFIX}/colleagues")
    async def colleagues(asker: Asking, organisation: Annotated[OrganisationId, Query()]) -> Colleagues:
        if not asker.person.works_for(organisation):
            raise Problem(404, "not_found")
        return Colleagues(
            people=[_colleague(each) for each in await directory.reads.colleagues(organisation)]
        )


def _add_sessions(app: FastAPI, directory: Directory) -> None:
    @app.post(f"{PREFIX}/sign-out")
    async def sign_out(asker: Asking, body: Nothing, response: Response) -> dict[str, str]:
        await directory.keep(end(asker.session, asker.person.id))
        response.delete_cookie(COOKIE)
        return {}

    @app.post(f"{PREFIX}/sessions/{{session}}/end")
    async def end_session(asker: Asking, session: UUID, body: Nothing) -> dict[str, str]:
        found = directory.own.session(session)
        if found is None:
            raise Problem(404, "not_found")
        await directory.keep(end(found, asker.person.id))
        return {}


def _add_demo(app: FastAPI, directory: Directory) -> None:
    @app.get(f"{PREFIX}/demo/people")
    async def people(organisation: Annotated[OrganisationId | None, Query()] = None) -> Personas:
        found = await directory.reads.personas()
        personas = [_persona(row, named) for row, named in found]
        if organisation is None:
            return Personas(people=personas)
        known = {each.person: each for each in personas}
        staff = await directory.reads.colleagues(organisation)
        return Personas(people=[known.get(each.person.id) or _made_up(each) for each in staff])

    @app.post(f"{PREFIX}/demo/sign-in")
    async def sign_in(body: SignIn, response: Response) -> dict[str, str]:
        person = directory.own.person(body.person)
        if person is None or not person.fictitious:
            raise Problem(404, "not_found")
        session = open_session(uuid4(), person.id, directory.now())
        await directory.keep(session)
        token = directory.signer.sign(Claims(person.id, session.id), session.expires_at)
        response.set_cookie(COOKIE, token, httponly=True, samesite="strict", path="/")
        return {"session": str(session.id)}


def _add_internal(app: FastAPI, directory: Directory) -> None:
    def check(authorization: str) -> None:
        wanted = f"Bearer {directory.settings.internal_token}"
        if not secrets.compare_digest(authorization.encode(), wanted.encode()):
            raise Problem(401, "not_signed_in")

    @app.post("/internal/contact-keys", include_in_schema=False)
    async def contact_keys(body: KeysWanted, authorization: Annotated[str, Header()] = "") -> Keys:
        check(authorization)
        keys = await directory.reads.data_keys(body.people)
        return Keys(keys={person: base64.b64encode(key).decode() for person, key in keys.items()})

    @app.post("/internal/forget", include_in_schema=False)
    async def forget(body: Forget, authorization: Annotated[str, Header()] = "") -> Nothing:
        check(authorization)
        if not await directory.forget(body.person):
            raise Problem(404, "not_found")
        return Nothing()


def _shown(organisation: Organisation) -> OrganisationShown:
    place = organisation.place
    return OrganisationShown(
        **organisation.model_dump(exclude={"place", "systems"}),
        latitude=None if place is None else place.latitude,
        longitude=None if place is None else place.longitude,
    )


def _persona(row: Any, named: Named) -> PersonaShown:
    return _played(named, f"{row.host}.localhost", Blurb(nl=row.blurb_nl, en=row.blurb_en))


def _made_up(named: Named) -> PersonaShown:
    return _played(named, "localhost", Blurb(nl="Verzonnen collega.", en="A made-up colleague."))


def _played(named: Named, host: str, blurb: Blurb) -> PersonaShown:
    member = named.person.memberships[0]
    return PersonaShown(
        person=named.person.id,
        name=named.name,
        organisation=member.organisation,
        functions=named.person.functions,
        rights=member.rights,
        host=host,
        blurb=blurb,
    )


def _colleague(named: Named) -> Colleague:
    return Colleague(person=named.person.id, name=named.name, functions=named.person.functions)
