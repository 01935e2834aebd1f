"""A hint of `clock`: a deadline is due. It counts only while that deadline is still pending."""

from typing import ClassVar
from uuid import UUID

from schemas.state import State
from schemas.values import Moment


class Alarm(State):
    """id is the deadline's id; `commitment` is whose deadline it is."""

    TYPE: ClassVar[str] = "alarm"

    id: UUID
    commitment: UUID
    due: Moment
