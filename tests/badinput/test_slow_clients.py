"""Who sends drop by drop loses its place, and a websocket that is quiet for as long keeps its own."""

import asyncio
import socket

import httpx
import pytest

from tests.badinput.scene import Scene
from tests.journey.looking import Page

pytestmark = pytest.mark.timeout(300)

DRIPPING = 100
"""Clients of each kind at once."""

HEADERS = b"POST /api/aid/duty HTTP/1.1\r\nHost: localhost\r\n"
BODY = HEADERS + b"Content-Type: application/json\r\nIdempotency-Key: k\r\nContent-Length: 60000\r\n"


async def dripping(port: int, first: bytes, drop: bytes) -> None:
    """Returns when the server has ended it; TimeoutError when it still listens after a minute and a half."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        async with asyncio.timeout(90):
            writer.write(first)
            ended = asyncio.ensure_future(reader.read())
            while not ended.done():
                writer.write(drop)
                await asyncio.wait([ended], timeout=0.5)
            ended.exception()
    finally:
        writer.close()


async def many(port: int, cookie: str) -> None:
    signed = BODY + f"Cookie: {cookie}\r\n\r\n".encode()
    headers = [dripping(port, HEADERS, b"X-Drop: 1\r\n") for _ in range(DRIPPING)]
    bodies = [dripping(port, signed, b" ") for _ in range(DRIPPING)]
    silent = [dripping(port, b"", b"") for _ in range(DRIPPING)]
    await asyncio.gather(*headers, *bodies, *silent)


def test_who_drips_is_sent_away_and_nobody_else_notices(platform, people, scene: Scene) -> None:
    base = platform.platform.base
    with Page(people.persona("Kees")) as page:
        asyncio.run(many(base, scene.cookie("helper")))
        # Longer than any time-out of the gateway has passed: the quiet socket still hears.
        cursor = page.picture.cursor
        page.until(lambda picture: picture.cursor != cursor)
        assert page.resets == 0
        with httpx.Client(base_url=f"http://127.0.0.1:{base}", timeout=20, trust_env=False) as client:
            assert client.get("/api/directory/organisations").status_code == 200


def test_a_header_without_end_is_refused(platform) -> None:
    with socket.create_connection(("127.0.0.1", platform.platform.base), 20) as way:
        way.sendall(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Long: ")
        answer = b""
        try:
            for _ in range(64):
                way.sendall(b"x" * 8_192)
            answer = way.recv(100)
        except (BrokenPipeError, ConnectionResetError):
            return
        assert answer == b"" or b"431" in answer.split(b"\r\n")[0]
