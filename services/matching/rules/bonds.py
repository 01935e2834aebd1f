"""What people and lenders are held by, and who said no: kept by number and by request."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

import numpy as np

from schemas.events.approach import Approach, ApproachState
from schemas.events.commitment import Commitment, CommitmentState
from services.matching.rules.roster import COLUMN, Numbers, Roster

NO_AGAIN: Final = frozenset({ApproachState.DECLINED, ApproachState.GIVEN_BACK})
REFUSED_OR_BACK: Final = frozenset({CommitmentState.REFUSED, CommitmentState.GIVEN_BACK})

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND: Final = timedelta(microseconds=1)
NEVER: Final = 2**62
NOBODY: Final = -1


def micros(moment: datetime) -> int:
    """A moment as whole microseconds, exactly."""
    return (moment - EPOCH) // MICROSECOND


class Bonds:
    """The commitments that hold, a row each: by whom, where, in which period, and until which deadline.

    `persons` and `lenders` are numbers, NOBODY for who is not known; in `unnamed` the slot has no name yet.
    """

    def __init__(self, roster: Roster, rows: Mapping[UUID, tuple[int, ...]]) -> None:
        self._roster = roster
        self._rows = rows
        table = np.array(list(rows.values()), dtype=np.int64).reshape(len(rows), 8)
        self.persons, self.lenders, self.functions, self.starts, self.ends, self.due = table.T[:6]
        self.unnamed, self.exercise = table.T[6].astype(bool), table.T[7].astype(bool)

    @classmethod
    def of(cls, roster: Roster, commitments: Iterable[Commitment]) -> "Bonds":
        """From all commitments there are."""
        return cls(roster, {each.id: _row(roster, each) for each in commitments if each.holds})

    def after(self, changed: Iterable[Commitment]) -> "Bonds":
        """The same with these commitments new or changed."""
        rows = dict(self._rows)
        for each in changed:
            rows.pop(each.id, None)
            if each.holds:
                rows[each.id] = _row(self._roster, each)
        return Bonds(self._roster, rows)

    def binding(self, now: int) -> Numbers:
        """Rows that bind: past its deadline none does, even where its owner has not written that down."""
        return np.flatnonzero(self.due > now)


def _row(roster: Roster, each: Commitment) -> tuple[int, ...]:
    return (
        NOBODY if each.person is None else roster.numbers.get(each.person, NOBODY),
        roster.lenders.get(each.lender, NOBODY),
        COLUMN[each.function],
        micros(each.starts),
        micros(each.ends),
        min((micros(deadline.due) for deadline in each.deadlines), default=NEVER),
        each.person is None,
        each.exercise,
    )


Answer = Approach | Commitment

No = tuple[UUID | None, str]
"""Who said no: the person, or None and the lender that did so for all of its people."""


class Noes:
    """Per request who declined, gave back or was refused."""

    def __init__(self, by_request: Mapping[UUID, Mapping[UUID, No]] | None = None) -> None:
        self._by_request = by_request or {}

    def about(self, request: UUID) -> Iterable[No]:
        """Everybody who said no to one request."""
        return self._by_request.get(request, {}).values()

    def after(self, changed: Iterable[tuple[Answer | None, Answer]]) -> "Noes":
        """The same with these approaches and commitments new or changed (old and new)."""
        found: dict[UUID, Mapping[UUID, No]] = dict(self._by_request)
        for old, new in changed:
            if old is not None and old.id in found.get(old.request, {}):
                found[old.request] = {key: no for key, no in found[old.request].items() if key != old.id}
            if _says_no(new):
                found[new.request] = {**found.get(new.request, {}), new.id: (new.person, new.lender)}
        return Noes(found)


def _says_no(each: Answer) -> bool:
    if isinstance(each, Approach):
        return each.state in NO_AGAIN
    return each.state in REFUSED_OR_BACK and each.person is not None
