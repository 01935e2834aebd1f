"""A call to somebody by telephone, as `notification` tells it to whoever asks what is kept of them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel


class Why(StrEnum):
    """To be woken for a request, or to key in a code."""

    WAKE = "wake"
    CODE = "code"


class Call(BaseModel):
    """When somebody was called, what for and what came of it.

    `ordered_at`: when the provider was told to; `provider_id`: what it calls that call.
    """

    why: Why
    at: datetime
    state: str
    organisation: str | None = None
    request: UUID | None = None
    answered_at: datetime | None = None
    ordered_at: datetime | None = None
    provider_id: str | None = None
