"""`live`: reads the topics, answers snapshots and keeps sockets up to date."""

import asyncio
import contextlib
import logging
import socket
from collections.abc import Sequence
from typing import Final
from uuid import UUID

from pydantic import ValidationError
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import ServerPerMessageDeflateFactory

from schemas.envelope import Event
from schemas.events.contact import Contact
from schemas.events.incident import Incident
from schemas.events.person import Person
from schemas.events.session import Session
from schemas.live import CLOSE_SIGNED_OUT, CLOSE_WORD, Position, Reset, Resume
from schemas.topics import (
    APPROACHES,
    CARDS,
    COMMITMENTS,
    CONTACTS,
    DELIVERIES,
    DUTY,
    HELP_REQUESTS,
    INCIDENTS,
    LENDING,
    LOG_ENTRIES,
    PEOPLE,
    SESSIONS,
    TRUSTS,
    WAKE_LISTS,
)
from services.live.answers import Answers
from services.live.contacts import Contacts
from services.live.cursors import Stale, position, resumed
from services.live.places import NoPlace, Places
from services.live.rules.board import Board
from services.live.settings import LiveSettings
from services.live.viewers import Viewer, Viewers, say_why
from services.runtime import telemetry
from services.runtime.health import Health
from services.runtime.now import clock
from services.runtime.problems import Problem
from services.runtime.process import together
from services.runtime.replica import Newest
from services.runtime.tokens import Verifier
from services.runtime.trace import read as read_trace
from services.runtime.who import Asker, NotSignedIn, Who

log: Final = logging.getLogger(__name__)

TOPICS: Final = (
    INCIDENTS,
    HELP_REQUESTS,
    APPROACHES,
    COMMITMENTS,
    LOG_ENTRIES,
    DUTY,
    LENDING,
    PEOPLE,
    CONTACTS,
    SESSIONS,
    CARDS,
    WAKE_LISTS,
    DELIVERIES,
    TRUSTS,
)

FIRST_WORD_SECONDS: Final = 10
FRAME_LIMIT: Final = 64 * 1024
"""Bytes of a client's frame: it only ever sends its cursor."""

BACKLOG: Final = 1_024
"""Connections that may wait to be taken: after a node died everybody comes at once."""

SEND_BUFFER: Final = 64 * 1024
"""Bytes that the system keeps of what a viewer did not read (it doubles this). Left to itself it keeps
megabytes, and the slow ones are not seen."""

REVIEW_SECONDS: Final = 1.0
FORGET_SECONDS: Final = 3_600.0

PACKING: Final = ServerPerMessageDeflateFactory(
    server_no_context_takeover=True, client_no_context_takeover=True
)
"""A message never looks back at an earlier one: so one packed frame serves everybody (see `rules.frames`)."""


