"""Whatever is said to a websocket, or not: live stays right for who behaves and keeps nothing of it."""

import asyncio
import base64
import itertools
import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from deploy.parts.health import health_of
from schemas.live import CLOSE_WORD
from tests.badinput.counts import cases
from tests.badinput.scene import Scene
from tests.journey.cast import done
from tests.journey.looking import Page
from tests.journey.waiting import until

pytestmark = pytest.mark.timeout(2_400)

SILENT = 1_000
ROUNDS = cases(short=2, long=6)
CODES = {1000, 1002, 1003, 1007, CLOSE_WORD, 1009, 4401}
"""How live may end a socket on which nonsense was said."""


class Live:
    """The process, as the machine sees it."""

    def __init__(self, platform: Any) -> None:
        self._port = platform.platform.port("live")
        self._child = next(each for each in platform.supervisor.children if each.name == "live")
        self._log = platform.supervisor.log("live")
        self.pid, self.restarts = self._child.pid, self._child.restarts

    def files(self) -> int:
        """Open file descriptors."""
        return sum(1 for _ in Path(f"/proc/{self.pid}/fd").iterdir())

    def memory(self) -> int:
        """Resident KiB."""
        status = Path(f"/proc/{self.pid}/status").read_text()
        return int(next(line for line in status.splitlines() if line.startswith("VmRSS")).split()[1])

    def is_well(self) -> bool:
        """The same process, which says that it is healthy and was never surprised."""
        well = health_of(self._port, 5).status_code == 200
        # A line that tells an error has it under this name.
        surprised = '"errors": [' in self._log.read_text() if self._log.exists() else False
        return well and not surprised and (self._child.pid, self._child.restarts) == (self.pid, self.restarts)


@pytest.fixture
def live(platform) -> Live:
    return Live(platform)


@pytest.fixture
def behaved(people) -> Iterator[Page]:
    """A viewer who does nothing wrong meanwhile."""
    with Page(people.persona("Kees")) as page:
        yield page


def hears(page: Page) -> None:
    """A change that is made now reaches the page, and it never had to start over."""
    key = ("duty", str(page.client.person))
    on = not page.picture.get(*key)["on"]
    done(page.client.send("/api/aid/duty", {"on": on}))
    page.until(lambda picture: picture.get(*key)["on"] == on)
    assert page.resets == 0


numbers = st.one_of(st.integers(), st.integers(-5, 5), st.sampled_from([10**30, 2**63, True, 1.5, None, "1"]))
places = st.dictionaries(
    st.sampled_from(["incidents/0", "incidents/01", "people/1", "/", "x", "incidents/-1", "a/" + "9" * 500]),
    numbers,
    max_size=3,
)
fields = st.fixed_dictionaries(
    {"e": st.dictionaries(st.text(max_size=5), numbers, max_size=2), "i": numbers, "o": places}
)


def encoded(found: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(found).encode()).decode()


def cursors(real: str) -> st.SearchStrategy[str]:
    """The real one bent, one of ours with other numbers, and any text."""
    digest, _, where = real.partition(".")
    honest = json.loads(base64.urlsafe_b64decode(where))
    bent = st.sampled_from([*honest]).flatmap(lambda name: fields.map(lambda f: {**honest, name: f[name]}))
    return st.one_of(
        st.text(max_size=40),
        st.one_of(fields, bent).map(lambda f: f"{digest}.{encoded(f)}"),
        st.integers(0, len(real)).map(lambda at: real[:at] + '"}' + real[at:]),
        st.just(real[:-3]),
    )


def frames(real: str) -> st.SearchStrategy[str | bytes]:
    """One message of a client."""
    resumes = cursors(real).map(lambda cursor: json.dumps({"type": "resume", "cursor": cursor}))
    return st.one_of(
        resumes,
        resumes,
        st.just(json.dumps({"type": "resume", "cursor": real})),
        st.text(max_size=60),
        st.binary(max_size=60),
        st.sampled_from(["[" * 30_000, "null", '{"type": "resume"}', "x" * 70_000, '{"type": "delta"}']),
    )


