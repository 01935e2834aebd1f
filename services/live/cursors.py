"""Cursors: where a viewer was, and whether that can be resumed here."""

from collections.abc import Collection
from datetime import datetime
from hashlib import sha256
from typing import Final

from schemas.envelope import Event
from schemas.events.contact import Contact
from schemas.live import BadCursor, Cursor, Position
from schemas.topics import BY_STATE
from schemas.visibility import Keys
from services.live.rules.frames import DIGEST_SIZE
from services.runtime.consume import Partition
from services.runtime.replica import Newest

OLDEST_SECONDS: Final = 12 * 3600
"""Less than any topic's deletion lag: an older cursor could miss a removal."""

SKEW_SECONDS: Final = 60
"""So much may the clocks of two nodes differ: a cursor of the other one may come from the future."""

WAIT_SECONDS: Final = 2.0
"""How long a node that is behind a cursor waits for its own reader."""


class Stale(Exception):
    """The cursor cannot be resumed: the viewer needs a new snapshot."""


def digest(keys: Keys) -> str:
    """A short name of a set of keys."""
    return sha256("\n".join(sorted(keys)).encode()).hexdigest()[:DIGEST_SIZE]


def epochs_of(newest: Newest) -> dict[str, int]:
    """Owner -> the highest epoch seen of it."""
    found: dict[str, int] = {}
    for state in newest.states:
        owner = BY_STATE[state].owner
        found[owner] = max(found.get(owner, 1), newest.epochs.get(state, 1))
    return found


def position(newest: Newest, unjoined: Collection[str], now: datetime) -> Position:
    """Where the picture stands now; `unjoined` are the people whose newest contact was read but not joined.

    It stands before those contacts, so that wherever a viewer goes on, they are shown to it once joined.
    """
    offsets = dict(newest.offsets)
    for key in unjoined:
        partition, offset = newest.place(Contact, key)
        offsets[partition] = min(offsets[partition], offset)
    places = {f"{topic}/{number}": offset for (topic, number), offset in offsets.items()}
    return Position(epochs_of(newest), int(now.timestamp()), places)


def cursor(keys: Keys, position: Position) -> str:
    """Where somebody with these keys goes on."""
    return Cursor(digest(keys), position).encode()


async def resumed(newest: Newest, text: str, keys: Keys, now: datetime) -> list[Event]:
    """The events after a cursor, of rows and of what they join. Raises Stale."""
    try:
        found = Cursor.decode(text)
        vector = {_partition(place): offset for place, offset in found.position.offsets.items()}
    except (BadCursor, ValueError) as error:
        raise Stale("unreadable cursor") from error
    if found.digest != digest(keys):
        raise Stale("other rights")
    if not -SKEW_SECONDS <= now.timestamp() - found.position.issued <= OLDEST_SECONDS:
        raise Stale("too old")
    if dict(found.position.epochs) != epochs_of(newest):
        raise Stale("other epoch")
    if set(vector) != set(newest.offsets):
        raise Stale("other topics")
    if not await newest.reaches(vector, WAIT_SECONDS):
        raise Stale("this node is behind")
    return newest.after(vector)


def _partition(place: str) -> Partition:
    topic, _, number = place.rpartition("/")
    return (topic, int(number))
