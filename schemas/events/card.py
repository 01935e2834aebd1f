"""A sealed card of an organisation: what it is for, until when it opens, and what became of it."""

from enum import StrEnum
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import StringConstraints

from schemas.catalogue import Function
from schemas.events.access import Digest
from schemas.state import OWN, Row
from schemas.values import Moment, OrganisationId

CardNumber = Annotated[str, StringConstraints(pattern=r"^(GM\d{4}|VR\d{2}|SV\d{2}|IBD)-\d{4}$")]
"""The organisation and a count: it names a card and opens nothing."""


class CardState(StrEnum):
    """What became of a card; one whose time is over stays `ready` and opens nothing."""

    READY = "ready"
    USED = "used"
    REPLACED = "replaced"
    STOPPED = "stopped"


class Card(Row):
    """A card for a role, not for a person; everybody of the organisation sees what becomes of it.

    `digest` is the hash of number and six words (66 bits), and no viewer is sent it. `asked_at` is when
    somebody last had the words, whatever came of it; `asked` how often. After a restore `restored_at` says
    that a card which was used since that backup may be ready again. `untold`: whom the text that it was used
    did not reach, so that somebody phones them.
    """

    TYPE: ClassVar[str] = "card"

    id: Annotated[CardNumber, OWN]
    organisation: Annotated[OrganisationId, OWN]
    role: Annotated[Function, OWN]
    digest: Digest
    state: Annotated[CardState, OWN] = CardState.READY
    printed_at: Annotated[Moment, OWN]
    printed_by: Annotated[UUID | None, OWN]
    expires_at: Annotated[Moment, OWN]
    asked_at: Annotated[Moment | None, OWN] = None
    asked: Annotated[int, OWN] = 0
    used_at: Annotated[Moment | None, OWN] = None
    used_by: Annotated[UUID | None, OWN] = None
    approved_by: Annotated[UUID | None, OWN] = None
    session: UUID | None = None
    untold: Annotated[tuple[UUID, ...], OWN] = ()
    ended_at: Annotated[Moment | None, OWN] = None
    ended_by: Annotated[UUID | None, OWN] = None
    restored_at: Annotated[Moment | None, OWN] = None
