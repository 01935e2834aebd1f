"""Very many viewers in one process that cost little: they count bytes, and a few of them read what comes.

Started with a port; then one JSON line in, one JSON line out:
{"open": [[cookie, cursor], ...], "path": PATH, "reading": [numbers of viewers]}
    -> {"open": how many stand}
{"mark": TEXT, "marks": 2, "seconds": 60}
    -> {"watching": how many}, then, once TEXT0 and TEXT1 came or time was up,
       {"marked": how many saw both, "bytes": [per viewer], "seen": [[viewer, row, version, ns], ...]}
"""

import asyncio
import json
import resource
import sys
import time
from typing import Any, Final, cast

import uvloop

TOGETHER: Final = 50
"""Sockets that open at the same time."""

SPARE_FILES: Final = 200


class Viewer(asyncio.Protocol):
    """One socket: skips from frame to frame, answers pings, and looks for marks."""

    def __init__(self, host: str, path: str, cookie: str, first: str) -> None:
        self._hello = request(host, path, cookie)
        self._first = first
        self._transport: asyncio.Transport | None = None
        self._skip = 0
        self._left = b""
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.marked: asyncio.Future[None] | None = None
        self._wanted: set[bytes] = set()
        self._tail = b""
        self.bytes = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Asks for the websocket."""
        # uvloop's transports are no subclass of asyncio's.
        self._transport = cast(asyncio.Transport, transport)
        self._transport.write(self._hello)

    def connection_lost(self, exc: Exception | None) -> None:
        """Whoever waits hears of it."""
        for waited in (self.opened, self.marked):
            if waited is not None and not waited.done():
                waited.set_exception(exc or ConnectionError("closed"))

    def look_for(self, marks: list[bytes]) -> "asyncio.Future[None]":
        """Count from here on; done once all marks were seen."""
        self.bytes = 0
        self._wanted, self._tail = set(marks), b""
        self.marked = asyncio.get_running_loop().create_future()
        return self.marked

    def data_received(self, data: bytes) -> None:
        """What came: the answer to the request first, then frames."""
        if not self.opened.done():
            self._shake_hands(data)
            return
        self.bytes += len(data)
        if self._wanted:
            self._look(data)
        if self._left:
            data, self._left = self._left + data, b""
        at = self._skip
        while at < len(data):
            size = self._frame(data, at)
            if size == 0:
                self._left = data[at:]
                at = len(data)
                break
            at += size
        self._skip = at - len(data)

    def _look(self, data: bytes) -> None:
        text = self._tail + data
        self._wanted -= {mark for mark in self._wanted if mark in text}
        self._tail = text[-64:]
        if not self._wanted and self.marked is not None and not self.marked.done():
            self.marked.set_result(None)

    def _shake_hands(self, data: bytes) -> None:
        self._left += data
        head, end, rest = self._left.partition(b"\r\n\r\n")
        if not end:
            return
        self._left = b""
        if not head.startswith(b"HTTP/1.1 101"):
            self.opened.set_exception(ConnectionError(head.partition(b"\r\n")[0].decode()))
            return
        assert self._transport is not None
        self._transport.write(masked(0x81, self._first.encode()))
        self.opened.set_result(None)
        if rest:
            self.data_received(rest)

    def _frame(self, data: bytes, at: int) -> int:
        """Bytes of the frame that begins there; 0 while its head is not whole."""
        head, size = head_of(data, at)
        if head == 0:
            return 0
        if data[at] & 0x0F == 0x9:
            if len(data) < at + head + size:
                return 0
            assert self._transport is not None
            self._transport.write(masked(0x8A, data[at + head : at + head + size]))
        return head + size


class Reader(Viewer):
    """One that reads every row and notes when it came."""

    def __init__(self, host: str, path: str, cookie: str, first: str) -> None:
        super().__init__(host, path, cookie, first)
        self.seen: list[tuple[str, int, int]] = []

    def _frame(self, data: bytes, at: int) -> int:
        head, size = head_of(data, at)
        if head == 0 or len(data) < at + head + size:
            return 0
        if data[at] == 0x81:
            now = time.monotonic_ns()
            frame = json.loads(data[at + head : at + head + size])
            self.seen += [(row["id"], row["v"][1], now) for row in frame.get("changed", ())]
        return super()._frame(data, at)


def head_of(data: bytes, at: int) -> tuple[int, int]:
    """Sizes of a frame's head and of what it carries; (0, 0) while the head is not whole."""
    if len(data) < at + 2:
        return 0, 0
    size = data[at + 1] & 0x7F
    wide = {126: 2, 127: 8}.get(size, 0)
    if len(data) < at + 2 + wide:
        return 0, 0
    return 2 + wide, int.from_bytes(data[at + 2 : at + 2 + wide], "big") if wide else size


def masked(first: int, payload: bytes) -> bytes:
    """A frame from a client; its mask is zero, so that the payload stays as it is."""
    size = len(payload)
    length = bytes([0x80 | size]) if size < 126 else b"\xfe" + size.to_bytes(2, "big")
    return bytes([first]) + length + bytes(4) + payload


def request(host: str, path: str, cookie: str) -> bytes:
    """The question for a websocket."""
    lines = (
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        f"Cookie: {cookie}",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def opened(port: int, asked: dict[str, Any]) -> list[Viewer]:
    """Everybody who is asked for, connected."""
    gate = asyncio.Semaphore(TOGETHER)
    loop = asyncio.get_running_loop()

    async def one(number: int, cookie: str, cursor: str) -> Viewer:
        kind = Reader if number in asked["reading"] else Viewer
        first = json.dumps({"type": "resume", "cursor": cursor})
        async with gate:
            made = kind(f"127.0.0.1:{port}", asked["path"], cookie, first)
            await loop.create_connection(lambda: made, "127.0.0.1", port)
            await made.opened
        return made

    return list(await asyncio.gather(*(one(number, *each) for number, each in enumerate(asked["open"]))))


async def watched(viewers: list[Viewer], asked: dict[str, Any]) -> dict[str, Any]:
    """What everybody saw until the marks came, or time was up."""
    marks = [f"{asked['mark']}{number}".encode() for number in range(asked["marks"])]
    readers = [viewer for viewer in viewers if isinstance(viewer, Reader)]
    for reader in readers:
        reader.seen = []
    waiting = [viewer.look_for(marks) for viewer in viewers]
    say({"watching": len(viewers)})
    done, late = await asyncio.wait(waiting, timeout=asked["seconds"])
    for each in late:
        each.cancel()
    marked = sum(each.exception() is None for each in done)
    seen = [(number, *one) for number, reader in enumerate(readers) for one in reader.seen]
    return {"marked": marked, "bytes": [viewer.bytes for viewer in viewers], "seen": seen}


def say(answer: dict[str, Any]) -> None:
    """One line to whoever asked."""
    print(json.dumps(answer), flush=True)


async def main(port: int) -> None:
    """Answer until nobody asks any more."""
    viewers: list[Viewer] = []
    while line := await asyncio.to_thread(sys.stdin.readline):
        asked = json.loads(line)
        if "open" in asked:
            resource.setrlimit(resource.RLIMIT_NOFILE, files_for(len(asked["open"])))
            viewers = await opened(port, asked)
            say({"open": len(viewers)})
        else:
            say(await watched(viewers, asked))


def files_for(sockets: int) -> tuple[int, int]:
    """The limit of open files that so many sockets need, and the hard limit as it is."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(soft, min(hard, sockets + SPARE_FILES)), hard


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
