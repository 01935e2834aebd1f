"""A line to Postgres on which a COMMIT arrives and its answer gets lost, or on which it never arrives."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

COMMIT: Final = b"Q\x00\x00\x00\x0cCOMMIT;\x00"
READY: Final = b"Z\x00\x00\x00\x05I"
"""A simple query, and that the server is done with it and in no transaction (PostgreSQL 18, 54.7)."""


class Lost(StrEnum):
    """What gets lost, and the connection with it: the answer to a COMMIT, or the COMMIT itself."""

    ANSWER = "answer"
    COMMIT = "commit"


class Line:
    """Leads to a database; `dsn` is the way through here."""

    def __init__(self, database: str, port: int) -> None:
        to = urlsplit(database)
        self._to = (to.hostname, to.port)
        self.dsn = database.replace(f":{to.port}/", f":{port}/")
        self._loses: Lost | None = None
        self._passes = 0
        self._away = False
        self.lost = asyncio.Event()

    def lose(self, what: Lost, *, after: int = 0, away: bool = False) -> None:
        """Lose it at the first COMMIT after so many; `away`: nobody reaches it then until `mend`."""
        self._loses, self._passes, self._away = what, after, away
        self.lost.clear()

    def mend(self) -> None:
        """The database is reached again."""
        self._away = False

    async def connected(self, asker: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        """One connection, until either end lets go of it or we do."""
        try:
            if not (self._away and self.lost.is_set()):
                server, forward = await asyncio.open_connection(*self._to)
                try:
                    await self._between(asker, back, server, forward)
                finally:
                    forward.transport.abort()
        except OSError:
            pass  # One of the two was gone first: that is how a connection ends.
        finally:
            back.transport.abort()

    async def _between(
        self,
        asker: asyncio.StreamReader,
        back: asyncio.StreamWriter,
        server: asyncio.StreamReader,
        forward: asyncio.StreamWriter,
    ) -> None:
        answering = asyncio.create_task(_carry(server, back))
        asking = asyncio.create_task(asker.read(65_536))
        try:
            while True:
                await asyncio.wait({answering, asking}, return_when=asyncio.FIRST_COMPLETED)
                if answering.done() or not (said := asking.result()):
                    return
                if said == COMMIT and self._falls():
                    if self._loses is Lost.ANSWER:
                        await _stop(answering)
                        forward.write(said)
                        await server.readuntil(READY)
                    self._loses = None
                    self.lost.set()
                    return
                forward.write(said)
                asking = asyncio.create_task(asker.read(65_536))
        finally:
            await _stop(answering)
            await _stop(asking)

    def _falls(self) -> bool:
        if self._loses is None:
            return False
        self._passes -= 1
        return self._passes < 0


async def _carry(server: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
    while said := await server.read(65_536):
        back.write(said)


async def _stop(task: "asyncio.Task[object]") -> None:
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError, OSError):
        await task


@asynccontextmanager
async def line_to(database: str) -> AsyncIterator[Line]:
    """A line that listens while the block runs."""
    line: Line | None = None

    async def connected(asker: asyncio.StreamReader, back: asyncio.StreamWriter) -> None:
        assert line is not None
        await line.connected(asker, back)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    line = Line(database, server.sockets[0].getsockname()[1])
    try:
        yield line
    finally:
        server.close()
