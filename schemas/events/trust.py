"""Whether an organisation's own IT is believed: its mail, and its word for who somebody is."""

from typing import Annotated, ClassVar
from uuid import UUID

from schemas.mandate import UsedMandate
from schemas.state import ASKED, COORDINATOR, Row
from schemas.values import Moment, OrganisationId


class Trust(Row):
    """What was decided last about one organisation, by its own people or by the IBD on their behalf.

    While it is distrusted everybody who works for an organisation reads so; once it is trusted again only
    itself and the IBD do. An organisation without this row was never distrusted. `since`: when it became so.
    """

    TYPE: ClassVar[str] = "trust"

    id: Annotated[OrganisationId, ASKED]
    distrusted: Annotated[bool, ASKED]
    since: Annotated[Moment, ASKED]
    by_organisation: Annotated[OrganisationId, ASKED]
    by_person: Annotated[UUID, COORDINATOR]
    mandate: Annotated[UsedMandate | None, COORDINATOR] = None
