"""Any legal body that takes part: municipality, partnership, safety region or the IBD."""

from enum import StrEnum
from typing import ClassVar

from schemas.mandate import MandateList
from schemas.state import State
from schemas.values import OrganisationId, ShortText, SystemName, Value


class Kind(StrEnum):
    """What sort of body it is."""

    MUNICIPALITY = "municipality"
    PARTNERSHIP = "partnership"
    SAFETY_REGION = "safety_region"
    CSIRT = "csirt"


class Place(Value):
    """Where its town hall roughly is, in degrees (WGS 84)."""

    latitude: float
    longitude: float


class Organisation(State):
    """A body as it is now. The products it uses are read by matching and never shown to others.

    `mandates` None: no list is kept, and the right on a membership decides alone. Only its people read it.
    """

    TYPE: ClassVar[str] = "organisation"

    id: OrganisationId
    kind: Kind
    name: ShortText
    province: str | None = None
    region: OrganisationId | None = None
    population: int | None = None
    place: Place | None = None
    delivers_ict_to: tuple[OrganisationId, ...] = ()
    systems: tuple[SystemName, ...] = ()
    fictitious: bool = False
    mandates: MandateList | None = None
