"""What a client can ask of `aid`: the shapes of every command body, checked before any rule is asked."""

from datetime import date
from typing import Annotated, Final
from uuid import UUID

from pydantic import Field

from schemas.catalogue import Function, ResidentService
from schemas.events.incident import CallBack, ServiceState
from schemas.events.lending import StandingYes
from schemas.night import Wake
from schemas.values import (
    NAME_LIMIT,
    Command,
    Language,
    Moment,
    OrganisationId,
    Pattern,
    Phase,
    Severity,
    ShortText,
    SystemName,
    Text,
    Tlp,
    Where,
)

MOST_SLOTS: Final = 50
"""Slots in one request: more is a plan, not a request."""

Place = Annotated[Text, Field(max_length=200)]
"""An address or a spot. The published state keeps room for longer ones that were taken in before."""

SlotNumber = Annotated[int, Field(ge=1, le=MOST_SLOTS)]


class ServiceDown(Command):
    """A resident service that does not run as usual; `since` None: since the incident began."""

    service: ResidentService
    state: ServiceState = ServiceState.DOWN
    since: Moment | None = None
    hurts_on: date | None = None
    note: Text = ""


Services = Annotated[tuple[ServiceDown, ...], Field(max_length=len(ResidentService))]


class ReportIncident(Command):
    """The acute hour's report: what is down, since when, who to call. The rest may follow."""

    id: UUID
    affected: OrganisationId
    since: Moment
    call_back: CallBack
    services: Services = ()
    description: Text = ""
    pattern: Pattern = Pattern.UNKNOWN
    severity: Severity = Severity.UNKNOWN
    exercise: bool = False
    caller: ShortText | None = None


class ChangeServices(Command):
    """New states of services of one affected organisation; services that are not named stay as they are."""

    affected: OrganisationId
    services: Annotated[Services, Field(min_length=1)]


class ChangeFacts(Command):
    """What became known since the report; a field that is None stays as it is."""

    phase: Phase | None = None
    pattern: Pattern | None = None
    severity: Severity | None = None
    tlp: Tlp | None = None
    description: Text | None = None
    call_back: CallBack | None = None


class ChangeCoordinators(Command):
    """The organisations that coordinate from now on; who is not in it loses the role."""

    coordinators: Annotated[tuple[OrganisationId, ...], Field(max_length=20)]


class AdmitGuest(Command):
    """Somebody from outside, whom the directory knows as this incident's guest, reads it from now on."""

    guest: UUID


class EndGuest(Command):
    """A guest reads nothing any more, for good."""

    guest: UUID


class WriteLog(Command):
    """A line for the incident's log."""

    id: UUID
    text: Annotated[Text, Field(min_length=1)]


Word = Annotated[Text, Field(min_length=1, max_length=NAME_LIMIT)]


class Redact(Command):
    """Words that are taken out of everything that was written about the incident, for good."""

    words: Annotated[tuple[Word, ...], Field(min_length=1, max_length=10)]


class CloseIncident(Command):
    """The incident is over; its history stays."""


class AskHelp(Command):
    """A request for help: function, number, when, where. It is provisional until somebody confirms it.

    `wake` None: nobody is called for it by day, and at night from seven in the morning on.
    """

    id: UUID
    incident: UUID
    borrower: OrganisationId
    function: Function
    number: SlotNumber
    where: Where
    needed_by: Moment
    ends: Moment | None = None
    place: Place = ""
    at_least: SlotNumber = 1
    languages: Annotated[tuple[Language, ...], Field(max_length=5)] = ()
    systems: Annotated[tuple[SystemName, ...], Field(max_length=10)] = ()
    note: Text = ""
    wake: Wake | None = None


class ConfirmRequest(Command):
    """A mandated person's yes: this circle may be asked. `choose_self`: each helper waits for our yes.

    `euros`: the most it may cost; only a mandate with a limit in euros needs it said. `wake`: whether those
    who are asked may be called now; None: as the request says it.
    """

    circle: Annotated[tuple[OrganisationId, ...], Field(min_length=1, max_length=400)]
    choose_self: bool = False
    euros: Annotated[int, Field(ge=0, le=100_000_000)] | None = None
    wake: Wake | None = None


class WithdrawRequest(Command):
    """The help is not needed any more."""


class ChangeNumber(Command):
    """Another number of slots; never fewer than are held."""

    number: SlotNumber


class Claim(Command):
    """ "I help": a person takes one slot. It is refused after `valid_until` and under other terms."""

    approach: UUID
    terms_version: int
    valid_until: Moment | None = None


class Decline(Command):
    """ "I cannot": the person or the desk that was asked says no."""

    approach: UUID


class Lend(Command):
    """A lender's yes: to reservations that wait for it, and to `unnamed` slots whose names follow."""

    lender: OrganisationId
    reservations: Annotated[tuple[UUID, ...], Field(max_length=MOST_SLOTS)] = ()
    unnamed: Annotated[int, Field(ge=0, le=MOST_SLOTS)] = 0
    team_lead: UUID | None = None
    terms_version: int
    valid_until: Moment | None = None


class AcceptCommitment(Command):
    """The person who was named says yes."""


class RefuseCommitment(Command):
    """A no to a reservation: of the person named, of the lender's desk or of the borrower."""


class ApproveCommitment(Command):
    """The borrower's yes to a helper, where it chose to pick each itself."""


class GiveBack(Command):
    """The slot is free again."""


class NamePerson(Command):
    """Who takes an unnamed slot; that person's yes makes it final."""

    person: UUID


class ChangeDuty(Command):
    """The person's own switch."""

    on: bool
    until: Moment | None = None


class ChangeLending(Command):
    """An organisation's lending agreements, whole."""

    cover: Annotated[
        dict[Function, Annotated[int, Field(ge=0, le=10_000)]], Field(max_length=len(Function))
    ] = Field(default_factory=dict)
    standing: Annotated[tuple[StandingYes, ...], Field(max_length=20)] = ()
    ask_people: bool = False
