"""What matching knows: the newest state of everything that decides who could help."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from uuid import UUID

from schemas.events.approach import Approach
from schemas.events.commitment import Commitment
from schemas.events.duty import Duty
from schemas.events.help_request import HelpRequest
from schemas.events.incident import Incident
from schemas.events.lending import Lending
from schemas.events.organisation import Organisation
from schemas.events.person import Person


@dataclass(frozen=True)
class Asked:
    """A help request and the version of it that is known: a suggestion is about exactly that one."""

    version: int
    request: HelpRequest


@dataclass(frozen=True)
class Picture:
    """Newest states by id. What is missing is unknown: no duty is off duty, no lending covers nothing."""

    organisations: Mapping[str, Organisation] = field(default_factory=dict)
    people: Mapping[UUID, Person] = field(default_factory=dict)
    duty: Mapping[UUID, Duty] = field(default_factory=dict)
    lending: Mapping[str, Lending] = field(default_factory=dict)
    incidents: Mapping[UUID, Incident] = field(default_factory=dict)
    requests: Mapping[UUID, Asked] = field(default_factory=dict)
    approaches: Mapping[UUID, Approach] = field(default_factory=dict)
    commitments: Mapping[UUID, Commitment] = field(default_factory=dict)
