"""What `aid` is told by its environment beside what every owner is told."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field

from services.aid.rules.world import Terms
from services.runtime.settings import OwnerSettings, Positive, WebSettings


class AidSettings(OwnerSettings, WebSettings):
    """The numbers that rules count with, in the units of their names.

    `internal_token`: what services show each other.
    """

    internal_token: Annotated[str, Field(min_length=32)]
    approaches_per_slot: Positive = 5
    expiry_acute_minutes: Positive = 30
    expiry_minutes: Positive = 240
    names_due_hours: Positive = 12
    assumed_days: Positive = 3

    def terms(self) -> Terms:
        """The same as values that rules understand."""
        return Terms(
            approaches_per_slot=self.approaches_per_slot,
            expiry_acute=timedelta(minutes=self.expiry_acute_minutes),
            expiry=timedelta(minutes=self.expiry_minutes),
            names_due=timedelta(hours=self.names_due_hours),
            assumed_days=self.assumed_days,
        )
