"""A viewer of `live` whose socket is made up, and what it is sent."""

import asyncio
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
from schemas.events.incident import CallBack, Incident
from schemas.events.person import Membership, Person
from schemas.events.session import Session
from schemas.live import Position
from schemas.state import State
from schemas.values import Level
from services.live.app import Live
from services.live.cursors import cursor
from services.live.rules.board import Board
from services.live.settings import LiveSettings
from services.live.viewers import Viewers
from services.runtime.now import clock
from services.runtime.settings import Mode
from services.runtime.tokens import new_keys
from services.runtime.who import Asker
from tests.enveloped import record_of

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
