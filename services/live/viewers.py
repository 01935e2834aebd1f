"""The open sockets: what changed is looked at once, and a frame is built once for all who see the same."""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Collection, Coroutine, Iterable
from dataclasses import dataclass, field
from typing import Any, Final, Protocol

from websockets.asyncio.server import ServerConnection
from websockets.exceptions import ConnectionClosed
from websockets.extensions.permessage_deflate import PerMessageDeflate
from websockets.protocol import State

from schemas.live import CLOSE_SIGNED_OUT, CLOSE_SLOW, Position
from schemas.values import person_key
from schemas.visibility import Keys
from services.live.cursors import digest
from services.live.rules.audiences import Audiences
from services.live.rules.board import Board, Changes, Spot
from services.live.rules.frames import WINDOW_BITS, Frame, Part, delta, frame, place
from services.live.rules.load import Load
from services.runtime import metrics, telemetry
from services.runtime.now import Now
from services.runtime.trace import Trace
from services.runtime.who import Asker

TICK_SECONDS: Final = 0.02
"""Changes within a tick leave together: one frame to each of 1,000 sockets takes 5-10 ms of the loop."""

BUSY_SECONDS: Final = 0.07
"""While it is busy: how long a row waits until the last viewer is sent it, but for the reading."""

SILENCE_SECONDS: Final = 5.0
LOOK_SECONDS: Final = 0.5
"""Without news: how often to look for who heard nothing for long, and whose socket has room again."""

BUFFER_LIMIT: Final = 256 * 1024
"""Bytes that may wait in a socket; above it changes are gathered for that viewer instead of sent."""

SLOW_SECONDS: Final = 10.0
"""A viewer that takes nothing for so long is dropped; it may resume from its last cursor."""

GOODBYE_SECONDS: Final = 2.0
"""The word that it is dropped waits behind what the viewer did not read: so long, and then it is cut off."""


class Source(Protocol):
    """Where the rows come from."""

    @property
    def answers(self) -> bool:
        """Whether it was heard of late: only then "nothing changed" is true."""


@dataclass(eq=False)
class Viewer:
    """One open socket: who looks, with which keys, and what waits while the socket is full.

    `spoken_at` and `full_since` are seconds of the monotonic clock.
    """

    connection: ServerConnection
    asker: Asker
    keys: Keys
    waiting: set[Spot] = field(default_factory=set)
    full_since: float | None = None
    spoken_at: float = field(default_factory=time.monotonic)
    digest: bytes = b""
    unpacks: bool = False

    def __post_init__(self) -> None:
        self.digest = digest(self.keys).encode()
        self.unpacks = any(
            isinstance(each, PerMessageDeflate) and each.local_max_window_bits == WINDOW_BITS
            for each in self.connection.protocol.extensions
        )

    @property
    def own_key(self) -> str:
        """The key that only this person holds."""
        return person_key(self.asker.person.id)

    @property
    def is_full(self) -> bool:
        """Whether the socket holds more than it should; keepalive does not notice that."""
        return self.connection.transport.get_write_buffer_size() > BUFFER_LIMIT


