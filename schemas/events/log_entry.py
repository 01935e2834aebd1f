"""One line in an incident's log: append only, never edited; words can be taken out of it."""

from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import Field

from schemas.mandate import UsedMandate
from schemas.state import ASKED, COORDINATOR, PARTNER, Row
from schemas.values import Moment, OrganisationId, Text


class Entry(StrEnum):
    """What kind of line it is; screens phrase it from `about` in the viewer's language."""

    REPORTED = "reported"
    SERVICE_CHANGED = "service_changed"
    INCIDENT_CHANGED = "incident_changed"
    HELP_ASKED = "help_asked"
    HELP_AGREED = "help_agreed"
    HELP_CONFIRMED = "help_confirmed"
    HELP_CHANGED = "help_changed"
    HELP_WITHDRAWN = "help_withdrawn"
    APPROACHED = "approached"
    RESERVED = "reserved"
    COMMITTED = "committed"
    DECLINED = "declined"
    GIVEN_BACK = "given_back"
    LAPSED = "lapsed"
    RELEASED = "released"
    NAMED = "named"
    COORDINATOR_NAMED = "coordinator_named"
    NOTE = "note"
    REDACTED = "redacted"


class LogEntry(Row):
    """A line of the log. `about` holds codes and counts, never a person's name.

    Of version 1 nothing else was said; it knows no line that words were taken out of the story.
    """

    TYPE: ClassVar[str] = "log_entry"
    VERSION: ClassVar[int] = 2
    PARENT: ClassVar[str | None] = "incident"

    id: Annotated[UUID, ASKED]
    incident: Annotated[UUID, PARTNER]
    at: Annotated[Moment, ASKED]
    entry: Annotated[Entry, ASKED]
    by_organisation: Annotated[OrganisationId | None, PARTNER] = None
    by_person: Annotated[UUID | None, COORDINATOR] = None
    request: Annotated[UUID | None, PARTNER] = None
    about: Annotated[dict[str, str | int], PARTNER] = Field(default_factory=dict)
    mandate: Annotated[UsedMandate | None, COORDINATOR] = None
    text: Annotated[Text, COORDINATOR] = ""
