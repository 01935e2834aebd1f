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
STORED_UP_TO: Final = 64
"""Bytes; what is shorter hardly gets smaller."""

END: Final = b"\x00"
"""An empty block begins with it; its other four bytes a packed message leaves out (RFC 7692, 7.2.1)."""

Pieces = tuple[bytes, bytes]
"""What a socket is sent before and after a viewer's digest."""


@dataclass(frozen=True)
class Part:
    """Text that frames may share: it is packed once for all of them."""

    text: bytes

    @cached_property
    def packed(self) -> bytes:
        """Whole blocks of deflate that end on a byte and look back at nothing before: they can be joined."""
        if len(self.text) < STORED_UP_TO:
            return _stored(len(self.text)) + self.text
        packer = zlib.compressobj(QUICKEST, zlib.DEFLATED, -WINDOW_BITS)
        return packer.compress(self.text) + packer.flush(zlib.Z_SYNC_FLUSH)


COMMA: Final = Part(b",")
CHANGED: Final = Part(b',"changed":[')
REMOVED: Final = Part(b'],"removed":[')
CLOSED: Final = Part(b"]}")
ALONE: Final = Part(b"}")

Seen = tuple[Sequence[Part], Sequence[bytes]]
"""Rows that changed, some per part with commas between, and fragments of those that went out of sight."""


@dataclass(frozen=True)
class Frame:
    """`start` + the viewer's digest + `parts` is the text.

    A cursor is a digest and a position, in that order, so that everything behind the digest is shared.
    """

    start: bytes
    parts: tuple[Part, ...]

    def text(self, digest: str) -> str:
        """As one viewer reads it."""
        return (self.start + digest.encode() + self.rest).decode()

    @cached_property
    def rest(self) -> bytes:
        """All parts, one after another."""
        return b"".join([part.text for part in self.parts])

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
        if sum(len(part.text) for part in self.parts) < PACK_FROM:
            return self.plain
        rest = b"".join([*(part.packed for part in self.parts), END])
        size = len(self.start) + DIGEST_SIZE
        stored = _stored(size)
        return _head(PACKED_TEXT, len(stored) + size + len(rest)) + stored + self.start, rest


def _stored(size: int) -> bytes:
    """What stands before a block of so many bytes that are not packed (RFC 1951, 3.2.4)."""
    return b"\x00" + size.to_bytes(2, "little") + (0xFFFF - size).to_bytes(2, "little")


def _head(first: int, size: int) -> bytes:
    """First byte and length, as a server sends them: unmasked."""
    if size < 126:
        return bytes((first, size))
    if size < 65_536:
        return bytes((first, 126)) + size.to_bytes(2, "big")
    return bytes((first, 127)) + size.to_bytes(8, "big")


def place(position: str, at: str) -> Part:
    """Where the picture stands and when; all frames of one moment share it."""
    return Part(b'.%b","at":%b' % (json.dumps(position)[1:-1].encode(), json.dumps(at).encode()))


def frame(kind: Literal["hello", "heartbeat"], where: Part) -> Frame:
    """A frame that says nothing but where the picture stands."""
    return Frame(_start(kind), (where, ALONE))


def delta(where: Part, seen: Seen) -> Frame:
    """What changed, and what went out of sight."""
    changed, removed = seen
    rows = [piece for part in changed for piece in (COMMA, part)][1:]
    return Frame(_start("delta"), (where, CHANGED, *rows, REMOVED, Part(b",".join(removed)), CLOSED))


def _start(kind: str) -> bytes:
    return f'{{"type":"{kind}","cursor":"'.encode()
