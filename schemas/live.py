"""What the websocket and the snapshot say: rows, tables, frames and the cursor."""

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from schemas.events.approach import Approach
from schemas.events.card import Card
from schemas.events.commitment import Commitment
from schemas.events.delivery import Delivery
from schemas.events.duty import Duty
from schemas.events.help_request import HelpRequest
from schemas.events.incident import Incident
from schemas.events.lending import Lending
from schemas.events.log_entry import LogEntry
from schemas.events.person import Person
from schemas.events.trust import Trust
from schemas.events.wake_list import WakeList
from schemas.state import Row as StateRow
from schemas.values import Level

SNAPSHOT: Final = "/api/live/snapshot"
SOCKET: Final = "/api/live/socket"

Version = tuple[int, int, int]
"""(epoch, aggregate version, join): compared from left to right; the client keeps the highest."""

ROW_STATES: Final[tuple[type[StateRow], ...]] = (
    Incident,
    HelpRequest,
    Approach,
    Commitment,
    LogEntry,
    Duty,
    Lending,
    Person,
    Card,
    WakeList,
    Delivery,
    Trust,
)
"""The aggregates that viewers see as rows."""


class Wire(BaseModel):
    """Exact shapes: an unknown field is an error, so that generated types are closed."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Kind(StrEnum):
    """Kinds of rows; the same names as the states' types."""

    INCIDENT = "incident"
    HELP_REQUEST = "help_request"
    APPROACH = "approach"
    COMMITMENT = "commitment"
    LOG_ENTRY = "log_entry"
    DUTY = "duty"
    LENDING = "lending"
    PERSON = "person"
    CARD = "card"
    WAKE_LIST = "wake_list"
    DELIVERY = "delivery"
    TRUST = "trust"


class Row(Wire):
    """One row as one level sees it. `data` holds the projected fields; live may add `contact` to it."""

    kind: Kind
    id: str
    v: Version
    level: Level
    data: dict[str, Any]


class Contact(Wire):
    """A name and number that live joined into `data.contact` of a commitment."""

    name: str
    phone: str


class Removed(Wire):
    """A row that the viewer may no longer see; `v` is the version at which it went."""

    kind: Kind
    id: str
    v: Version


class Table(Wire):
    """Rows of one kind, level and fields, by columns: each row is [id, v, value of fields[0], ...]."""

    kind: Kind
    level: Level
    fields: list[str]
    rows: list[list[Any]]


class Me(Wire):
    """Who is looking: ids, keys and rights, so that the page knows which doors to show."""

    person: str
    name: str
    organisations: list[str]
    rights: dict[str, list[str]]
    keys: list[str]


class Snapshot(Wire):
    """Everything the viewer may see, and the cursor from which the deltas go on."""

    cursor: str
    at: str
    demonstration: bool
    me: Me
    tables: list[Table]


class Hello(Wire):
    """First frame after a resume; its cursor is the viewer's own, what it missed follows as a delta."""

    type: Literal["hello"] = "hello"
    cursor: str
    at: str


class Delta(Wire):
    """What changed since the frame before."""

    type: Literal["delta"] = "delta"
    cursor: str
    at: str
    changed: list[Row]
    removed: list[Removed]


class Heartbeat(Wire):
    """Nothing changed, and the picture is as old as this frame (sent every 5 s of silence)."""

    type: Literal["heartbeat"] = "heartbeat"
    cursor: str
    at: str


class Reset(Wire):
    """The cursor cannot be resumed: fetch a snapshot. `why` is for the log, not for the screen."""

    type: Literal["reset"] = "reset"
    why: str


class Resume(Wire):
    """The client's only message, its first: where it was."""

    type: Literal["resume"] = "resume"
    cursor: str


CLOSE_SIGNED_OUT: Final = 4401
"""Close code: the session ended; sign in again."""

CLOSE_SLOW: Final = 4408
"""Close code: this client did not read; connect again and resume from the last cursor.

One that reads nothing at all does not get it either: it is cut off two seconds later.
"""

CLOSE_TOO_MANY: Final = 4429
"""Close code: this session has as many pages open as it may; close one, then connect again."""

CLOSE_FULL: Final = 1013
"""Close code: this node has as many viewers as it can; connect again later (RFC 6455 registry)."""

CLOSE_WORD: Final = 1008
"""Close code: the first word did not come, or more than that one came."""

CLOSE_GOING_AWAY: Final = 1001
"""Close code: the node stops; connect again and resume."""


class BadCursor(Exception):
    """The text is not a cursor of ours: reset."""


@dataclass(frozen=True)
class Position:
    """Where a node stands in the stream: the part of a cursor that is the same for all who look.

    epochs: owner -> epoch; issued: unix seconds; offsets: "topic/partition" -> next offset to read.
    """

    epochs: Mapping[str, int]
    issued: int
    offsets: Mapping[str, int]

    def encode(self) -> str:
        """Opaque text."""
        fields = {"e": dict(self.epochs), "i": self.issued, "o": dict(self.offsets)}
        return base64.urlsafe_b64encode(json.dumps(fields, separators=(",", ":")).encode()).decode()

    @classmethod
    def decode(cls, text: str) -> "Position":
        """Read one back. Raises BadCursor on anything else."""
        try:
            # Strict: what is passed over in decoding would stand in the answer that repeats the text.
            written = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True)
            found = _Fields.model_validate_json(written)
        except (ValidationError, ValueError, binascii.Error, UnicodeError) as error:
            raise BadCursor("not a cursor") from error
        return cls(found.e, found.i, found.o)


@dataclass(frozen=True)
class Cursor:
    """A place in the stream that any node understands; opaque text for the client.

    digest: of the viewer's keys. It stands first, so that a frame is the same for all from there on.
    """

    digest: str
    position: Position

    def encode(self) -> str:
        """Text without a meaning for whoever keeps it."""
        return f"{self.digest}.{self.position.encode()}"

    @classmethod
    def decode(cls, text: str) -> "Cursor":
        """Read one back. Raises BadCursor on anything else."""
        digest, _, position = text.partition(".")
        return cls(digest, Position.decode(position))


_Count = Annotated[int, Field(ge=0, le=2**53)]
"""Exact in every language, and far above any offset or second of ours."""


class _Fields(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")

    e: dict[str, _Count]
    i: _Count
    o: dict[str, _Count]
