"""Asking a machine of somebody else: soon or not at all, little or nothing, and never one of our own."""

import asyncio
import json
import socket
from ipaddress import IPv6Address, ip_address
from typing import Any, Final

import httpx

PATIENCE: Final = 8.0
"""Seconds for a whole answer; whoever signs in waits for it."""

LARGEST: Final = 262_144
"""Bytes; what providers say of themselves and their keys is a few thousand."""


class Away(Exception):
    """It gave no answer that can be used. Says why, never with a piece of the answer."""


class _Checked(httpx.AsyncBaseTransport):
    """Goes to the address that was checked, so that a name cannot mean another machine a moment later."""

    def __init__(self) -> None:
        self._inner = httpx.AsyncHTTPTransport(trust_env=False)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """One request. Raises Away for an address that is not everybody's."""
        host = request.url.host
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(host, request.url.port or 443, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as unknown:
            raise Away("no such host") from unknown
        addresses = [str(each[4][0]) for each in found]
        if not addresses or not all(everybodys(each) for each in addresses):
            raise Away("an address of a closed network")
        request.url = request.url.copy_with(host=addresses[0])
        request.extensions = {**request.extensions, "sni_hostname": host}
        return await self._inner.handle_async_request(request)

    async def aclose(self) -> None:
        """Let go of the connections."""
        await self._inner.aclose()


def everybodys(address: str) -> bool:
    """Whether an address is on the open internet: not this machine, nor a network behind it."""
    found = ip_address(address.partition("%")[0])
    if isinstance(found, IPv6Address):
        found = found.ipv4_mapped or found.sixtofour or found
    return found.is_global and not found.is_multicast


async def ask(
    url: str,
    *,
    private: bool,
    form: dict[str, str] | None = None,
    auth: tuple[str, str] | None = None,
) -> tuple[int, dict[str, Any]]:
    """Status and JSON object of a GET, or of a POST with a form. Raises Away.

    `private`: whether it may be in a closed network and without TLS. Redirects are not followed, and what the
    environment says of proxies does not count: either could lead anywhere.
    """
    if not private and not url.startswith("https://"):
        raise Away("an address without TLS")
    headers = {"Accept": "application/json", "Accept-Encoding": "identity"}
    transport = httpx.AsyncHTTPTransport(trust_env=False) if private else _Checked()
    try:
        async with (
            asyncio.timeout(PATIENCE),
            httpx.AsyncClient(transport=transport, timeout=PATIENCE, trust_env=False) as client,
            client.stream(
                "GET" if form is None else "POST",
                url,
                data=form,
                headers=headers,
                auth=auth if auth is None else httpx.BasicAuth(*auth),
            ) as answer,
        ):
            return answer.status_code, _object(await _body(answer))
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, OSError) as away:
        raise Away(type(away).__name__) from away


async def _body(answer: httpx.Response) -> bytes:
    """As it was sent: a small packed one must not become a large one here."""
    read = bytearray()
    async for piece in answer.aiter_raw():
        read += piece
        if len(read) > LARGEST:
            raise Away("too large an answer")
    return bytes(read)


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as odd:
        raise Away("no JSON") from odd
    if not isinstance(found, dict):
        raise Away("no JSON object")
    return found
