"""A hint of `clock`: a turn on a ladder is over. It counts only while that turn is still pending."""

from typing import ClassVar
from uuid import UUID

from schemas.state import State
from schemas.values import Moment


class Bell(State):
    """id is the turn's id; `delivery` is whose turn it is."""

    TYPE: ClassVar[str] = "bell"

    id: UUID
    delivery: UUID
    due: Moment
