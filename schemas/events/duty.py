"""A person's own switch: on duty now, until when. Off duty is never disturbed."""

from typing import Annotated, ClassVar
from uuid import UUID

from schemas.state import OWN, Row
from schemas.values import Moment


class Duty(Row):
    """A person's duty; past `until` it is off duty whatever `on` says."""

    TYPE: ClassVar[str] = "duty"

    id: Annotated[UUID, OWN]
    on: Annotated[bool, OWN]
    until: Annotated[Moment | None, OWN] = None
    changed_at: Annotated[Moment, OWN]

    def is_on(self, now: Moment) -> bool:
        """Whether the person is on duty at that moment."""
        return self.on and (self.until is None or now < self.until)
