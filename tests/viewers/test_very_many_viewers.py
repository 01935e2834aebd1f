"""Very many look at once: one that reads nothing is no burden, and a node that dies loses nobody anything."""

import json
import os
import signal
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest

from deploy.client import new_id
from deploy.running import Running, is_healthy
from schemas.live import CLOSE_SLOW
from services.live.viewers import GOODBYE_SECONDS, SLOW_SECONDS
from services.runtime.certificates import believed
from tests.asking import Asked
from tests.bench.machine import cpu_seconds
from tests.bench.receivers import masked, request
from tests.bench.rows import percentile
from tests.journey.cast import done
from tests.journey.waiting import until
from tests.viewers.conftest import PAGES

pytestmark = pytest.mark.timeout(400)

BACK = 60.0
CHANGES = 20
PAUSE = PAGES / 2_000
"""Seconds between two lines; the process with all pages has to read every frame once for each of them."""
FILLING = 40
LONG_TEXT = "\N{EAR OF RICE}" * 3_900
"""About as long as a line may be, in characters that take four bytes each: FILLING of them fill a socket."""


def ask(crowd: Asked, **asked):
    crowd.tell(asked)
    return crowd.answer(2 * BACK)


def write(case, text: str) -> float:
    """A line in the log of the incident that everybody sees; the moment before it was sent."""
    before = time.monotonic()
    path = f"/api/aid/incidents/{case.incident}/log"
    done(case.mandate.send(path, {"id": new_id(), "text": text}))
    return before


def heard(crowd: Asked, case, name: str, number: int = CHANGES, more: str = "") -> list[float]:
    """Seconds that each of some lines took to each page; every page saw all of them, in their order."""
    texts = [f"{name} {each} {more}".strip() for each in range(number)]
    sent = []
    for text in texts:
        sent.append(write(case, text))
        time.sleep(PAUSE)
    times = ask(crowd, do="saw", texts=texts, seconds=BACK)["times"]
    assert len(times) == PAGES
    assert all(None not in page and page == sorted(page) for page in times)
    return [seen - began for page in times for seen, began in zip(page, sent, strict=True)]


def all_are_right(crowd: Asked) -> float:
    """Seconds until every picture is that of a fresh snapshot."""
    found = ask(crowd, do="right", seconds=BACK)
    assert not found["wrong"], f"{len(found['wrong'])} of {PAGES}"
    return found["after"]


def viewers(platform: Running, name: str) -> int:
    """How many look at a node; none while it does not answer."""
    where = f"http://127.0.0.1:{platform.platform.port(name)}/health"
    try:
        return httpx.get(where, timeout=5, verify=believed()).json()["viewers"]
    except httpx.HTTPError:
        return 0


def node(platform: Running, name: str):
    return next(each for each in platform.supervisor.children if each.name == name)


def kill(platform: Running, *names: str) -> None:
    for name in names:
        os.kill(node(platform, name).pid, signal.SIGKILL)


def nodes_are_back(platform: Running) -> None:
    ports = [platform.platform.port(each.name) for each in platform.platform.live]
    until(lambda: all(map(is_healthy, ports)), BACK, what="health of every node")


@pytest.fixture(autouse=True)
def _everybody_looks(platform: Running, crowd: Asked) -> None:
    until(lambda: ask(crowd, do="count")["open"] == PAGES, BACK, what="every page open")
    nodes_are_back(platform)


class Stuck:
    """One that says where it was and then reads nothing, at a node's own door.

    Not through Caddy, which would read for it for megabytes before the node noticed, and not packed: the long
    lines would be short.
    """

    def __init__(self, port: int, cookie: str) -> None:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}") as client:
            cursor = client.get("/api/live/snapshot", headers={"Cookie": cookie}).json()["cursor"]
        self._socket = socket.socket()
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        self._socket.settimeout(BACK)
        self._socket.connect(("127.0.0.1", port))
        self._socket.sendall(request(f"127.0.0.1:{port}", "/api/live/socket", cookie))
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            head += self._socket.recv(1)
        assert head.startswith(b"HTTP/1.1 101"), head
        self._socket.sendall(masked(0x81, json.dumps({"type": "resume", "cursor": cursor}).encode()))

    def rest(self) -> bytes:
        """Whatever still comes, read in the end."""
        found = b""
        try:
            while more := self._socket.recv(65_536):
                found += more
        except ConnectionResetError:
            pass  # Cut off: that is how it may end.
        self._socket.close()
        return found


