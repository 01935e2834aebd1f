"""Marks a place whose restore has not come to its end, so that nothing is ever started on half of one.

A restore that is killed leaves tables whose epoch is not raised and whose erasures are not repeated.
"""

from pathlib import Path
from typing import Final

from deploy.bootstrap import SetupFailed

MARK: Final = "restore-unfinished"


def mark(place: Path) -> Path:
    """The file that stands there while a restore goes on."""
    return place / "data" / MARK


def refuse_unfinished(place: Path) -> None:
    """Raise SetupFailed where a restore was interrupted."""
    if mark(place).exists():
        raise SetupFailed(
            f"a restore into {place} was interrupted, and what is there is not whole. Run it again: "
            "noaber restore DIR"
        )
