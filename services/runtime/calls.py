"""A call or text message to somebody, as `notification` tells it to whoever asks what is kept of them."""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from pydantic import BaseModel


class Why(StrEnum):
    """To be woken for a request, or to key in a code; or a message, as a text or on a device."""

    WAKE = "wake"
    CODE = "code"
    TEXT = "text"
    PUSH = "push"


class Call(BaseModel):
    """When somebody was called, what for and what came of it; of a message when what it tells happened.

    `ordered_at`: when the provider was told to; `provider_id`: what it calls that call or message; `body`:
    what a message says.
    """

    why: Why
    at: datetime
    state: str
    organisation: str | None = None
    request: UUID | None = None
    answered_at: datetime | None = None
    ordered_at: datetime | None = None
    provider_id: str | None = None
    body: str | None = None
