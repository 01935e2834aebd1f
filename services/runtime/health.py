"""Answers GET /health for processes without an HTTP interface of their own: progress, not presence.

GET /alive says only that the process still turns: what a restart mends, and no more.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from typing import Final

from services.runtime import metrics
from services.runtime.settings import LOOPBACK

ASK_SECONDS: Final = 2.0
SILENT_SECONDS: Final = 6.0
"""Three questions without an answer: what is shown or promised cannot be relied on any more."""


@dataclass(frozen=True)
class Health:
    """`why` says in one sentence what is wrong; `lag` is in records; `viewers` only `live` has."""

    healthy: bool
    why: str = ""
    lag: int = 0
    viewers: int = 0
    details: dict[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """HTTP status: 200, or 503 when there is no progress."""
        return 200 if self.healthy else 503

    def body(self) -> bytes:
        """The JSON of the answer."""
        return json.dumps(asdict(self)).encode()


ALIVE: Final = "/alive"
"""Unlike /health it stays well while something that we depend on is away: no restart brings that back."""

OF_ITSELF: Final = ("/health", ALIVE, metrics.PATH)
"""What machines ask every few seconds, on a process's own port."""


class Pulse:
    """Asks somebody we depend on a small question every two seconds, and knows whether they still answer."""

    def __init__(
        self, ask: Callable[[], Awaitable[object]], elapsed: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask = ask
        self._elapsed = elapsed
        self._answered_at = elapsed()

    @property
    def answers(self) -> bool:
        """Whether there was an answer in the last six seconds."""
        return self._elapsed() - self._answered_at <= SILENT_SECONDS

    async def run(self) -> None:
        """Ask for ever."""
        while True:
            # Whatever goes wrong with the question is what is watched for: it shows as silence.
            with contextlib.suppress(Exception):
                async with asyncio.timeout(ASK_SECONDS):
                    await self._ask()
                self._answered_at = self._elapsed()
            await asyncio.sleep(ASK_SECONDS)


def depends_on(database: Pulse, tasks: Iterable["asyncio.Task[None]"]) -> list[str]:
    """What keeps an owner from going on: a silent database, and tasks that should never end and did."""
    ended = [f"{task.get_name()} has ended" for task in tasks if task.done()]
    return ended if database.answers else ["the database does not answer", *ended]


def told(path: str, look: Callable[[], Health]) -> tuple[int, str, bytes]:
    """Status, type and body of what machines ask (OF_ITSELF): that it turns, its numbers, or else its health.

    That it turns is said without a look at how it is: nothing else may have a process restarted.
    """
    if path == ALIVE:
        return 200, "application/json", Health(healthy=True).body()
    found = look()
    if path == metrics.PATH:
        metrics.gauge(metrics.HEALTHY).set(found.healthy)
        return 200, metrics.CONTENT_TYPE, metrics.text()
    return found.status, "application/json", found.body()


@asynccontextmanager
async def health_server(port: int, look: Callable[[], Health], host: str = LOOPBACK) -> AsyncIterator[None]:
    """Serve `look()` on host:port while the block runs, and beside it what Prometheus asks for."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(5):
                asked = await reader.readuntil(b"\r\n\r\n")
                path = asked.decode("latin-1").split(" ", 2)[1:2]
                status, kind, body = told("".join(path), look)
                head = (
                    f"HTTP/1.1 {status} {'OK' if status == 200 else 'Service Unavailable'}\r\n"
                    f"Content-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
                    "Connection: close\r\n\r\n"
                )
                writer.write(head.encode() + body)
                await writer.drain()
        except (TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, ConnectionError):
            return  # Whoever asked has gone or did not ask in HTTP; there is nobody to tell.
        finally:
            writer.close()

    server = await asyncio.start_server(answer, host, port)
    async with server:
        yield
