"""What a command may touch: named before it is locked, so that every command locks in one order."""

from dataclasses import dataclass, replace
from uuid import UUID


@dataclass(frozen=True)
class Reach:
    """Ids to lock. `commitments` reach their request; `asked_...` reach every request that asks them now,
    `whole_incidents` every request that hangs on them.

    Locks are taken in the order incident, request, person, organisation, line, each sorted: no two commands
    can wait for each other.
    """

    incidents: frozenset[UUID] = frozenset()
    requests: frozenset[UUID] = frozenset()
    commitments: frozenset[UUID] = frozenset()
    persons: frozenset[UUID] = frozenset()
    organisations: frozenset[str] = frozenset()
    asked_persons: frozenset[UUID] = frozenset()
    asked_organisations: frozenset[str] = frozenset()
    whole_incidents: frozenset[UUID] = frozenset()
    lines: frozenset[UUID] = frozenset()

    @property
    def is_open_ended(self) -> bool:
        """Whether requests have to be looked up before they can be locked."""
        return bool(
            self.commitments or self.asked_persons or self.asked_organisations or self.whole_incidents
        )

    def with_requests(self, requests: frozenset[UUID]) -> "Reach":
        """The same reach with more requests."""
        return replace(self, requests=self.requests | requests)

    def locks(self) -> list[str]:
        """Names to lock, in the order in which everybody locks."""
        ranked = (
            ("incident", self.incidents | self.whole_incidents),
            ("request", self.requests),
            ("person", self.persons | self.asked_persons),
            ("organisation", self.organisations | self.asked_organisations),
            ("line", self.lines),
        )
        return [f"{kind}:{key}" for kind, keys in ranked for key in sorted(map(str, keys))]
