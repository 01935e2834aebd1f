"""Cursors: where a viewer was, and whether that can be resumed here."""

from datetime import datetime
from hashlib import sha256
from typing import Final

from schemas.envelope import Event
from schemas.live import BadCursor, Cursor
from schemas.topics import BY_STATE
from schemas.visibility import Keys
from services.runtime.replica import Newest, Partition

OLDEST_SECONDS: Final = 12 * 3600
"""Less than any topic's deletion lag: an older cursor could miss a removal."""

WAIT_SECONDS: Final = 2.0
"""How long a node that is behind a cursor waits for its own reader."""


class Stale(Exception):
    """The cursor cannot be resumed: the viewer needs a new snapshot."""


def digest(keys: Keys) -> str:
    """A short name of a set of keys."""
    return sha256("\n".join(sorted(keys)).encode()).hexdigest()[:16]


def epochs_of(newest: Newest) -> dict[str, int]:
    """Owner -> the highest epoch seen of it."""
    found: dict[str, int] = {}
    for state in newest.states:
        owner = BY_STATE[state].owner
        found[owner] = max(found.get(owner, 1), newest.epochs.get(state, 1))
    return found


def cursor(newest: Newest, keys: Keys, now: datetime) -> str:
    """Where the picture stands now, for somebody with these keys."""
    offsets = {f"{topic}/{number}": offset for (topic, number), offset in newest.offsets.items()}
    return Cursor(epochs_of(newest), digest(keys), int(now.timestamp()), offsets).encode()


async def resumed(newest: Newest, text: str, keys: Keys, now: datetime) -> list[Event]:
    """The events after a cursor, of rows and of what they join. Raises Stale."""
    try:
        found = Cursor.decode(text)
        vector = {_partition(place): offset for place, offset in found.offsets.items()}
    except (BadCursor, ValueError) as error:
        raise Stale("unreadable cursor") from error
    if found.digest != digest(keys):
        raise Stale("other rights")
    if not 0 <= now.timestamp() - found.issued <= OLDEST_SECONDS:
        raise Stale("too old")
    if dict(found.epochs) != epochs_of(newest):
        raise Stale("other epoch")
    if set(vector) != set(newest.offsets):
        raise Stale("other topics")
    if not await newest.reaches(vector, WAIT_SECONDS):
        raise Stale("this node is behind")
    return newest.after(vector)


def _partition(place: str) -> Partition:
    topic, _, number = place.rpartition("/")
    return (topic, int(number))
