"""Frames of the websocket, built once for many viewers: only the digest in a cursor differs between them."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Literal

TEXT: Final = 0x81
PACKED_TEXT: Final = 0xC1
"""First byte of a whole text frame, as it is or packed (RFC 6455, 5.2; RFC 7692, 6)."""

DIGEST_SIZE: Final = 16
PACK_FROM: Final = 1_400
"""Bytes; what fits in one packet of a network arrives no sooner when it is smaller."""

WINDOW_BITS: Final = 15
QUICKEST: Final = 1
END: Final = b"\x00\x00\xff\xff"
"""What a flushed deflate stream ends with, and a packed message leaves out."""

Pieces = tuple[bytes, bytes]
"""What a socket is sent before and after a viewer's digest."""


@dataclass(frozen=True)
class Frame:
    """`start` + the viewer's digest + `rest` is the text.

    A cursor is a digest and a position, in that order, so that everything behind the digest is shared.
    """

    start: bytes
    rest: bytes

    def text(self, digest: str) -> str:
        """As one viewer reads it."""
        return (self.start + digest.encode() + self.rest).decode()

    @cached_property
    def plain(self) -> Pieces:
        """For a client that does not unpack."""
        size = len(self.start) + DIGEST_SIZE + len(self.rest)
        return _head(TEXT, size) + self.start, self.rest

    @cached_property
    def packed(self) -> Pieces:
        """For a client that agreed to permessage-deflate: packed once for all of them.

        The digest stands in a stored block of its own; no block looks back at what another message said.
        """
        if len(self.rest) < PACK_FROM:
            return self.plain
        packer = zlib.compressobj(QUICKEST, zlib.DEFLATED, -WINDOW_BITS)
        rest = (packer.compress(self.rest) + packer.flush(zlib.Z_SYNC_FLUSH)).removesuffix(END)
        size = len(self.start) + DIGEST_SIZE
        stored = b"\x00" + size.to_bytes(2, "little") + (0xFFFF - size).to_bytes(2, "little")
        return _head(PACKED_TEXT, len(stored) + size + len(rest)) + stored + self.start, rest


def _head(first: int, size: int) -> bytes:
    """First byte and length, as a server sends them: unmasked."""
    if size < 126:
        return bytes((first, size))
    if size < 65_536:
        return bytes((first, 126)) + size.to_bytes(2, "big")
    return bytes((first, 127)) + size.to_bytes(8, "big")


def frame(
    kind: Literal["hello", "delta", "heartbeat"], position: str, at: str, *parts: tuple[str, Sequence[bytes]]
) -> Frame:
    """A frame from a position and, for a delta, lists of fragments that are encoded already."""
    start = f'{{"type":"{kind}","cursor":"'.encode()
    lists = b"".join(b',"%b":[%b]' % (name.encode(), b",".join(each)) for name, each in parts)
    where = json.dumps(position)[1:-1].encode()
    return Frame(start, b'.%b","at":%b%b}' % (where, json.dumps(at).encode(), lists))


def delta(position: str, at: str, seen: tuple[Sequence[bytes], Sequence[bytes]]) -> Frame:
    """What changed, and what went out of sight."""
    changed, removed = seen
    return frame("delta", position, at, ("changed", changed), ("removed", removed))
