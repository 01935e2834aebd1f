"""Steps that lift an older published shape to the next one; they stay as long as the topic."""

from collections.abc import Callable
from typing import Any, Final

Upcaster = Callable[[dict[str, Any]], dict[str, Any]]

UPCASTERS: Final[dict[tuple[str, int], Upcaster]] = {}
"""(type, version) -> function that makes version + 1 of it; empty while every type is at version 1."""


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
