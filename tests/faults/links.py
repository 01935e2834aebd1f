"""Small TCP proxies between two parts of a platform, that can be cut, frozen, half open or slow."""

import asyncio
import contextlib
import socket
from collections.abc import Coroutine
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, Self

CHUNK: Final = 64 * 1024


class Line(StrEnum):
    """How a link behaves.

    `cut`: what is open is reset, what is new is refused. `frozen`: packets vanish both ways, nobody is told.
    `half_open`: what is asked arrives, what is answered does not. `slow`: each piece comes late.
    """

    WHOLE = "whole"
    CUT = "cut"
    FROZEN = "frozen"
    HALF_OPEN = "half_open"
    SLOW = "slow"


@dataclass(frozen=True)
class Ends:
    """Who asks and who is asked."""

    asker: str
    asked: str

    def __str__(self) -> str:
        return f"{self.asker}-{self.asked}"


class Link:
    """One proxy: listens on `port`, leads to `to` on loopback.

    The port is taken from the beginning: who is told it may be started long before anybody listens.
    """

    def __init__(self, ends: Ends, to: int = 0) -> None:
        self.ends = ends
        self.to = to
        self._taken = socket.socket()
        self._taken.bind(("127.0.0.1", 0))
        self.port: int = self._taken.getsockname()[1]
        self.late_seconds = 0.0
        self.carried = 0
        self._line = Line.WHOLE
        self._forward = asyncio.Event()
        self._back = asyncio.Event()
        self._server: asyncio.Server | None = None
        self._open: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        self._forward.set()
        self._back.set()
        self._server = await asyncio.start_server(self._connected, sock=self._taken)
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        self.leave()
        await self._reset()

    def leave(self) -> None:
        """Give the port back, also where nobody ever listened."""
        self._taken.close()

    async def become(self, line: Line, late_seconds: float = 0.0) -> None:
        """Behave so from now on; `late_seconds` is for a slow link."""
        self._line = line
        self.late_seconds = late_seconds if line is Line.SLOW else 0.0
        _set(self._forward, line is not Line.FROZEN)
        _set(self._back, line not in {Line.FROZEN, Line.HALF_OPEN})
        if line is Line.CUT:
            await self._reset()

    async def _reset(self) -> None:
        for task in list(self._open):
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._line is Line.CUT:
            writer.transport.abort()
            return
        task = asyncio.ensure_future(self._carry(reader, writer))
        self._open.add(task)
        task.add_done_callback(self._open.discard)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        other: asyncio.StreamWriter | None = None
        try:
            answers, other = await asyncio.open_connection("127.0.0.1", self.to)
            await _both(
                self._pipe(reader, other, self._forward),
                self._pipe(answers, writer, self._back),
            )
        except (OSError, RuntimeError):
            return  # One of the two is gone (uvloop says so as RuntimeError): so is the other, below.
        finally:
            for each in (writer, other):
                if each is not None:
                    each.transport.abort()

    async def _pipe(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, may_pass: asyncio.Event
    ) -> None:
        while piece := await reader.read(CHUNK):
            if self.late_seconds:
                await asyncio.sleep(self.late_seconds)
            # Nothing is thrown away: a network that comes back sends again what was not confirmed.
            await may_pass.wait()
            writer.write(piece)
            await writer.drain()
            self.carried += len(piece)
        await may_pass.wait()
        with contextlib.suppress(OSError, RuntimeError):
            writer.write_eof()


async def _both(*ways: Coroutine[Any, Any, None]) -> None:
    tasks = [asyncio.ensure_future(way) for way in ways]
    try:
        await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()


def _set(event: asyncio.Event, on: bool) -> None:  # noqa: FBT001 the state that the event should have
    if on:
        event.set()
    else:
        event.clear()