def raw_frames() -> st.SearchStrategy[bytes]:
    """Bytes below the protocol: reserved bits, unmasked, endless lengths, broken UTF-8, lone pieces."""
    endless = struct.pack("!BBQ", 0x81, 0xFF, 2**62)
    return st.one_of(
        st.binary(min_size=1, max_size=40),
        st.sampled_from(
            [
                b"\x81\x02hi",
                endless,
                b"\x81\x82\0\0\0\0\xff\xfe",
                b"\x80\x80\0\0\0\0",
                b"\xf1\x80\0\0\0\0",
                b"\x88\x81\0\0\0\0x",
            ]
        ),
    )


def socket_of(platform, cookie: str) -> ClientConnection:
    url = f"ws://127.0.0.1:{platform.platform.base}/api/live/socket"
    return connect(url, additional_headers={"Cookie": cookie}, compression=None, proxy=None, close_timeout=2)


def ending(way: ClientConnection) -> int | None:
    """The code with which the server ends it; None where the network just ended."""
    try:
        while True:
            # A reset or a hello comes first where the first word was one of ours.
            json.loads(way.recv(timeout=25))
    except ConnectionClosed as over:
        return over.rcvd.code if over.rcvd is not None else None


@pytest.fixture(scope="module")
def real(people) -> str:
    snapshot = people.persona("Kees").read("/api/live/snapshot")
    return str(snapshot["cursor"])


def test_any_frames_end_in_a_code_of_ours_and_nobody_else_notices(
    platform, scene: Scene, live: Live, behaved: Page, real: str
) -> None:
    conversations = itertools.count(1)

    @seed(0)
    @settings(
        max_examples=cases(short=60, long=3_000),
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(st.lists(frames(real), min_size=1, max_size=4), st.none() | raw_frames())
    def say(said: list[str | bytes], below: bytes | None) -> None:
        with socket_of(platform, scene.cookie("helper")) as way:
            try:
                for each in said:
                    way.send(each)
                # One word more than the one that is heard: so every one of these ends.
                way.send("over")
                if below is not None:
                    way.socket.sendall(below)
            except (ConnectionClosed, OSError):
                pass
            code = ending(way)
            assert code is None or code in CODES, (said, below)
        # A page that is not read for long ends by itself.
        if next(conversations) % 50 == 0:
            hears(behaved)

    say()
    hears(behaved)
    assert live.is_well()


def test_a_thousand_who_never_speak_are_let_go_and_nobody_else_notices(
    platform, scene: Scene, live: Live, behaved: Page
) -> None:
    before, memory = live.files(), []
    for _ in range(ROUNDS):
        asyncio.run(_silent(platform.platform.base, scene.cookie("helper"), lambda: hears(behaved)))
        until(lambda: live.files() <= before + 5, 40, what="every socket is let go")
        memory.append(live.memory())
    hears(behaved)
    assert live.is_well()
    print("resident KiB after each round:", memory)
    assert memory[-1] < memory[0] * 1.1, memory


async def _silent(port: int, cookie: str, meanwhile: Any) -> None:
    """Three kinds: no request at all, half a handshake, and a whole one with nothing after it."""
    head = f"GET /api/live/socket HTTP/1.1\r\nHost: localhost:{port}\r\nCookie: {cookie}\r\n".encode()
    whole = (
        b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    )
    kinds = [b"", head, *[head + whole] * 8]
    ways = []
    for number in range(SILENT):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(kinds[number % len(kinds)])
        ways.append((reader, writer))
    await asyncio.to_thread(meanwhile)
    async with asyncio.timeout(90):
        # The server ends every one of them: what it says last is read to its end.
        await asyncio.gather(*(_to_the_end(reader) for reader, _ in ways))
    for _, writer in ways:
        writer.close()


async def _to_the_end(reader: asyncio.StreamReader) -> None:
    try:
        await reader.read()
    except ConnectionResetError:
        return


def test_a_stranger_gets_no_socket_from_another_page(platform, scene: Scene) -> None:
    url = f"ws://127.0.0.1:{platform.platform.base}/api/live/socket"
    with (
        pytest.raises(InvalidStatus) as refused,
        connect(
            url,
            additional_headers={"Cookie": scene.cookie("helper")},
            origin="https://elders.example",
            proxy=None,
        ),
    ):
        pass
    assert refused.value.response.status_code == 403
