"""Loopback ports: which are free, and whether somebody answers."""

import socket
from typing import Final

from deploy.bootstrap import SetupFailed

BASE: Final = 7400
BLOCK: Final = 25
LAST: Final = 9400


def free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Whether somebody accepts connections on that port."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


class Block:
    """So many ports in a row, from `base` on, that no other platform takes until `leave`."""

    def __init__(self, base: int, held: socket.socket) -> None:
        self.base = base
        self._held = held

    def leave(self) -> None:
        """Let others have them."""
        self._held.close()


def take_block(first: int = BASE, size: int = BLOCK) -> Block:
    """The first block whose ports are all free. Raises SetupFailed when none is.

    Its last port stays bound meanwhile: of two that look at the same moment, one gets the next block.
    """
    for base in range(first, LAST, size):
        if all(is_free(base + offset) for offset in range(size)):
            held = _hold(base + size - 1)
            if held is not None:
                return Block(base, held)
    raise SetupFailed(f"no {size} free ports in a row between {first} and {LAST}; stop what uses them")


def _hold(port: int) -> socket.socket | None:
    held = socket.socket()
    try:
        held.bind(("127.0.0.1", port))
    except OSError:
        held.close()
        return None
    return held


def is_free(port: int) -> bool:
    """Whether nobody holds a loopback port."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
