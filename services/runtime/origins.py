"""From which pages orders are taken: the one reading of that setting, for every door that asks."""

from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True)
class Origins:
    """Patterns of origins; `*.localhost:PORT` stands for every name under localhost on that port."""

    patterns: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> "Origins":
        """From a setting, comma separated."""
        return cls(tuple(each.strip() for each in text.split(",") if each.strip()))

    @property
    def secure(self) -> bool:
        """Whether all pages come over TLS."""
        return bool(self.patterns) and all(each.startswith("https://") for each in self.patterns)

    def allow(self, origin: str) -> bool:
        """Whether a page of that origin is ours."""
        return any(fnmatchcase(origin, each) for each in self.patterns)
