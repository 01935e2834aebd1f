"""Snapshots, made in slices: whoever waits for the loop of this process has a turn after each of them."""

import asyncio
import json
import time
import zlib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from services.live.rules.picture import Picture

GZIP: Final = 16 + 15
"""zlib's name for the largest window with a head and tail of gzip."""

LEVEL: Final = 5

SLICE_SECONDS: Final = 0.005
"""Of one round of the loop: less than a frame to everybody takes."""


class Snapshots:
    """Encodes pictures. Of all that are made at the same time one takes a slice per round of the loop."""

    def __init__(self) -> None:
        self._turn = asyncio.Lock()

    async def plain(self, head: Mapping[str, Any], picture: Picture) -> bytes:
        """`head` with the picture as `tables`, as JSON."""
        return b"".join(await self._pieces(head, picture))

    async def zipped(self, head: Mapping[str, Any], picture: Picture) -> bytes:
        """The same, packed by gzip in a thread: packing does not need the interpreter."""
        return await asyncio.to_thread(_zipped, await self._pieces(head, picture))

    async def _pieces(self, head: Mapping[str, Any], picture: Picture) -> list[bytes]:
        start = json.dumps(head, separators=(",", ":"), default=str).encode()
        pieces = [start[:-1] + b',"tables":']
        encoded = picture.encoded()
        while True:
            async with self._turn:
                some = _slice(encoded)
                # Within the turn: the slice of another snapshot waits for the next round.
                await asyncio.sleep(0)
            if not some:
                return [*pieces, b"}"]
            pieces += some


def _zipped(pieces: list[bytes]) -> bytes:
    packer = zlib.compressobj(LEVEL, zlib.DEFLATED, GZIP)
    return b"".join([*map(packer.compress, pieces), packer.flush()])


def _slice(encoded: Iterator[bytes]) -> list[bytes]:
    """The next pieces, until time is up; none when there are none left."""
    end = time.monotonic() + SLICE_SECONDS
    pieces: list[bytes] = []
    for piece in encoded:
        pieces.append(piece)
        if time.monotonic() >= end:
            break
    return pieces
