"""Keeps the planted bugs: histories that break one promise, and what has to be said about each."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from tests.faults.checker import History, Violation


@dataclass(frozen=True)
class Plant:
    """A history with a bug in it; the violation's kind, ids it must name, a piece of what was expected."""

    history: Callable[[], History]
    kind: str
    expected: str
    ids: dict[str, Any]

    def is_found_in(self, violations: list[Violation]) -> bool:
        """Whether one of these is about it."""
        return any(
            each.kind == self.kind
            and self.expected in each.expected
            and all(each.ids.get(name) == value for name, value in self.ids.items())
            for each in violations
        )


PLANTED: dict[str, Plant] = {}
"""Name of the bug -> the bug."""


def plant(kind: str, expected: str, **ids: Any) -> Callable[[Callable[[], History]], Callable[[], History]]:
    """Says what must be found in the history that the function makes."""

    def keep(history: Callable[[], History]) -> Callable[[], History]:
        PLANTED[history.__name__] = Plant(history, kind, expected, ids)
        return history

    return keep
