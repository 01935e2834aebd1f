"""Which command is being worked on: a W3C trace context, made by chance and never out of who asks."""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from random import random
from typing import Final

HEADER: Final = "traceparent"
"""In a request, in the journal and in a record of Kafka alike (https://www.w3.org/TR/trace-context/)."""

_SHAPE: Final = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})")
_SAMPLED: Final = 1


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace and the span in it that goes on; `parent`: the span before it, "" at the beginning of ours."""

    trace: str
    span: str
    sampled: bool
    parent: str = ""

    def __str__(self) -> str:
        return f"00-{self.trace}-{self.span}-{_SAMPLED if self.sampled else 0:02x}"

    def child(self) -> "Trace":
        """The next span of the same trace."""
        return Trace(self.trace, os.urandom(8).hex(), self.sampled, self.span)


def read(text: str) -> Trace | None:
    """A trace as it was written; None where it is none."""
    found = _SHAPE.fullmatch(text)
    return None if found is None else Trace(found[1], found[2], bool(int(found[3], 16) & _SAMPLED))


def begin(header: str, share: float) -> Trace:
    """The trace that a request names, or a new one; `share` of all are sampled, whatever it wishes."""
    sampled = random() < share  # noqa: S311 no secret
    before = read(header) if header else None
    if before is None:
        return Trace(os.urandom(16).hex(), os.urandom(8).hex(), sampled)
    return Trace(before.trace, os.urandom(8).hex(), sampled, before.span)


_now: Final[ContextVar[Trace | None]] = ContextVar("trace", default=None)


def current() -> Trace | None:
    """What is being worked on here and now."""
    return _now.get()


def written() -> str | None:
    """The same as it is kept and sent."""
    found = _now.get()
    return None if found is None else str(found)


_cause: Final[ContextVar[str]] = ContextVar("cause", default="")


def cause() -> str:
    """The correlation id of what is being worked on: that of the command it all came of; "": of none."""
    return _cause.get()


def name_cause(correlation: str) -> None:
    """What happens from here to the end of the block around it (`because_of`) came of that command."""
    _cause.set(correlation)


@contextmanager
def because_of(correlation: str) -> Iterator[None]:
    """What happens in the block came of the command with that correlation id."""
    before = _cause.set(correlation)
    try:
        yield
    finally:
        _cause.reset(before)


@contextmanager
def working_on(trace: Trace | None) -> Iterator[None]:
    """What happens in the block belongs to that trace."""
    before = _now.set(trace)
    try:
        yield
    finally:
        _now.reset(before)
