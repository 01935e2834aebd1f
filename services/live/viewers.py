"""The open sockets, grouped by what they may see, so that a frame is built once for all who see the same."""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Protocol

from websockets.asyncio.server import ServerConnection, broadcast
from websockets.exceptions import ConnectionClosed

from schemas.live import CLOSE_SIGNED_OUT, CLOSE_SLOW
from schemas.visibility import Keys
from services.live.rules.board import Board, Spot, frame
from services.runtime.now import Now
from services.runtime.who import Asker

TICK_SECONDS: Final = 0.02
"""Changes within a tick leave together: one broadcast to 1,000 sockets takes 15-20 ms of the loop."""

SILENCE_SECONDS: Final = 5.0
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
    """One open socket: who looks, with which keys, and what waits while the socket is full."""

    connection: ServerConnection
    asker: Asker
    keys: Keys
    waiting: set[Spot] = field(default_factory=set)
    full_since: float | None = None

    @property
    def is_full(self) -> bool:
        """Whether the socket holds more than it should; keepalive does not notice that."""
        return self.connection.transport.get_write_buffer_size() > BUFFER_LIMIT


class Viewers:
    """Everybody who looks. `touch` says that rows look different; they leave at the end of the tick."""

    def __init__(self, board: Board, cursor: Callable[[Keys], str], now: Now, source: Source) -> None:
        self._board = board
        self._source = source
        self._cursor = cursor
        self._now = now
        self._viewers: set[Viewer] = set()
        self._touched: set[Spot] = set()
        self._woken = asyncio.Event()
        self._closing: set[asyncio.Task[None]] = set()

    def __len__(self) -> int:
        return len(self._viewers)

    def add(self, viewer: Viewer, *frames: str) -> None:
        """Send these frames; from then on the viewer hears of every change.

        Nothing may be awaited since its picture was made, and nothing is here: a later change that went
        first would carry a cursor behind what these frames say, and a drop between the two would lose that.
        """
        for text in frames:
            broadcast([viewer.connection], text)
        self._viewers.add(viewer)

    def discard(self, viewer: Viewer) -> None:
        """The socket is closed."""
        self._viewers.discard(viewer)

    def touch(self, spots: Iterable[Spot]) -> None:
        """These rows look different now."""
        self._touched.update(spots)
        if self._touched:
            self._woken.set()

    async def run(self) -> None:
        """Send what changed, at most once a tick; say that nothing did after five seconds of silence."""
        said = 0.0
        while True:
            try:
                async with asyncio.timeout(max(0.0, said + SILENCE_SECONDS - time.monotonic())):
                    await self._woken.wait()
            except TimeoutError:
                said = time.monotonic()
                # A heartbeat's cursor must not run ahead of a change that still waits for its tick.
                if not self._touched:
                    self._say_nothing_changed()
                    continue
            self.flush()
            await asyncio.sleep(TICK_SECONDS)

    def flush(self) -> None:
        """Send every change that waits, now."""
        touched, self._touched = self._touched, set()
        self._woken.clear()
        for keys, group in self._groups().items():
            ready = [viewer for viewer in group if not viewer.is_full and not viewer.waiting]
            self._send(keys, ready, touched)
            for viewer in group - set(ready):
                self._catch_up(viewer, touched)

    def review(self, judge: Callable[[Viewer], str | None]) -> None:
        """Close or reset the viewers for whom `judge` gives a reason: "signed_out", or why to start over."""
        for viewer in list(self._viewers):
            why = judge(viewer)
            if why is not None:
                self._end(viewer, why)

    def _groups(self) -> dict[Keys, set[Viewer]]:
        groups: dict[Keys, set[Viewer]] = {}
        for viewer in self._viewers:
            groups.setdefault(viewer.keys, set()).add(viewer)
        return groups

    def _send(self, keys: Keys, viewers: list[Viewer], touched: Iterable[Spot]) -> None:
        changed, removed = self._board.since(sorted(touched), keys)
        if viewers and (changed or removed):
            text = frame("delta", self._head(keys), changed, removed).decode()
            broadcast([viewer.connection for viewer in viewers], text)

    def _catch_up(self, viewer: Viewer, touched: Iterable[Spot]) -> None:
        """A viewer whose socket was full gets one frame with the newest of all it missed, or is dropped."""
        viewer.waiting.update(touched)
        if not viewer.is_full:
            waiting, viewer.waiting, viewer.full_since = viewer.waiting, set(), None
            self._send(viewer.keys, [viewer], waiting)
            return
        viewer.full_since = viewer.full_since or time.monotonic()
        if time.monotonic() - viewer.full_since > SLOW_SECONDS:
            self._viewers.discard(viewer)
            self._beside(_cut_off(viewer.connection))

    def _say_nothing_changed(self) -> None:
        for keys, group in self._groups().items():
            for viewer in group:
                if viewer.waiting or viewer.is_full:
                    self._catch_up(viewer, ())
            if not self._source.answers:
                continue
            text = json.dumps({"type": "heartbeat", **self._head(keys)})
            broadcast([viewer.connection for viewer in group if not viewer.waiting], text)

    def _head(self, keys: Keys) -> dict[str, str]:
        return {"cursor": self._cursor(keys), "at": _text(self._now())}

    def _end(self, viewer: Viewer, why: str) -> None:
        self._viewers.discard(viewer)
        self._beside(say_why(viewer.connection, why))

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


def _text(moment: datetime) -> str:
    return moment.isoformat()
