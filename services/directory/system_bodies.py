"""What is asked and answered about the keys of systems over HTTP."""

from datetime import datetime
from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from schemas.values import Command, ShortText
from services.directory.bodies import Assertion
from services.directory.rules.systems import MOST_DAYS

CLIENT_CREDENTIALS: Final = "client_credentials"


class MakeSystem(Command):
    """Which system is to read along, what for, for how many days, and that it is who administers who asks."""

    name: ShortText
    about: ShortText
    days: Annotated[int, Field(ge=1, le=MOST_DAYS)]
    passkey: Assertion | None = None


class SystemMade(BaseModel):
    """What the system signs in with. The secret is said once and kept nowhere."""

    client_id: UUID
    client_secret: str
    expires_at: datetime


class SystemShown(BaseModel):
    """A key of the organisation, without anything that opens. `used_at`: when it last signed in."""

    id: UUID
    name: str
    about: str
    made_by: str
    made_at: datetime
    expires_at: datetime
    used_at: datetime | None
    ended_at: datetime | None


class SystemsShown(BaseModel):
    """All of an organisation, the newest first."""

    systems: list[SystemShown]


class AskToken(BaseModel):
    """The client credentials of a system (RFC 6749, 4.4), as JSON or as a form; what else comes is not read.

    Where id and secret stand in an Authorization header instead (Basic), the secret stays empty here.
    """

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    # Any text, so that another grant is told apart from what is no request at all.
    grant_type: Annotated[
        str, StringConstraints(max_length=200), Field(json_schema_extra={"enum": [CLIENT_CREDENTIALS]})
    ]
    client_id: Annotated[str, StringConstraints(max_length=200)] = ""
    client_secret: Annotated[str, StringConstraints(max_length=200)] = ""


class Token(BaseModel):
    """What the system sends along with everything it reads: `Authorization: Bearer`, for so many seconds."""

    access_token: str
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105 no secret
    expires_in: int