class Viewers:
    """Everybody who looks. `touch` says that rows look different; they leave at the end of the tick."""

    def __init__(self, board: Board, position: Callable[[], Position], now: Now, source: Source) -> None:
        self._board = board
        self._source = source
        self._position = position
        self._now = now
        self._viewers: Audiences[Viewer] = Audiences()
        self._behind: set[Viewer] = set()
        self._touched: set[Spot] = set()
        self._woken = asyncio.Event()
        self.rest = 0.0
        """Seconds that rows may wait to be read; nothing unless it is busy."""
        self._closing: set[asyncio.Task[None]] = set()
        self._followed: list[tuple[Trace, int]] = []
        self._frames = self._told = 0
        metrics.before_telling(self._tell)

    def __len__(self) -> int:
        return len(self._viewers)

    def add(self, viewer: Viewer) -> None:
        """From now on the viewer hears of every change."""
        self._viewers.add(viewer)

    def welcome(self, viewer: Viewer, cursor: str, missed: Iterable[Spot]) -> None:
        """Say hello and what changed since the viewer's cursor; from now on it hears of every change.

        Nothing may be awaited since `missed` was found, and nothing is here.
        The hello repeats the viewer's own cursor, and both frames leave before any other: were a newer
        cursor read first, a viewer whose network drops then would never hear of what stands in the delta.
        """
        mine, _, where = cursor.partition(".")
        assert mine.encode() == viewer.digest
        self._send([viewer], frame("hello", place(where, self._now().isoformat())))
        seen = self._board.since(missed, viewer.keys)
        if any(seen):
            self._send([viewer], delta(self._here(), seen))
        self.add(viewer)

    def discard(self, viewer: Viewer) -> None:
        """The socket is closed."""
        self._viewers.discard(viewer)
        self._behind.discard(viewer)

    def touch(self, spots: Iterable[Spot]) -> None:
        """These rows look different now."""
        self._touched.update(spots)
        if self._touched:
            self._woken.set()

    def _tell(self) -> None:
        sent = metrics.counter(metrics.FRAMES)
        sent.inc(self._frames - self._told)
        self._told = self._frames
        metrics.gauge(metrics.VIEWERS).set(len(self))

    def follow(self, trace: Trace) -> None:
        """With the next frames goes what this trace is about: then it is told to how many viewers."""
        self._followed.append((trace, time.time_ns()))

    async def run(self) -> None:
        """Send what changed, at once after a quiet tick, else at its end; say where nothing did for long."""
        load = Load(time.monotonic())
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._woken.wait()
            began = time.monotonic()
            load.note(self.flush(), began)
            self._speak_to_the_silent()
            spent = time.monotonic() - began
            self.rest = max(TICK_SECONDS, BUSY_SECONDS - spent) if load.is_busy else 0.0
            # At least as long as sending took: reading must go on however many look.
            await asyncio.sleep(max(TICK_SECONDS - spent, spent))

    def flush(self) -> int:
        """Send every change that waits, now; how many rows that were."""
        touched, self._touched = self._touched, set()
        before = self._frames
        self._woken.clear()
        if touched:
            changes = Changes(self._board, touched)
            here = self._here()
            for keys, group in self._viewers.of(changes.keys).items():
                if ready := self._with_room(group, touched):
                    self._send(ready, delta(here, changes.seen_with(keys)))
        for viewer in list(self._behind):
            self._catch_up(viewer)
        if self._followed:
            self._tell_of(self._frames - before)
        return len(touched)

    def _tell_of(self, frames: int) -> None:
        for trace, began in self._followed:
            telemetry.tell("frame", trace.child(), began, viewers=frames)
        self._followed.clear()

    def of(self, people: Collection[object]) -> list[Viewer]:
        """The sockets of these people."""
        return [viewer for viewer in self._viewers if viewer.asker.person.id in people]

    def review(self, judge: Callable[[Viewer], str | None], viewers: Iterable[Viewer] | None = None) -> None:
        """Close or reset the viewers (all, unless named) for whom `judge` gives a reason.

        A reason is "signed_out", or why to start over.
        """
        for viewer in list(self._viewers if viewers is None else viewers):
            why = judge(viewer)
            if why is not None:
                self.discard(viewer)
                self._beside(say_why(viewer.connection, why))

    def _here(self) -> Part:
        return place(self._position().encode(), self._now().isoformat())

    def _with_room(self, viewers: list[Viewer], touched: set[Spot]) -> list[Viewer]:
        """Who of these can be sent something now; for who is full or behind it is put aside."""
        behind = self._behind
        ready = [viewer for viewer in viewers if viewer not in behind and not viewer.is_full]
        if len(ready) < len(viewers):
            late = set(viewers).difference(ready)
            behind |= late
            for viewer in late:
                viewer.waiting |= touched
        return ready

    def _send(self, viewers: Iterable[Viewer], sent: Frame) -> None:
        """The same frame to all; what they share is never copied (`broadcast` copies it for each)."""
        now = time.monotonic()
        for viewer in viewers:
            transport = viewer.connection.transport
            if viewer.connection.state is State.OPEN and not transport.is_closing():
                before, after = sent.packed if viewer.unpacks else sent.plain
                transport.writelines((before + viewer.digest, after))
                viewer.spoken_at = now
                self._frames += 1

    def _catch_up(self, viewer: Viewer) -> None:
        """A viewer whose socket was full gets one frame with the newest of all it missed, or is dropped."""
        if not viewer.is_full:
            seen = self._board.since(viewer.waiting, viewer.keys)
            self._behind.discard(viewer)
            viewer.waiting, viewer.full_since = set(), None
            if any(seen):
                self._send([viewer], delta(self._here(), seen))
            return
        viewer.full_since = viewer.full_since or time.monotonic()
        if time.monotonic() - viewer.full_since > SLOW_SECONDS:
            self.discard(viewer)
            self._beside(_cut_off(viewer.connection))

    def _speak_to_the_silent(self) -> None:
        """Nothing waits now, so a heartbeat's cursor cannot run ahead of a change."""
        due = time.monotonic() - SILENCE_SECONDS
        silent = [each for each in self._viewers if each.spoken_at <= due and each not in self._behind]
        self._behind |= {viewer for viewer in silent if viewer.is_full}
        silent = [viewer for viewer in silent if viewer not in self._behind]
        if silent and self._source.answers:
            self._send(silent, frame("heartbeat", self._here()))

    def _beside(self, goodbye: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(goodbye)
        self._closing.add(task)
        task.add_done_callback(self._closing.discard)


async def say_why(connection: ServerConnection, why: str) -> None:
    """Close a socket: "signed_out", or why its viewer has to start over."""
    if why == "signed_out":
        await connection.close(CLOSE_SIGNED_OUT, "signed out")
        return
    try:
        await connection.send(json.dumps({"type": "reset", "why": why}))
    except ConnectionClosed:
        return
    await connection.close(1000, "reset")


async def _cut_off(connection: ServerConnection) -> None:
    try:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(GOODBYE_SECONDS):
                await connection.close(CLOSE_SLOW, "did not read")
    finally:
        connection.transport.abort()
