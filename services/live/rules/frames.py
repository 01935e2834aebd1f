"""Frames of the websocket, built once for many viewers: only the digest in a cursor differs between them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

TEXT: Final = 0x81
"""First byte of a whole text frame (RFC 6455, 5.2)."""

DIGEST_SIZE: Final = 16


@dataclass(frozen=True)
class Frame:
    """`start` + the viewer's digest + `rest` is the text; `head` is what the websocket puts before it.

    A cursor is a digest and a position, in that order, so that everything behind the digest is shared.
    """

    start: bytes
    rest: bytes

    def text(self, digest: str) -> str:
        """As one viewer reads it."""
        return (self.start + digest.encode() + self.rest).decode()

    @property
    def head(self) -> bytes:
        """First byte and length, as a server sends them: unmasked."""
        size = len(self.start) + DIGEST_SIZE + len(self.rest)
        if size < 126:
            return bytes((TEXT, size))
        if size < 65_536:
            return bytes((TEXT, 126)) + size.to_bytes(2, "big")
        return bytes((TEXT, 127)) + size.to_bytes(8, "big")


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
