"""Steps that lift an older published shape to the next one; they stay as long as the topic."""

from collections.abc import Callable
from typing import Any, Final

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]


def _as_it_is(data: dict[str, Any]) -> dict[str, Any]:
    """What was said stays as it was said: nobody can seal it under a key that they do not have.

    Of other kinds the newer shape only knows more than the older one ever said.
    """
    return data


UPCASTERS: Final[dict[tuple[str, int], Upcaster]] = {
    ("incident", 1): _as_it_is,
    ("log_entry", 1): _as_it_is,
}
"""(type, version) -> function that makes version + 1 of it."""


def lift(
    type_name: str,
    version: int,
    known: int,
    data: dict[str, Any],
    upcasters: dict[tuple[str, int], Upcaster] = UPCASTERS,
) -> dict[str, Any]:
    """Apply every step from `version` to `known`; KeyError where a step is missing."""
    for step in range(version, known):
        data = upcasters[(type_name, step)](data)
    return data
