"""Asks a process what it says of itself."""

import ssl
from typing import Final

import httpx

TRUSTS_NOBODY: Final = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
"""Only loopback is asked here, without TLS; a client of its own would read all of the machine's certificates
for each question (20 ms of the processor)."""


def health_of(port: int, seconds: float = 2.0) -> httpx.Response:
    """The answer to /health of the process on that port. Raises httpx.HTTPError when none comes in time."""
    return httpx.get(f"http://127.0.0.1:{port}/health", timeout=seconds, verify=TRUSTS_NOBODY)
