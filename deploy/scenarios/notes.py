"""What is kept of a play: whose case is which, what was asked, and the figures at the end."""

import time
from dataclasses import asdict, dataclass, field
from typing import Any

from deploy.client import new_id


@dataclass
class Summary:
    """What happened. Times are in seconds: from a confirmation to the first approach, from asking to full."""

    steps: int = 0
    requests: int = 0
    commitments: int = 0
    refusals: int = 0
    first_approach: list[float] = field(default_factory=list)
    filled: list[float] = field(default_factory=list)
    agrees: bool = False

    def as_json(self) -> dict[str, Any]:
        """The same with the medians of the times."""
        return {
            **asdict(self),
            "first_approach": _median(self.first_approach),
            "filled": _median(self.filled),
        }


@dataclass(frozen=True)
class Approached:
    """An open approach; `person` as only the desk of the organisation that is asked sees it."""

    id: str
    lender: str
    person: str | None = None


@dataclass
class Case:
    """What one organisation that is hit has: its incident, who coordinates it, and what was told of it.

    `is_hit`: from its report until its incident is closed; until then and after that it lends like others.
    """

    victim: str
    incident: str = field(default_factory=new_id)
    is_hit: bool = False
    coordinators: set[str] = field(default_factory=set)
    told: dict[str, set[str]] = field(default_factory=dict)


@dataclass
class Asking:
    """One request of the story, and how its answers went so far."""

    case: Case
    id: str = field(default_factory=new_id)
    asked_at: float | None = field(default_factory=time.monotonic)
    seen: list[Approached] = field(default_factory=list)
    made: list[str] = field(default_factory=list)


def _median(numbers: list[float]) -> float | None:
    return round(sorted(numbers)[len(numbers) // 2], 2) if numbers else None
