"""Who looks is told the truth: no heartbeat over a silent broker, no row after the rights to it went."""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import UUID

import pytest
from websockets.exceptions import ConnectionClosedOK
from websockets.frames import Frame
from websockets.protocol import State as Socketstate
from websockets.streams import StreamReader

from schemas.codec import decode
from schemas.events.contact import Contact
from schemas.events.incident import CallBack, Incident, Sealed
from schemas.events.person import Membership, Person
from schemas.events.session import Session
from schemas.live import CLOSE_SIGNED_OUT, CLOSE_SLOW, SOCKET, Position
from schemas.state import State
from schemas.values import Level
from services.live import viewers as viewers_module
from services.live.app import Live
from services.live.cursors import cursor
from services.live.rules.board import Board
from services.live.settings import LiveSettings
from services.live.viewers import Viewer, Viewers
from services.runtime.now import clock
from services.runtime.settings import Mode
from services.runtime.tokens import new_keys
from services.runtime.who import Asker
from tests.enveloped import record_of
from tests.soon import until
from tests.unit.live.history import History

NOW = clock(0)()
PERSON = Person(id=UUID(int=1), memberships=(Membership(organisation="GM1735"),), exercise=False)
SESSION = Session(id=UUID(int=2), person=PERSON.id, started_at=NOW, expires_at=NOW + timedelta(hours=12))
ASKER = Asker(PERSON, SESSION)
POSITION = Position({}, 0, {})


class Socket:
    """One side of a websocket: what was sent, how it was closed, and `first` that the client says."""

    def __init__(self, first: str = "", buffered: int = 0) -> None:
        self.sent: list[dict[str, Any]] = []
        self.closed: list[int] = []
        self.aborted = False
        self.before_first = lambda: None
        self.meanwhile = lambda: None
        self.buffered = buffered
        self.state = Socketstate.OPEN
        self.protocol = SimpleNamespace(extensions=[])
        self.transport = SimpleNamespace(
            get_write_buffer_size=lambda: self.buffered,
            abort=self._abort,
            is_closing=lambda: self.aborted,
            writelines=self._write,
        )
        self._first = first
        self._spoke = False

    def _write(self, parts: Iterable[bytes]) -> None:
        self.sent.append(json.loads(payload_of(b"".join(parts))))

    def _abort(self) -> None:
        self.aborted = True

    async def recv(self) -> str:
        if self._spoke:
            self.meanwhile()
            raise ConnectionClosedOK(None, None)
        self._spoke = True
        self.before_first()
        return self._first

    async def send(self, text: str) -> None:
        self.sent.append(json.loads(text))
        self.meanwhile()

    async def close(self, code: int, reason: str) -> None:
        self.closed.append(code)
        if self.transport.get_write_buffer_size():
            await asyncio.sleep(60)


@asynccontextmanager
async def running(viewers: Viewers) -> AsyncIterator[None]:
    task = asyncio.create_task(viewers.run())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


@asynccontextmanager
async def changing(viewers: Viewers, board: Board) -> AsyncIterator[None]:
    """Rows change all the time, so that every tick has something to send."""

    async def change() -> None:
        for version in range(1, 100_000):
            viewers.touch(board.put(decode(record_of(an_incident(1), version))))
            await asyncio.sleep(0)

    task = asyncio.create_task(change())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