def test_one_that_reads_nothing_is_dropped_and_the_others_hear_everything_in_order(
    platform, crowd, case, cookies, say
) -> None:
    count, lost = viewers(platform, "live"), ask(crowd, do="count")["lost"]
    before = heard(crowd, case, "before")
    stuck = Stuck(platform.platform.port("live"), cookies[0])
    until(lambda: viewers(platform, "live") == count + 1, what="one more viewer")
    heard(crowd, case, "filling", FILLING, LONG_TEXT)
    beside = heard(crowd, case, "beside")
    # No longer: after 40 s the library's keepalive would drop it too, for want of an answer.
    gone = SLOW_SECONDS + GOODBYE_SECONDS + 3
    until(lambda: viewers(platform, "live") == count, gone, what="the drop of who does not read")
    said = CLOSE_SLOW.to_bytes(2, "big") + b"did not read"
    rest = stuck.rest()
    assert said not in rest or rest.endswith(said)
    without = heard(crowd, case, "without")
    all_are_right(crowd)
    assert ask(crowd, do="count")["lost"] == lost
    p99 = [f"{percentile(waits, 0.99) * 1e3:.0f} ms" for waits in (before, beside, without)]
    told = f"p99 {p99[0]} before, {p99[1]} beside one that reads nothing, {p99[2]} once it is gone"
    say(f"{PAGES} viewers: {told}")


def test_viewers_of_a_node_that_is_killed_go_on_at_the_other_where_they_were(
    platform, crowd, case, say
) -> None:
    before = ask(crowd, do="count")
    at = {each.name: viewers(platform, each.name) for each in platform.platform.live}
    # After both were gone, the one that is back first may have everybody.
    quiet, busy = sorted(at, key=lambda name: at[name])
    there = at[busy]
    assert sum(at.values()) >= PAGES
    began = time.monotonic()
    kill(platform, busy)
    write(case, "while a node is gone")
    until(lambda: viewers(platform, quiet) > at[quiet], BACK, what="viewers that move over")
    ask(crowd, do="saw", texts=["while a node is gone"], seconds=BACK)
    all_are_right(crowd)
    seconds = time.monotonic() - began
    after = ask(crowd, do="count")
    assert after["lost"] - before["lost"] == there
    assert after["resumed"] - before["resumed"] == there
    assert after["resets"] == before["resets"]
    say(f"{there} of {PAGES} viewers went to the other node without a reset; right {seconds:.1f} s after")


def test_after_every_node_was_killed_everybody_is_right_again(platform, crowd, case, say) -> None:
    before = ask(crowd, do="count")
    names = [each.name for each in platform.platform.live]
    began = time.monotonic()
    with busiest_second(platform, names) as peak:
        kill(platform, *names)
        write(case, "while nobody shows anything")
        ask(crowd, do="saw", texts=["while nobody shows anything"], seconds=BACK)
        all_are_right(crowd)
        seconds = time.monotonic() - began
    after = ask(crowd, do="count")
    assert after["lost"] - before["lost"] == PAGES and after["open"] == PAGES
    assert after["resets"] == before["resets"]
    tries = (after["attempts"] - before["attempts"]) / PAGES
    cores = ", ".join(f"{name} {cores:.2f}" for name, cores in peak.items())
    say(f"{PAGES} viewers right again {seconds:.1f} s after, {tries:.1f} tries each")
    say(f"cores used in the busiest second: {cores}")


@contextmanager
def busiest_second(platform: Running, names: list[str]) -> Iterator[dict[str, float]]:
    """Cores that each process used at most over a second, filled in as long as the block runs."""
    peak = dict.fromkeys([*names, "caddy"], 0.0)
    over = threading.Event()

    def watch() -> None:
        was: dict[str, tuple[int | None, float]] = {}
        while not over.wait(1.0):
            for name in peak:
                pid = node(platform, name).pid
                used = 0.0 if pid is None else cpu_seconds(pid)
                before, since = was.get(name, (pid, used))
                was[name] = (pid, used)
                if before == pid:
                    peak[name] = max(peak[name], used - since)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield peak
    finally:
        over.set()
        watching.join()
