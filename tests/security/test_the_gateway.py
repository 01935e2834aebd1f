"""What the gateway says of itself and to browsers, with nobody behind it: also when it has only bad news."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, TCPServer

import httpx
import pytest

from deploy.parts import caddy
from deploy.parts.ports import answers, take_block
from deploy.parts.spawn import spawn
from deploy.stack import Platform, gateway_environment, secrets_in
from services.runtime.settings import Mode, Seed
from tests.journey.waiting import until

PAGE = "<!doctype html><title>Noaber</title>"
EVERY_ANSWER = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-origin",
}
PAGES = {
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), geolocation=()",
}
POLICY = {
    "default-src 'self'",
    "connect-src 'self'",
    "img-src 'self' data:",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
}
PART_POLICY = {"default-src 'none'", "frame-ancestors 'none'"}
"""Of scripts, styles and data: opened by themselves they load nothing and stand in no frame."""

SCRIPT = "/assets/page-1a2b3c.js"


class Listening(TCPServer):
    """Takes its port also when an earlier stack's connections there still linger."""

    allow_reuse_address = True


class Echo(StreamRequestHandler):
    """Answers one request on each connection with the headers that it was sent."""

    def handle(self) -> None:
        """One connection."""
        heard = b"".join(iter(self.rfile.readline, b"\r\n")).replace(b"\r\n", b"\n")
        length = b"Content-Length: %d\r\n" % len(heard)
        self.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\n" + length + b"\r\n" + heard)
        self.connection.shutdown(socket.SHUT_WR)
        # Closed with something unread, a connection is reset, and the answer may be lost with it.
        self.rfile.read()


@contextmanager
def gateway_in(home: Path, told: dict[str, str]) -> Iterator[Platform]:
    """A gateway with pages, a directory that echoes, and nobody else; `told` beside what it always is."""
    pages = home / "pages"
    (pages / "assets").mkdir(parents=True)
    (pages / "index.html").write_text(PAGE)
    (pages / "assets" / "page-1a2b3c.js").write_text("export {}\n")
    block = take_block()
    made = Platform(block.base, Mode.REAL, Seed.NONE, home, secrets_in(home / "secrets.json"))
    echo = Listening(("127.0.0.1", made.port("directory")), Echo)
    threading.Thread(target=echo.serve_forever, daemon=True).start()
    environment = {**gateway_environment(made, pages), **told}
    process = spawn(caddy.command(), home / "caddy.log", home, environment)
    try:
        until(lambda: answers(made.base), what="the gateway answers")
        yield made
    finally:
        process.terminate()
        process.wait(15)
        echo.shutdown()
        echo.server_close()
        block.leave()


@pytest.fixture(scope="module")
def platform(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Platform]:
    with gateway_in(tmp_path_factory.mktemp("gateway"), {}) as made:
        yield made


@pytest.fixture
def gateway(platform: Platform) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"http://127.0.0.1:{platform.base}", trust_env=False, timeout=15) as made:
        yield made


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 200),
        ("GET", SCRIPT, 200),
        ("GET", "/assets/page-of-last-week.js", 404),
        ("GET", "/assets/", 404),
        ("GET", "/api/directory/me", 200),
        ("GET", "/api/aid/duty", 503),
        ("GET", "/api/nothing", 404),
        ("TRACE", "/", 405),
    ],
)
def test_every_answer_has_the_same_protection_and_names_no_software(gateway, method, path, status) -> None:
    answer = gateway.request(method, path)
    assert answer.status_code == status
    assert {name: answer.headers.get(name) for name in EVERY_ANSWER} == EVERY_ANSWER
    assert "access-control-allow-origin" not in answer.headers
    assert "server" not in answer.headers and "via" not in answer.headers
    policies = [set(each.split("; ")) for each in answer.headers.get_list("content-security-policy")]
    if path.startswith(("/api/", "/assets/")):
        assert policies == [PART_POLICY]
    else:
        assert policies == [POLICY]
        assert {name: answer.headers.get(name) for name in PAGES} == PAGES


def test_what_is_missing_or_fails_is_not_kept(gateway) -> None:
    for path in ("/api/aid/duty", "/api/nothing", "/assets/page-of-last-week.js"):
        assert gateway.get(path).headers.get_list("cache-control") == ["no-store"], path
    kept = gateway.get(SCRIPT).headers
    assert kept["cache-control"] == "max-age=31536000, immutable"
    assert "etag" not in kept and "last-modified" not in kept


def test_over_tls_a_browser_is_told_to_stay_with_tls_and_without_it_nothing(gateway) -> None:
    told = gateway.get("/", headers={"X-Forwarded-Proto": "https"}).headers
    assert told["strict-transport-security"] == "max-age=63072000; includeSubDomains"
    assert "strict-transport-security" not in gateway.get("/").headers


def test_no_stranger_says_where_they_call_from(gateway) -> None:
    said = {"X-Forwarded-For": "192.0.2.1", "X-Forwarded-Host": "elders.example"}
    heard = gateway.get("/api/directory/me", headers=said).text
    assert "X-Forwarded-For: 127.0.0.1\n" in heard
    assert "192.0.2.1" not in heard and "elders.example" not in heard


def test_of_a_proxy_that_is_trusted_only_its_own_word_is_believed(tmp_path: Path) -> None:
    # The last is what the proxy saw; the one before it, whoever called the proxy wrote themselves.
    said = {"X-Forwarded-For": "192.0.2.1, 203.0.113.9"}
    with gateway_in(tmp_path, {"NOABER_TRUSTED_PROXIES": "127.0.0.1/32"}) as made:
        url = f"http://127.0.0.1:{made.base}/api/directory/me"
        heard = httpx.get(url, headers=said, trust_env=False, timeout=15).text
    assert "X-Forwarded-For: 203.0.113.9\n" in heard and "192.0.2.1" not in heard


@pytest.mark.parametrize(
    ("lengths", "status"),
    [
        ("Content-Length: 2\r\nContent-Length: 30\r\n", b"400"),
        ("Content-Length: 30\r\nTransfer-Encoding: chunked\r\n", b"200"),
        ("Content-Length: 2\r\nTransfer-Encoding: xchunked\r\n", b"501"),
    ],
)
def test_where_a_request_ends_is_said_once(platform, lengths: str, status: bytes) -> None:
    # Or what a stranger hides behind the end is taken for the next one's request.
    body = "2\r\n{}\r\n0\r\n\r\n" if "chunked" in lengths else "{}"
    sent = f"POST /api/directory/x HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{lengths}\r\n{body}"
    with socket.create_connection(("127.0.0.1", platform.base), 15) as line:
        line.sendall(sent.encode())
        heard = b"".join(iter(lambda: line.recv(65_536), b""))
    assert heard.split()[1] == status
    assert b"Content-Length: 30" not in heard


def test_nothing_but_pages_and_named_interfaces_is_reached(gateway) -> None:
    for path in ("/internal/contact-keys", "/health", "/.git/config", "/..%2f..%2fetc/passwd"):
        answer = gateway.get(path)
        # The one page, which says itself that it knows no such address.
        assert (answer.status_code, answer.text) == (200, PAGE)