class Live:
    """The parts of one process of `live`, wired together."""

    def __init__(self, settings: LiveSettings) -> None:
        self._settings = settings
        self._now = clock(settings.clock_offset_seconds)
        self._board = Board()
        self._newest = Newest(settings.kafka, settings.topic_prefix, TOPICS, self._on_news, self._rest)
        self._viewers = Viewers(self._board, self._position, self._now, self._newest.broker)
        self._contacts = Contacts(settings.contact_keys_url, settings.internal_token)
        verifier = Verifier(settings.token_public_keys, settings.mode)
        self._who = Who(verifier, self, self._now)
        self._places = Places(settings.sockets, settings.sockets_per_session)
        self._answers = Answers(
            settings,
            self._newest,
            self._board,
            who=self._who,
            places=self._places,
            now=self._now,
            position=self._position,
            health=self.health,
        )

    async def run(self) -> None:
        """Serve for ever. Raises what the consumer raises: the process ends and is started again."""
        server = serve(
            self._socket,
            sock=_listening(self._settings.http_host, self._settings.http_port),
            backlog=BACKLOG,
            process_request=self._answers.answer,
            compression=None,
            extensions=[PACKING],
            max_size=FRAME_LIMIT,
            server_header=None,
            open_timeout=FIRST_WORD_SECONDS,
        )
        async with server:
            await together(
                self._newest.run(),
                self._viewers.run(),
                self._join_contacts(),
                self._review_for_ever(),
                self._forget_sessions(),
            )

    def health(self) -> Health:
        """Healthy once every topic was read to its end, while Kafka answers and no partition waits."""
        waiting = [*self._newest.waiting.values()]
        if not self._newest.broker.answers:
            waiting.append("Kafka does not answer")
        ready = self._newest.caught_up.is_set()
        why = "; ".join(waiting) if ready else "reading the topics"
        details = {"contacts": self._contacts.trouble} if self._contacts.trouble else {}
        if self._newest.unreadable:
            details["unreadable"] = str(self._newest.unreadable)
        lag = self._newest.lag()
        return Health(ready and not waiting, why, lag, len(self._viewers), details)

    def session(self, session: UUID) -> Session | None:
        """The newest state of a session."""
        found = self._newest.states[Session].get(str(session))
        return found.state if found is not None and isinstance(found.state, Session) else None

    def person(self, person: UUID) -> Person | None:
        """The newest state of a person."""
        found = self._newest.states[Person].get(str(person))
        return found.state if found is not None and isinstance(found.state, Person) else None

    async def _on_news(self, events: Sequence[Event]) -> None:
        people: set[UUID] = set()
        coordinated = self._board.coordinated
        # What was there before we were is nothing that a command does now.
        follows = telemetry.listens() and self._newest.caught_up.is_set()
        for event in events:
            self._viewers.touch(self._board.put(event))
            if follows and (trace := read_trace(event.envelope.traceparent)) is not None:
                self._viewers.follow(trace)
            if isinstance(event.state, Contact):
                self._contacts.want(event)
            elif isinstance(event.state, Session):
                people.add(event.state.person)
            elif isinstance(event.state, Person):
                people.add(event.state.id)
            elif isinstance(event.state, Incident):
                people.update(each.person for each in event.state.guests)
        # Rights are judged before anything leaves; everybody's only where a role was given or taken.
        if self._board.coordinated != coordinated:
            self._viewers.review(self._judge)
        elif people:
            self._viewers.review(self._judge, self._viewers.of(people))

    def _rest(self) -> float:
        return self._viewers.rest

    async def _join_contacts(self) -> None:
        while True:
            for person, reach in (await self._contacts.next()).items():
                self._viewers.touch(self._board.join(person, reach))

    async def _review_for_ever(self) -> None:
        while True:
            await asyncio.sleep(REVIEW_SECONDS)
            # Rights change with what is read, and are judged then; only time runs out by itself.
            self._viewers.review(self._signed_out)
            self._viewers.touch(self._board.lapse(self._now()))

    async def _forget_sessions(self) -> None:
        await self._newest.caught_up.wait()
        while True:
            known, now = self._newest.states[Session], self._now()
            sessions = [each.state for each in known.values() if isinstance(each.state, Session)]
            self._newest.forget(Session, [each.key for each in sessions if each.may_be_forgotten(now)])
            await asyncio.sleep(FORGET_SECONDS)

    def _signed_out(self, viewer: Viewer) -> str | None:
        session, person = self.session(viewer.asker.session.id), self.person(viewer.asker.person.id)
        if session is None or person is None or not self._who.lives(session, person):
            return "signed_out"
        return None if self._board.lets_in(person) else "signed_out"

    def _judge(self, viewer: Viewer) -> str | None:
        if (why := self._signed_out(viewer)) is not None:
            return why
        person = self.person(viewer.asker.person.id)
        rights = None if person is None else self._board.keys(person)
        return None if rights == viewer.keys else "other rights"

    def _position(self) -> Position:
        return position(self._newest, self._contacts.unjoined, self._now())

    async def _socket(self, connection: ServerConnection) -> None:
        request = connection.request
        assert request is not None
        try:
            asker = await self._answers.asker(request)
        except (NotSignedIn, Problem):
            await connection.close(CLOSE_SIGNED_OUT, "signed out")
            return
        try:
            with self._places.taken(asker.session.id), contextlib.suppress(ConnectionClosed):
                await self._look(connection, asker)
        except NoPlace as none:
            await connection.close(none.code, none.why)

    async def _look(self, connection: ServerConnection, asker: Asker) -> None:
        keys = self._board.keys(asker.person)
        try:
            async with asyncio.timeout(FIRST_WORD_SECONDS):
                first = Resume.model_validate_json(await connection.recv())
            events = await resumed(self._newest, first.cursor, keys, self._now())
        except (ValidationError, TimeoutError):
            await connection.close(CLOSE_WORD, "say where you were first")
            return
        except Stale as stale:
            await connection.send(Reset(why=str(stale)).model_dump_json())
            return
        viewer = Viewer(connection, asker, keys)
        # While the first word was waited for, the session may have ended or other rights may have come.
        if (why := self._judge(viewer)) is not None:
            await say_why(connection, why)
            return
        # Nothing is awaited from here on: what changes later reaches the viewer as a delta.
        self._viewers.welcome(viewer, first.cursor, self._board.touched_by(events))
        try:
            # One word is all there is to say: what more comes would wait in our memory.
            with contextlib.suppress(ConnectionClosed):
                await connection.recv()
                await connection.close(CLOSE_WORD, "nothing more is heard here")
        finally:
            self._viewers.discard(viewer)


def _listening(host: str, port: int) -> socket.socket:
    made = socket.create_server((host, port), backlog=BACKLOG)
    # What is accepted has the same.
    made.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER)
    return made
