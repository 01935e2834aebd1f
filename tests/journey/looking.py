"""Somebody at a page: a snapshot, then a websocket, and the picture that follows from both."""

import contextlib
import json
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Self

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from deploy.client import Client

Spot = tuple[str, str]
Row = dict[str, Any]


class Data(dict[str, Any]):
    """Fields of a row; one that is not there is None, as in a snapshot's columns."""

    def __missing__(self, name: str) -> None:
        return None


class Picture:
    """Rows by kind and id, kept as the protocol says: the highest version wins, of removed rows too."""

    def __init__(self, snapshot: dict[str, Any]) -> None:
        self.cursor = snapshot["cursor"]
        self.rows: dict[Spot, Row] = {}
        self.gone: dict[Spot, tuple[int, ...]] = {}
        for table in snapshot["tables"]:
            for key, version, *values in table["rows"]:
                data = {n: v for n, v in zip(table["fields"], values, strict=True) if v is not None}
                self.rows[table["kind"], key] = {"v": version, "level": table["level"], "data": data}

    def apply(self, frame: dict[str, Any]) -> None:
        """One frame of the websocket."""
        for row in frame.get("changed", ()):
            spot = (row["kind"], row["id"])
            if tuple(row["v"]) > self._known(spot):
                data = {name: value for name, value in row["data"].items() if value is not None}
                self.rows[spot] = {"v": row["v"], "level": row["level"], "data": data}
                self.gone.pop(spot, None)
        for row in frame.get("removed", ()):
            spot = (row["kind"], row["id"])
            if tuple(row["v"]) >= self._known(spot):
                self.rows.pop(spot, None)
                self.gone[spot] = tuple(row["v"])
        self.cursor = frame.get("cursor", self.cursor)

    def _known(self, spot: Spot) -> tuple[int, ...]:
        row = self.rows.get(spot)
        return self.gone.get(spot, ()) if row is None else tuple(row["v"])

    def get(self, kind: str, key: str) -> "Data":
        """The data of a row; nothing in it where the row is not seen."""
        row = self.rows.get((kind, key))
        return Data({} if row is None else row["data"])


class Page:
    """An open page; a context manager. `raw` is every text that ever reached it."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.raw: list[str] = []
        self.resets = 0
        self.picture = Picture(self._snapshot())
        self._open = ExitStack()
        self.cookie = client.cookie
        self._socket: ClientConnection | None = None
        self.resume()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.drop()

    def resume(self) -> bool:
        """Connect from the last cursor; whether that worked without starting over."""
        self._socket = self._connect()
        first = json.loads(self._received(5.0))
        if first["type"] == "reset":
            self.resets += 1
            self.drop()
            self.picture = Picture(self._snapshot())
            self._socket = self._connect()
            self.picture.apply(json.loads(self._received(5.0)))
            return False
        self.picture.apply(first)
        return True

    def refused(self) -> int:
        """Connects in vain; the code with which the server says so."""
        self._socket = self._connect()
        return self.closed()

    def drop(self) -> None:
        """The network is gone: no goodbye."""
        if self._socket is not None:
            with contextlib.suppress(OSError):
                self._socket.socket.shutdown(socket.SHUT_RDWR)
            self._open.close()
            self._socket = None

    def hear(self, seconds: float) -> bool:
        """Take in one frame; False if none came in time. Raises ConnectionClosed."""
        try:
            frame = json.loads(self._received(seconds))
        except TimeoutError:
            return False
        if frame["type"] == "reset":
            self.resets += 1
            self.drop()
            self.picture = Picture(self._snapshot())
            self.resume()
            return True
        self.picture.apply(frame)
        return True

    def until(self, condition: Callable[[Picture], Any], seconds: float = 15.0) -> Any:
        """What the condition returns of the picture once that counts as true; nothing is fetched anew."""
        end = time.monotonic() + seconds
        while not (found := condition(self.picture)):
            left = end - time.monotonic()
            assert left > 0, f"the page did not change as expected; it saw {self.raw[-3:]}"
            self.hear(left)
        return found

    def closed(self, seconds: float = 15.0) -> int:
        """The code with which the server closes the page."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            try:
                self.hear(max(0.1, end - time.monotonic()))
            except ConnectionClosed as over:
                assert over.rcvd is not None
                return over.rcvd.code
        raise AssertionError("the page was not closed")

    def _snapshot(self) -> dict[str, Any]:
        found = self.client.read("/api/live/snapshot")
        assert isinstance(found, dict), found
        self.raw.append(json.dumps(found))
        return found

    def _headers(self) -> dict[str, str]:
        """A system sends its token, and no Origin: it is no page."""
        shown = self.client.shown
        return shown if "Authorization" in shown else {"Cookie": self.cookie, "Origin": self.client.origin}

    def _connect(self) -> ClientConnection:
        origin = self.client.origin
        way = connect(
            origin.replace("http", "ws") + "/api/live/socket",
            additional_headers=self._headers(),
            compression=None,
            proxy=None,
            close_timeout=1,
        )
        made = self._open.enter_context(way)
        # A server that closes at once is heard of at the first read.
        with contextlib.suppress(ConnectionClosed):
            made.send(json.dumps({"type": "resume", "cursor": self.picture.cursor}))
        return made

    def _received(self, seconds: float) -> str:
        assert self._socket is not None
        text = self._socket.recv(timeout=seconds)
        assert isinstance(text, str)
        self.raw.append(text)
        return text
