"""Whose certificates are believed, read once: left to itself each client of httpx reads them, for 20 ms."""

import ssl
from functools import cache

import httpx


@cache
def believed() -> ssl.SSLContext:
    """What httpx believes by itself: the machine's own settings, or the authorities that certifi lists."""
    return httpx.create_ssl_context()
