"""A thousand viewers in one process: they note when each claim reached the last of them.

Frames are taken apart by hand: a viewer that is a whole client would take the machine from what is measured.
"""

import asyncio
import base64
import json
import re
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any, Final, Self

import uvloop

from deploy.bootstrap import ROOT

SEEN: Final = re.compile(rb'"kind": ?"commitment", ?"id": ?"([0-9a-f-]{36})"')
KEY: Final = base64.b64encode(b"sixteen bytes...").decode()
PING, CLOSE = 9, 8
OPEN_SECONDS: Final = 30
AT_ONCE: Final = 50


@dataclass(frozen=True)
class Watched:
    """Claim -> how many viewers have it, and when the last got it (monotonic seconds); bytes for each."""

    claims: Mapping[str, tuple[int, float]]
    size: int


class Audience:
    """A context manager: the viewers are there when the block begins. `watched` ends their process."""

    def __init__(self, port: int, path: str, cookie: str, first: str, number: int) -> None:
        self._told = {"port": port, "path": path, "cookie": cookie, "first": first, "number": number}
        self._process: subprocess.Popen[str] | None = None

    def __enter__(self) -> Self:
        command = [sys.executable, "-m", "tests.bench.onlookers"]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._write(json.dumps(self._told))
        ready = self._out.readline().strip()
        if ready != "ready":
            raise RuntimeError(f"the viewers did not come: {ready!r}")
        return self

    def __exit__(self, *_: object) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()

    @property
    def pid(self) -> int:
        """Of the viewers' process."""
        assert self._process is not None
        return self._process.pid

    def watched(self, claims: int, seconds: float) -> Watched:
        """What they saw, once all have so many claims or after so many seconds."""
        self._write(json.dumps({"claims": claims, "seconds": seconds}))
        found = json.loads(self._out.readline())
        return Watched({key: (seen, at) for key, (seen, at) in found["claims"].items()}, found["size"])

    @property
    def _out(self) -> IO[str]:
        assert self._process is not None and self._process.stdout is not None
        return self._process.stdout

    def _write(self, line: str) -> None:
        assert self._process is not None and self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()


class Notes:
    """What all viewers saw together."""

    def __init__(self) -> None:
        self.claims: dict[str, list[Any]] = {}
        self.size = 0
        self.lost = 0
        self._last: bytes = b""
        self._in_last: list[list[Any]] = []

    def note(self, payload: bytes) -> None:
        """A viewer got this; the others of its audience get the same bytes."""
        if payload != self._last:
            self._last = payload
            self._in_last = [self.claims.setdefault(key.decode(), [0, 0.0]) for key in SEEN.findall(payload)]
        self.size += len(payload)
        now = time.monotonic()
        for claim in self._in_last:
            claim[0] += 1
            claim[1] = now


class Viewer(asyncio.Protocol):
    """One websocket, from its handshake on; `ready` once the server has welcomed it."""

    def __init__(self, notes: Notes, head: bytes, first: bytes) -> None:
        self._notes = notes
        self._head = head
        self._first = first
        self._data = b""
        self._open = False
        self._why = b""
        self._transport: Any = None
        self.ready: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._transport.write(self._head)

    def connection_lost(self, error: Exception | None) -> None:
        self._notes.lost += 1
        if not self.ready.done():
            self.ready.set_exception(error or ConnectionError(repr(self._why or self._data[:200])))

    def data_received(self, data: bytes) -> None:
        self._data += data
        if not self._open:
            _, found, rest = self._data.partition(b"\r\n\r\n")
            if not found:
                return
            self._open, self._data = True, rest
            if self._first:
                self._transport.write(_masked(1, self._first))
            else:
                self._welcome()
        self._frames()

    def _frames(self) -> None:
        while (whole := _frame(self._data)) is not None:
            opcode, payload, self._data = whole
            if opcode == PING:
                self._transport.write(_masked(10, payload))
            elif opcode == CLOSE:
                self._why = payload
            elif opcode == 1:
                self._welcome()
                self._notes.note(payload)

    def _welcome(self) -> None:
        if not self.ready.done():
            self.ready.set_result(None)


def _frame(data: bytes) -> tuple[int, bytes, bytes] | None:
    """Opcode and payload of the first whole frame, and what comes after it."""
    if len(data) < 2:
        return None
    length, start = data[1] & 0x7F, 2
    if length > 125:
        start = 4 if length == 126 else 10
        length = int.from_bytes(data[2:start])
    if len(data) < start + length:
        return None
    return data[0] & 0x0F, data[start : start + length], data[start + length :]


def _masked(opcode: int, payload: bytes) -> bytes:
    """A client's frame; its mask is zero, so the payload stays as it is."""
    length = len(payload)
    size = bytes([0x80 | length]) if length <= 125 else bytes([0x80 | 126]) + length.to_bytes(2)
    return bytes([0x80 | opcode]) + size + bytes(4) + payload


async def _look(told: dict[str, Any]) -> None:
    loop = asyncio.get_running_loop()
    notes = Notes()
    head = (
        f"GET {told['path']} HTTP/1.1\r\nHost: localhost:{told['port']}\r\nUpgrade: websocket\r\n"
        f"Connection: Upgrade\r\nSec-WebSocket-Key: {KEY}\r\nSec-WebSocket-Version: 13\r\n"
        f"Cookie: {told['cookie']}\r\n\r\n"
    ).encode()
    gate = asyncio.Semaphore(AT_ONCE)

    async def come() -> None:
        async with gate:
            made: tuple[Any, Viewer] = await loop.create_connection(
                lambda: Viewer(notes, head, told["first"].encode()), "127.0.0.1", told["port"]
            )
            await made[1].ready

    async with asyncio.timeout(OPEN_SECONDS):
        await asyncio.gather(*(come() for _ in range(told["number"])))
    notes.size = 0
    print("ready", flush=True)
    wanted = json.loads(await loop.run_in_executor(None, sys.stdin.readline))
    end = loop.time() + wanted["seconds"]
    while loop.time() < end and not notes.lost:
        if sum(seen == told["number"] for seen, _ in notes.claims.values()) >= wanted["claims"]:
            break
        await asyncio.sleep(0.05)
    print(json.dumps({"claims": notes.claims, "size": notes.size // told["number"]}), flush=True)


if __name__ == "__main__":
    uvloop.run(_look(json.loads(sys.stdin.readline())))
