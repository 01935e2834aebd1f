"""Whom an organisation lets be woken, in which order and at which hours; they wake their own people."""

from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from schemas.state import OWN, Row
from schemas.values import OrganisationId, Text, Value


class Turn(Value):
    """One place on the list: from this hour until before that one, Dutch time; equal means always.

    `exercises`: enrolled for exercise calls; nobody else hears of an exercise.
    """

    person: UUID
    from_hour: int = Field(default=0, ge=0, le=23)
    to_hour: int = Field(default=0, ge=0, le=23)
    exercises: bool = False

    def covers(self, hour: int) -> bool:
        """Whether the person may be called in that hour of the day."""
        if self.from_hour < self.to_hour:
            return self.from_hour <= hour < self.to_hour
        # Over midnight, or all day long.
        return self.from_hour == self.to_hour or hour >= self.from_hour or hour < self.to_hour


class WakeList(Row):
    """The list of one organisation; `phone` is whom to phone when nobody on it can be reached."""

    TYPE: ClassVar[str] = "wake_list"

    id: Annotated[OrganisationId, OWN]
    turns: Annotated[tuple[Turn, ...], OWN] = ()
    minutes: Annotated[int, OWN] = Field(default=3, ge=1, le=30)
    phone: Annotated[Text, OWN] = ""
