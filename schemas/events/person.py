"""Someone who works for one or more organisations: functions and rights, no personal data."""

from datetime import date
from typing import Annotated, ClassVar
from uuid import UUID

from pydantic import StringConstraints

from schemas.catalogue import Function
from schemas.state import OWN, Row
from schemas.values import (
    DUTCH,
    ENGLISH,
    Language,
    Moment,
    OrganisationId,
    OurLanguage,
    Right,
    ShortText,
    SystemName,
    Value,
)

Half = Annotated[str, StringConstraints(pattern=r"^([A-Za-z0-9+/]{43}=)?$")]
"""A public key of X25519 in base64, or nothing."""


class Membership(Value):
    """For whom the person works, and what they may do there."""

    organisation: OrganisationId
    rights: tuple[Right, ...] = ()
    checked_on: date | None = None
    """When a colleague last said that this is still so; a day in UTC."""


class Guesthood(Value):
    """What somebody from outside was let in for: one incident, by whom, from which firm, until when.

    `firm_is`: the organisations that take part and are called what the firm is called.
    """

    incident: UUID
    organisation: OrganisationId
    sponsor: UUID
    firm: ShortText
    firm_is: tuple[OrganisationId, ...] = ()
    until: Moment

    @property
    def hosts(self) -> frozenset[str]:
        """Whose trust this hangs on: the sponsor's organisation, and that of the guest where it is known."""
        return frozenset({self.organisation, *self.firm_is})


class Person(Row):
    """A colleague as matching and the own organisation know them.

    After `forgotten` the lists are empty and nobody's name can be found again. A `guest` works for nobody
    here: no membership, function or right. `called_in` is what they chose for calls and text messages.
    `sealing` is the public half of their data key (X25519, base64): with it anybody seals what they told us.
    `system`: not somebody but a program of that organisation, which reads along; it has no membership either.
    """

    TYPE: ClassVar[str] = "person"

    id: Annotated[UUID, OWN]
    memberships: Annotated[tuple[Membership, ...], OWN] = ()
    functions: Annotated[tuple[Function, ...], OWN] = ()
    languages: Annotated[tuple[Language, ...], OWN] = ("nl",)
    called_in: Annotated[OurLanguage | None, OWN] = None
    systems: Annotated[tuple[SystemName, ...], OWN] = ()
    fictitious: Annotated[bool, OWN] = False
    forgotten: Annotated[bool, OWN] = False
    guest: Annotated[Guesthood | None, OWN] = None
    sealing: Half = ""
    system: Annotated[OrganisationId | None, OWN] = None

    @property
    def organisations(self) -> tuple[str, ...]:
        """For whom the person works, or whose program it is."""
        own = () if self.system is None else (self.system,)
        return (*(member.organisation for member in self.memberships), *own)

    @property
    def spoken_to(self) -> OurLanguage:
        """In which language calls and text messages come; Dutch where nothing else is known."""
        return self.called_in or (DUTCH if DUTCH in self.languages or not self.languages else ENGLISH)

    def works_for(self, organisation: str) -> bool:
        """Whether the person is a member of the organisation."""
        return any(member.organisation == organisation for member in self.memberships)

    def may(self, right: Right, organisation: str) -> bool:
        """Whether the person holds the right for that organisation."""
        return any(
            member.organisation == organisation and right in member.rights for member in self.memberships
        )
