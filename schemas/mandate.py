"""Who may act for an organisation, in which order, until when and up to which limits."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Final
from uuid import UUID

from pydantic import Field

from schemas.refused import Refused
from schemas.values import Moment, Right, Value

MOST_MANDATES: Final = 60
"""Entries on one organisation's list: more is not a list that anybody knows by heart."""


class Act(StrEnum):
    """What binds an organisation, and so needs a mandate."""

    CONFIRM = "confirm"
    LEND = "lend"
    COORDINATE = "coordinate"
    SHARE = "share"

    @property
    def right(self) -> Right:
        """The right without which a mandate for this act means nothing."""
        return Right.LEND if self is Act.LEND else Right.MANDATE


class Limit(StrEnum):
    """What a mandate may be limited in."""

    EUROS = "euros"
    DAYS = "days"
    PEOPLE = "people"


EUROS_UNSAID: Final = "mandate_euros_unsaid"
"""A mandate has a limit in euros, and nobody said what it may cost."""

_PASSED: Final = {
    Limit.EUROS: "mandate_euros",
    Limit.DAYS: "mandate_days",
    Limit.PEOPLE: "mandate_people",
}


Most = Annotated[int, Field(ge=1, le=100_000_000)]


class Mandate(Value):
    """One entry: a person, the acts, the period (`until` is the first moment outside it) and the limits.

    A limit counts for each act by itself; None is no limit. `deputy_for`: the entry of whom this person
    replaces; it stands earlier in the list, and a deputy may never do more.
    """

    id: UUID
    person: UUID
    acts: Annotated[tuple[Act, ...], Field(min_length=1, max_length=len(Act))]
    deputy_for: UUID | None = None
    starts: Moment | None = None
    until: Moment | None = None
    euros: Most | None = None
    days: Most | None = None
    people: Most | None = None

    def in_force(self, now: datetime) -> bool:
        """Whether the moment lies in its period."""
        return (self.starts is None or self.starts <= now) and (self.until is None or now < self.until)

    def limit(self, limit: Limit) -> int | None:
        """The most it allows of that; None: any number."""
        found: int | None = getattr(self, limit.value)
        return found

    def objection(self, now: datetime, amounts: Mapping[Limit, int | None]) -> Refused | None:
        """Why it does not allow so much now; None: it does. What is not said is None."""
        if self.starts is not None and now < self.starts:
            return Refused("mandate_not_yet", starts=self.starts.isoformat())
        if self.until is not None and now >= self.until:
            return Refused("mandate_over", until=self.until.isoformat())
        for limit, amount in amounts.items():
            allowed = self.limit(limit)
            if allowed is None:
                continue
            if amount is None:
                # Only money is ever left unsaid: days and people follow from the request.
                return Refused(EUROS_UNSAID, allowed=allowed)
            if amount > allowed:
                return Refused(_PASSED[limit], found=amount, allowed=allowed)
        return None


class UsedMandate(Value):
    """Under which entry of the list somebody acted: its id, whose it is, and whom that person replaced."""

    id: UUID
    person: UUID
    deputy_for: UUID | None = None


class MandateList(Value):
    """An organisation's list, first called first. `number` rises with every change.

    Without entries it is no list: the right on a membership decides alone, as where none was ever kept.
    `two_persons`: the acts for which a second mandated person must say yes too.
    """

    number: Annotated[int, Field(ge=1)]
    entries: tuple[Mandate, ...]
    two_persons: tuple[Act, ...] = ()
    changed_by: UUID
    changed_at: Moment

    def used(self, entry: Mandate) -> UsedMandate:
        """What names an entry under which somebody acted."""
        replaced = next((each.person for each in self.entries if each.id == entry.deputy_for), None)
        return UsedMandate(id=entry.id, person=entry.person, deputy_for=replaced)