def payload_of(sent: bytes) -> bytes:
    """What one frame of a server carries, as the library itself reads it."""
    reader = StreamReader()
    reader.feed_data(sent)
    with pytest.raises(StopIteration) as whole:
        next(Frame.parse(reader.read_exact, mask=False))
    assert not reader.buffer
    data: bytes = whole.value.value.data
    return data


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(viewers_module, "SILENCE_SECONDS", 0.02)
    monkeypatch.setattr(viewers_module, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(viewers_module, "SLOW_SECONDS", 0.0)
    monkeypatch.setattr(viewers_module, "GOODBYE_SECONDS", 0.05)


async def test_a_heartbeat_is_sent_only_while_the_broker_answers() -> None:
    broker = SimpleNamespace(answers=False)
    viewers = Viewers(Board(), lambda: POSITION, clock(0), broker)
    socket = Socket()
    viewers.add(Viewer(socket, ASKER, frozenset()))
    task = asyncio.create_task(viewers.run())
    await asyncio.sleep(0.1)
    assert socket.sent == []
    broker.answers = True
    await until(lambda: socket.sent)
    assert socket.sent[0]["type"] == "heartbeat"
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task


async def test_a_viewer_that_does_not_read_is_told_why_and_then_cut_off() -> None:
    viewers = Viewers(Board(), lambda: POSITION, clock(0), SimpleNamespace(answers=True))
    socket = Socket(buffered=10**9)
    viewers.add(Viewer(socket, ASKER, frozenset()))
    # Nothing changes that it could see: it is found by its silence.
    async with running(viewers):
        await until(lambda: socket.aborted)
    assert socket.closed == [CLOSE_SLOW] and len(viewers) == 0


async def test_who_sees_nothing_of_a_busy_time_hears_that_nothing_changed() -> None:
    board = Board()
    viewers = Viewers(board, lambda: POSITION, clock(0), SimpleNamespace(answers=True))
    socket = Socket()
    viewers.add(Viewer(socket, ASKER, frozenset()))
    async with running(viewers), changing(viewers, board):
        await until(lambda: socket.sent)
    assert socket.sent[0]["type"] == "heartbeat"


def an_incident(number: int) -> Incident:
    return Incident(
        id=UUID(int=number),
        source="GM1735",
        affected=(),
        since=NOW,
        reported_at=NOW,
        reported_by=PERSON.id,
        call_back=CallBack(phone="06 00000000"),
        exercise=False,
        readers={"org:GM1735": Level.OWN},
    )


def told(socket: Socket) -> list[str]:
    """The ids of the rows that a socket was sent, in order."""
    return [row["id"] for frame in socket.sent for row in frame.get("changed", ())]


async def test_a_viewer_whose_socket_was_full_gets_what_it_missed_in_one_frame(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(viewers_module, "SLOW_SECONDS", 60.0)
    board = Board()
    viewers = Viewers(board, lambda: POSITION, clock(0), SimpleNamespace(answers=True))
    slow, quick = Socket(buffered=10**9), Socket()
    for socket in (slow, quick):
        viewers.add(Viewer(socket, ASKER, board.keys(PERSON)))
    for number in (1, 2):
        viewers.touch(board.put(decode(record_of(an_incident(number)))))
        viewers.flush()
    assert slow.sent == [] and len(quick.sent) == 2
    slow.buffered = 0
    viewers.touch(board.put(decode(record_of(an_incident(3)))))
    viewers.flush()
    assert len(slow.sent) == 1 and told(slow) == told(quick)


async def test_a_change_that_waits_for_its_tick_is_sent_before_any_heartbeat() -> None:
    board = Board()
    viewers = Viewers(board, lambda: POSITION, clock(0), SimpleNamespace(answers=True))
    socket = Socket()
    viewers.add(Viewer(socket, ASKER, board.keys(PERSON)))
    # Touched and not woken: as when the silence ends in the moment of the change.
    viewers._touched |= board.put(decode(record_of(an_incident(1))))
    task = asyncio.create_task(viewers.run())
    await until(lambda: len(socket.sent) > 1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert [frame["type"] for frame in socket.sent[:2]] == ["delta", "heartbeat"]


def a_live() -> Live:
    settings = LiveSettings(
        mode=Mode.REAL,
        kafka="127.0.0.1:1",
        http_port=1,
        token_public_keys=new_keys("k1")[1],
        allowed_origins="http://localhost:7400",
        contact_keys_url="http://127.0.0.1:1",
        internal_token="x" * 32,
    )
    live = Live(settings)
    for state in (PERSON, SESSION):
        hears(live, state)
    live._newest.caught_up.set()
    return live


def hears(live: Live, state: State) -> None:
    live._newest.states[type(state)][state.key] = decode(record_of(state))


def resume(live: Live) -> str:
    mine = cursor(live._board.keys(PERSON), live._position())
    return json.dumps({"type": "resume", "cursor": mine})


async def test_a_session_that_ends_while_a_socket_opens_closes_it() -> None:
    live = a_live()
    socket = Socket(resume(live))
    socket.before_first = lambda: hears(live, SESSION.model_copy(update={"revoked": True}))
    await live._look(socket, ASKER)
    assert (socket.closed, socket.sent, len(live._viewers)) == ([CLOSE_SIGNED_OUT], [], 0)


async def test_a_session_that_is_long_over_is_forgotten_and_one_that_just_ended_is_not() -> None:
    live = a_live()
    ended = SESSION.model_copy(
        update={"id": UUID(int=3), "expires_at": SESSION.expires_at + timedelta(days=1)}
    )
    hears(live, ended)
    live._now = lambda: ended.expires_at
    task = asyncio.create_task(live._forget_sessions())
    await until(lambda: SESSION.key not in live._newest.states[Session])
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert list(live._newest.states[Session]) == [ended.key]


async def test_rights_that_change_while_a_socket_opens_start_it_over() -> None:
    live = a_live()
    socket = Socket(resume(live))
    moved = PERSON.model_copy(update={"memberships": (Membership(organisation="GM0153"),)})
    socket.before_first = lambda: hears(live, moved)
    await live._look(socket, ASKER)
    assert [frame["type"] for frame in socket.sent] == ["reset"]


async def test_who_is_given_or_loses_a_role_starts_over_before_anything_else_is_sent() -> None:
    live = a_live()
    given = an_incident(1).model_copy(update={"coordinators": ("org:GM1735",)})
    for version, incident, resets in ((1, an_incident(1), 0), (2, given, 1), (3, an_incident(1), 1)):
        socket = Socket()
        live._viewers.add(Viewer(socket, ASKER, live._board.keys(PERSON)))
        await live._on_news([decode(record_of(incident, version))])
        live._viewers.flush()
        await until(lambda sent=socket.sent: sent)
        assert [frame["type"] for frame in socket.sent] == (["reset"] if resets else ["delta"])


async def test_a_socket_whose_rights_stand_is_greeted() -> None:
    live = a_live()
    socket = Socket(resume(live))
    await live._look(socket, ASKER)
    assert [frame["type"] for frame in socket.sent] == ["hello"]


async def test_what_a_viewer_missed_reaches_it_before_what_changes_meanwhile() -> None:
    live = a_live()
    socket = Socket(resume(live))
    missed, fresh = an_incident(1), an_incident(2)
    live._board.put(decode(record_of(missed)))
    live._newest.states[Incident][missed.key] = decode(record_of(missed))
    live._newest._places["incidents", 0][Incident, missed.key] = 0

    def change() -> None:
        live._viewers.touch(live._board.put(decode(record_of(fresh))))
        live._viewers.flush()

    # Were the later change sent first, its cursor would say that the missed one had arrived.
    socket.meanwhile = change
    await live._look(socket, ASKER)
    assert told(socket)[:2] == [missed.key, fresh.key]


async def test_a_name_that_could_be_read_only_later_reaches_who_resumes_from_before() -> None:
    # The cursor may be of another node, which could not read the name when this one had joined it long ago.
    live, other = a_live(), a_live()
    contact = Contact(id=PERSON.id, name="sealed", phone="sealed")
    row = an_incident(5).model_copy(update={"reach": Sealed(person=PERSON.id, sealed="sealed")})
    for node in (live, other):
        node._board.put(decode(record_of(row)))
        hears(node, contact)
        node._newest._places["contacts", 0][Contact, contact.key] = 4
        node._newest.offsets = {("contacts", 0): 9}
    other._contacts.want(decode(record_of(contact)))
    for before, rows in ((live, []), (other, [row.key])):
        socket = Socket(resume(before))
        await live._look(socket, ASKER)
        assert told(socket) == rows


async def test_a_silent_broker_makes_it_unhealthy_and_opens_no_socket(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    live = a_live()
    assert live.health().status == 200
    monkeypatch.setattr("services.runtime.health.SILENT_SECONDS", -1.0)
    assert live.health().status == 503
    answer = await live._answers.answer(None, SimpleNamespace(path=SOCKET, headers={}))
    assert answer is not None and answer.status_code == 503


def test_the_keys_of_a_person_are_found_without_looking_at_every_row() -> None:
    class Untouched(dict[Any, Any]):
        def items(self) -> Any:
            raise AssertionError("every row was looked at")

        values = items

    from random import Random

    history = History(Random(1))
    for _ in range(200):
        history.step()
    board = history.board
    incident = next(event.state for event in history.log if isinstance(event.state, Incident))
    board._events = Untouched(board._events)
    for coordinators, held in ((("org:GM1735",), True), ((), False)):
        changed = incident.model_copy(update={"coordinators": coordinators})
        board.put(decode(record_of(changed, 900)))
        assert (f"incident:{incident.id}:coordinator" in board.keys(PERSON)) is held


async def test_reading_may_rest_while_rows_keep_coming_and_not_when_it_is_quiet_again() -> None:
    board = Board()
    viewers = Viewers(board, lambda: POSITION, clock(0), SimpleNamespace(answers=True))
    viewers.add(Viewer(Socket(), ASKER, board.keys(PERSON)))
    async with running(viewers):
        assert viewers.rest == 0.0
        async with many_changing(viewers, board):
            await until(lambda: viewers.rest)
            assert viewers.rest <= viewers_module.BUSY_SECONDS
        await until(lambda: not viewers.rest)


@asynccontextmanager
async def many_changing(viewers: Viewers, board: Board) -> AsyncIterator[None]:
    """Fifty rows at a time."""

    async def change() -> None:
        for version in range(1, 100_000):
            for number in range(1, 51):
                viewers.touch(board.put(decode(record_of(an_incident(number), version))))
            await asyncio.sleep(0.01)

    task = asyncio.create_task(change())
    yield
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
