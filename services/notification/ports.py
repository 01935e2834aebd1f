"""What `notification` needs of the outside: a telephone, and the push services of browsers."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from schemas.push import PushSubscription
from schemas.values import Language


class Unreachable(Exception):
    """The provider did not answer, so it is not known whether the phone rings."""


class Declined(Exception):
    """The provider says no: the phone does not ring and will not."""


class Gone(Exception):
    """The push service knows this browser no more, and never will again."""


class Forged(Exception):
    """What came in was not sent by the provider."""


@dataclass(frozen=True)
class Call:
    """A call to place. `reference` is ours and comes back with all that is heard of it.

    `number` is E.164; `digits` how many keys make an answer; `rings` after how many seconds it gives up.
    """

    reference: UUID
    number: str
    text: str
    language: Language
    digits: int
    rings: int


class Ended(StrEnum):
    """How a call was over, if it was not by keys."""

    COMPLETED = "completed"
    NO_ANSWER = "no_answer"
    FAILED = "failed"


@dataclass(frozen=True)
class Heard:
    """One thing heard of a call: the keys that were pressed, or that it is over."""

    reference: UUID
    keys: str | None = None
    ended: Ended | None = None


@dataclass(frozen=True)
class Report:
    """What became of a text message. `message`: the provider's id; `arrived`: whether it did."""

    reference: UUID
    message: str
    arrived: bool


class Telephone(Protocol):
    """A provider of calls and messages. What it raises and says never holds a number."""

    async def call(self, call: Call) -> str:
        """The provider's id of a call that it took. Raises Unreachable and Declined."""

    async def text(self, reference: UUID, number: str, body: str) -> str:
        """The provider's id of an SMS that it took; `reference` is ours and comes back with its report.

        Raises Unreachable and Declined.
        """

    async def find(self, number: str, since: datetime, known: Collection[str]) -> str | None:
        """The id of a call to this number that was placed since then and is none of `known`; or None.

        Raises Unreachable.
        """

    async def find_text(self, number: str, body: str, since: datetime, known: Collection[str]) -> str | None:
        """The id of an SMS of these words to this number that was taken since then, none of `known`; or None.

        Raises Unreachable.
        """

    def hear(self, path: str, form: Mapping[str, str], signature: str) -> Heard | Report | None:
        """What a call-back says; None where nothing follows from it. Raises Forged."""

    def thanks(self, text: str, language: Language) -> str:
        """The document that says one sentence more and hangs up."""


class PushService(Protocol):
    """The push services of browsers. What it raises never holds an address."""

    async def push(
        self, reference: UUID, to: PushSubscription, plain: bytes, now: datetime, lasts: timedelta
    ) -> None:
        """The push service took it; it keeps it so long for a device that is off.

        `reference` replaces what has the same and waits there still. Raises Unreachable, Declined and Gone.
        """
