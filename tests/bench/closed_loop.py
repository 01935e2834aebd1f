"""Sends HTTP requests over some connections, each as soon as the one before it is answered.

Run as a process of its own, so that it does not wait for whoever measures: `send` starts it.
"""

import asyncio
import pickle
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import uvloop

from deploy.bootstrap import ROOT


@dataclass(frozen=True)
class Sent:
    """`seconds` from the first byte to the last answer; per request: how long it took, and its status."""

    seconds: float
    waits: list[float] = field(repr=False)
    statuses: list[int] = field(repr=False)
    first_wrong: bytes = b""


def send(port: int, requests: Sequence[bytes], clients: int) -> Sent:
    """Send all of them to a port on loopback."""
    told = pickle.dumps((port, list(requests), clients))
    command = [sys.executable, "-m", "tests.bench.closed_loop"]
    done = subprocess.run(command, cwd=ROOT, input=told, stdout=subprocess.PIPE, check=True)
    found = pickle.loads(done.stdout)
    assert isinstance(found, Sent)
    return found


class Answers(asyncio.Protocol):
    """One connection; answers to its requests come in order, one at a time."""

    def __init__(self) -> None:
        self._parts = b""
        self._wanted: asyncio.Future[bytes] | None = None
        # uvloop's transports are no asyncio.Transport.
        self._transport: Any = None
        self.is_open = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self.is_open = True

    def connection_lost(self, error: Exception | None) -> None:
        self.is_open = False
        if self._wanted is not None and not self._wanted.done():
            self._wanted.set_exception(error or ConnectionError("closed"))

    def data_received(self, data: bytes) -> None:
        self._parts += data
        head, found, body = self._parts.partition(b"\r\n\r\n")
        if found and len(body) >= _length(head) and self._wanted is not None:
            whole, self._parts = self._parts, b""
            self._wanted.set_result(whole)

    async def ask(self, request: bytes) -> bytes:
        """The whole answer to a request. Raises ConnectionError: the other side closed."""
        if not self.is_open:
            raise ConnectionError("closed")
        self._wanted = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        return await self._wanted


def _length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        if line.lower().startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    raise ValueError(f"an answer without a length: {head!r}")


async def _send(port: int, requests: Sequence[bytes], clients: int) -> Sent:
    loop = asyncio.get_running_loop()
    waits, statuses = [0.0] * len(requests), [0] * len(requests)
    waiting = iter(enumerate(requests))
    wrong: list[bytes] = []

    async def client(answers: Answers) -> None:
        for place, request in waiting:
            began = time.perf_counter()
            answer = await answers.ask(request)
            waits[place] = time.perf_counter() - began
            statuses[place] = int(answer[9:12])
            if statuses[place] != 200:
                wrong.append(answer)

    opened = [(await loop.create_connection(Answers, "127.0.0.1", port)) for _ in range(clients)]
    began = time.perf_counter()
    await asyncio.gather(*(client(protocol) for _, protocol in opened))
    seconds = time.perf_counter() - began
    for transport, _ in opened:
        transport.close()
    return Sent(seconds, waits, statuses, next(iter(wrong), b""))


def main() -> None:
    """Requests come in by standard input, what came of them goes out by standard output."""
    # The class must be importable under its own name by whoever reads the answer.
    from tests.bench import closed_loop

    port, requests, clients = pickle.loads(sys.stdin.buffer.read())
    found = uvloop.run(closed_loop._send(port, requests, clients))
    sys.stdout.buffer.write(pickle.dumps(found))


if __name__ == "__main__":
    main()
