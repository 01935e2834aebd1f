"""Reads a form as a telephone's provider sends it."""

from typing import Final
from urllib.parse import parse_qsl

from starlette.requests import Request

LIMIT: Final = 16 * 1024
"""Bytes; twenty fields of a call-back are about 1 KiB."""


class TooLong(Exception):
    """More than any form of a provider."""


async def read_form(request: Request) -> dict[str, str]:
    """Its fields. Raises TooLong, and ValueError when it is no form."""
    body = b""
    async for part in request.stream():
        body += part
        if len(body) > LIMIT:
            raise TooLong
    return dict(parse_qsl(body.decode(), keep_blank_values=True, strict_parsing=bool(body)))
