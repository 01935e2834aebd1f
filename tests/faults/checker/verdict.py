"""What the checker finds: violations of a promise, and what a restore has lost."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Violation:
    """One broken promise: its kind, the ids it is about, what was expected and what was found instead."""

    kind: str
    ids: Mapping[str, Any]
    expected: str
    found: str

    def __str__(self) -> str:
        about = " ".join(f"{name}={value}" for name, value in self.ids.items())
        return f"{self.kind} [{about}]: expected {self.expected}; found {self.found}"


@dataclass(frozen=True)
class Lost:
    """A command that was acknowledged after the backup and that the restore took away: to be told, no bug."""

    person: str
    key: str
    path: str
    answered: float


@dataclass
class Verdict:
    """Everything that was found."""

    violations: list[Violation] = field(default_factory=list)
    lost: list[Lost] = field(default_factory=list)

    def wrong(self, kind: str, expected: str, found: object, **ids: Any) -> None:
        """Note a violation; `found` is shown as JSON, cut to a readable length."""
        text = found if isinstance(found, str) else json.dumps(found, default=str, ensure_ascii=False)
        self.violations.append(Violation(kind, ids, expected, text[:400]))
