"""Rows as they were loaded; each is read into a state when somebody looks at it."""

from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from schemas.state import State

REMEMBERED: Final = 4_096
"""States that are not read again: those who race for a request all load the same approaches."""


class Shelf(Mapping[Any, Any]):
    """Key -> state of one kind. A command loads a few dozen rows and its rule looks at some of them."""

    def __init__(self, kind: type[State]) -> None:
        self._kind = kind
        self._rows: dict[Any, str] = {}

    def put(self, key: Any, state: str) -> None:
        """A row, as JSON."""
        self._rows[key] = state

    def __getitem__(self, key: Any) -> State:
        return _read(self._kind, self._rows[key])

    def __iter__(self) -> Iterator[Any]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


@lru_cache(REMEMBERED)
def _read(kind: type[State], state: str) -> State:
    # By its text and not by its version: a database that was restored has other rows of the same versions.
    return kind.model_validate_json(state)
