"""A lender that is asked in the night, for its wake-up list."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from schemas.catalogue import Function
from schemas.events.approach import Approach
from schemas.night import Wake

NIGHT = datetime(2026, 1, 5, 2, 10, tzinfo=UTC)
REQUEST = UUID(int=8)


def approach(**more: Any) -> Approach:
    made = {
        "id": UUID(int=9),
        "request": REQUEST,
        "incident": UUID(int=7),
        "lender": "GM0153",
        "function": Function.CIVIL_AFFAIRS,
        "asked_at": NIGHT,
        "wake": Wake.NOW,
        "exercise": False,
    }
    return Approach(**{**made, **more})
