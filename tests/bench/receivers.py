"""Very many viewers in one process that cost little: they count bytes, and a few of them read what comes.

Started with a port; then one JSON line in, one JSON line out:
{"open": [[cookie, cursor], ...], "path": PATH, "reading": [numbers of viewers]} -> {"open": how many stand}
{"count": 1}    -> {"counting": how many}, from here on
{"mark": TEXT, "marks": 2, "seconds": 60}
    -> {"looking": how many}, then, once TEXT0 and TEXT1 came or time was up,
       {"marked": how many saw both, "bytes": [per viewer], "seen": [[viewer, row, version, ns], ...]}
They agree to packed messages as browsers do, but unpack only what they read or look for a mark in.
"""

import asyncio
import json
import sys
import time
import zlib
from typing import Any, Final, cast

import uvloop

from tests.open_files import allow

TEXT, PACKED_TEXT, PING, PONG = 0x81, 0xC1, 0x89, 0x8A
PACKED: Final = "Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits"
TOGETHER: Final = 50
"""Sockets that open at the same time."""


class Viewer(asyncio.Protocol):
    """One socket: skips from frame to frame, answers pings, and looks for marks when there are any."""

    def __init__(self, host: str, path: str, cookie: str, first: str) -> None:
        self._hello = request(host, path, cookie, PACKED)
        self._first = first
        self._transport: asyncio.Transport | None = None
        self._skip = 0
        self._left = b""
        self._wanted: set[bytes] = set()
        self.opened: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.marked: asyncio.Future[None] | None = None
        self.bytes = 0
        self.seen: list[tuple[str, int, int]] = []

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

    def count(self) -> None:
        """Only what comes from here on counts."""
        self.bytes, self.seen = 0, []

    def look_for(self, marks: list[bytes]) -> "asyncio.Future[None]":
        """Done once all marks were seen."""
        self._wanted = set(marks)
        self.marked = asyncio.get_running_loop().create_future()
        return self.marked

    def data_received(self, data: bytes) -> None:
        """What came: the answer to the request first, then frames."""
        if not self.opened.done():
            self._shake_hands(data)
            return
        self.bytes += len(data)
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

    def reads(self) -> bool:
        """Whether it needs what the next frame carries."""
        return bool(self._wanted)

    def read(self, text: bytes) -> None:
        """One message, unpacked."""
        self._wanted -= {mark for mark in self._wanted if mark in text}
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
        self._transport.write(masked(TEXT, self._first.encode()))
        self.opened.set_result(None)
        if rest:
            self.data_received(rest)

    def _frame(self, data: bytes, at: int) -> int:
        """Bytes of the frame that begins there; 0 while what is needed of it is not whole."""
        head, size = head_of(data, at)
        kind = data[at]
        is_needed = kind == PING or (kind in {TEXT, PACKED_TEXT} and self.reads())
        if head == 0 or (is_needed and len(data) < at + head + size):
            return 0
        if is_needed:
            carried = data[at + head : at + head + size]
            if kind == PING:
                assert self._transport is not None
                self._transport.write(masked(PONG, carried))
            else:
                self.read(unpacked(carried) if kind == PACKED_TEXT else carried)
        return head + size


class Reader(Viewer):
    """One that reads every row and notes when it came."""

    def reads(self) -> bool:
        """All of them."""
        return True

    def read(self, text: bytes) -> None:
        """Notes the rows."""
        now = time.monotonic_ns()
        self.seen += [(row["id"], row["v"][1], now) for row in json.loads(text).get("changed", ())]
        super().read(text)


def unpacked(carried: bytes) -> bytes:
    """The text of a packed message (RFC 7692, 7.2.2)."""
    return zlib.decompressobj(-15).decompress(carried + b"\x00\x00\xff\xff")


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


def request(host: str, path: str, cookie: str, *more: str) -> bytes:
    """The question for a websocket, with more headers where there are any."""
    lines = (
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "Upgrade: websocket",
        "Connection: Upgrade",
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
        "Sec-WebSocket-Version: 13",
        f"Cookie: {cookie}",
        *more,
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
    """What everybody saw from the count on until the marks came, or time was up."""
    marks = [f"{asked['mark']}{number}".encode() for number in range(asked["marks"])]
    waiting = [viewer.look_for(marks) for viewer in viewers]
    say({"looking": len(viewers)})
    done, late = await asyncio.wait(waiting, timeout=asked["seconds"])
    for each in late:
        each.cancel()
    found = sum(each.exception() is None for each in done)
    readers = [viewer for viewer in viewers if isinstance(viewer, Reader)]
    seen = [(number, *one) for number, reader in enumerate(readers) for one in reader.seen]
    return {"marked": found, "bytes": [viewer.bytes for viewer in viewers], "seen": seen}


def say(answer: dict[str, Any]) -> None:
    """One line to whoever asked."""
    print(json.dumps(answer), flush=True)


async def main(port: int) -> None:
    """Answer until nobody asks any more."""
    viewers: list[Viewer] = []
    while line := await asyncio.to_thread(sys.stdin.readline):
        asked = json.loads(line)
        if "open" in asked:
            allow(len(asked["open"]))
            viewers = await opened(port, asked)
            say({"open": len(viewers)})
        elif "count" in asked:
            for viewer in viewers:
                viewer.count()
            say({"counting": len(viewers)})
        else:
            say(await watched(viewers, asked))


if __name__ == "__main__":
    uvloop.run(main(int(sys.argv[1])))
