"""How a page of the browser opens its socket and comes back when that is gone, as the front end does it."""

from collections.abc import Sequence
from typing import Final

from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidMessage
from websockets.extensions import ClientExtensionFactory

SILENCE_SECONDS: Final = 12.0
"""Two heartbeats missed and a little: the same as `SILENCE_MS` of the pages."""
OPEN_SECONDS: Final = 10.0

GONE: Final = (OSError, TimeoutError, ConnectionClosed, InvalidHandshake, InvalidMessage, EOFError)
"""What a network or a server can do to a socket."""

EMPTY: Final = {"cursor": "", "tables": []}
"""The snapshot of a page that has none yet."""


def socket_of(
    origin: str, cookie: str, extensions: Sequence[ClientExtensionFactory] | None = None
) -> connect:
    """The socket of that session; a block around it opens and closes it. Raises what `GONE` names."""
    return connect(
        origin.replace("http", "ws") + "/api/live/socket",
        additional_headers={"Cookie": cookie, "Origin": origin},
        extensions=extensions,
        compression=None,
        proxy=None,
        open_timeout=OPEN_SECONDS,
        close_timeout=1,
        ping_interval=None,
        max_size=None,
    )


def back_off(failures: int, chance: float) -> float:
    """Seconds to wait after so many failures in a row, as `backOff` of the pages; chance is from 0 to 1."""
    return min(10.0, 0.25 * 2.0 ** min(failures, 6)) * (0.5 + chance / 2)
