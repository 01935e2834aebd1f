"""What is new between two readings of the same states, so that only that is looked at again."""

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar


class HasId(Protocol):
    """A state: it knows whose it is."""

    @property
    def id(self) -> Any:
        """The aggregate's id."""


S = TypeVar("S", bound=HasId)


def changes(before: Mapping[Any, S], after: Mapping[Any, S]) -> list[tuple[S | None, S]] | None:
    """Old and new state of whatever changed or came (old None); None if the two cannot be laid side by side.

    States never change in place, and a mapping that is brought up to date keeps the places of its keys: so
    ten thousand are compared by identity alone. A mapping that was made anew in another order is not.
    """
    if before is after:
        return []
    olds, news = list(before.values()), list(after.values())
    if len(news) < len(olds):
        return None
    found: list[tuple[S | None, S]] = []
    for old, new in zip(olds, news, strict=False):
        if old is not new:
            if old.id != new.id:
                return None
            found.append((old, new))
    found += [(None, new) for new in news[len(olds) :]]
    return found
