"""A made-up crisis to measure in: people of 300 lenders, and requests that ask fifteen of them each.

Every id ends in a number of twelve digits, so that whoever repeats a statement can put another number there.
"""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from schemas.catalogue import Function
from schemas.events.approach import Approach, Reason, ReasonCode
from schemas.events.duty import Duty
from schemas.events.help_request import Confirmation, CouldAsk, HelpRequest, RequestState, Slot
from schemas.events.incident import Affected, CallBack, Incident
from schemas.events.lending import Lending, StandingYes
from schemas.events.organisation import Kind, Organisation
from schemas.events.person import Membership, Person
from schemas.events.session import Session
from schemas.state import State
from schemas.values import Level, Where, organisation_key, person_key
from services.aid.rules import audience

LENDERS: Final = 300
ASKED: Final = 15
"""Approaches of a request: five for each of its three slots, as shipped."""

SLOTS: Final = 3
STRIDE: Final = 7
"""Neighbouring requests share lenders, and no request asks a lender twice."""

FUNCTION: Final = Function.BACKUP_RECOVERY
BORROWER: Final = "GM1735"
MORNING: Final = datetime.now(UTC).replace(microsecond=0)
"""Needed by tomorrow: what is measured is measured today."""

INCIDENT: Final = UUID("00000000-0000-4000-9000-000000000001")


def numbered(kind: int, number: int) -> UUID:
    """The id of the number-th thing of a kind; kinds below 16 are approaches."""
    return UUID(f"{kind:08x}-0000-4000-8000-{number:012d}")


def person_id(number: int) -> UUID:
    """The number-th person."""
    return numbered(0x100, number)


def session_id(number: int) -> UUID:
    """Their session."""
    return numbered(0x200, number)


def request_id(number: int) -> UUID:
    """The number-th request."""
    return numbered(0x300, number)


def lender_of(number: int) -> str:
    """The employer of the number-th person."""
    return f"GM{2000 + number % LENDERS}"


def directory(people: int) -> list[State]:
    """Organisations, people who all have the function, and a session for each; one more for the borrower."""
    names = [BORROWER, *(lender_of(number) for number in range(LENDERS))]
    found: list[State] = [Organisation(id=key, kind=Kind.MUNICIPALITY, name=key) for key in names]
    found += [_person(number, lender_of(number)) for number in range(people)]
    found.append(_person(people, BORROWER))
    found += [
        Session(
            id=session_id(number),
            person=person_id(number),
            started_at=MORNING,
            expires_at=MORNING + timedelta(days=1),
        )
        for number in range(people + 1)
    ]
    return found


def standing(people: int) -> list[State]:
    """What is there before anybody claims: the incident, everybody's duty, every lender's agreements."""
    found: list[State] = [incident()]
    found += [
        Duty(
            id=person_id(number),
            on=True,
            changed_at=MORNING,
            exercise=False,
            readers={person_key(person_id(number)): Level.OWN},
        )
        for number in range(people)
    ]
    return found + [_lending(number) for number in range(LENDERS)]


def incident() -> Incident:
    """One municipality is hit."""
    made = Incident(
        id=INCIDENT,
        source=BORROWER,
        affected=(Affected(organisation=BORROWER),),
        since=MORNING,
        reported_at=MORNING,
        reported_by=person_id(0),
        call_back=CallBack(phone="0547 000 000"),
        exercise=False,
    )
    return made.model_copy(update=audience.of_incident(made))


def case(number: int, people: int, asked: int = ASKED) -> tuple[HelpRequest, list[Approach]]:
    """The number-th request and whom it asks: the person of the same number first.

    After as many requests as there are people everybody's turn comes again, for another period.
    """
    begins = MORNING + timedelta(days=1 + 3 * (number // people))
    approaches = [_approach(number, i, people) for i in range(asked)]
    request = HelpRequest(
        id=request_id(number),
        incident=INCIDENT,
        borrower=BORROWER,
        region="VR05",
        function=FUNCTION,
        where=Where.REMOTE,
        needed_by=begins,
        ends=begins + timedelta(days=2),
        state=RequestState.OPEN,
        asked_at=MORNING,
        asked_by=person_id(0),
        confirmed=Confirmation(by=person_id(0), organisation=BORROWER, at=MORNING),
        circle=tuple(sorted(each.lender for each in approaches)),
        slots=(Slot(),) * SLOTS,
        could_ask=CouldAsk(people=75, organisations=ASKED),
        note="De back-ups staan er nog; wij zoeken mensen die ze terugzetten.",
        exercise=False,
    )
    return request.model_copy(update=audience.of_request(request, incident(), approaches, ())), approaches


def _person(number: int, employer: str) -> Person:
    key = person_id(number)
    return Person(
        id=key,
        memberships=(Membership(organisation=employer),),
        functions=(FUNCTION,),
        exercise=False,
        readers={person_key(key): Level.OWN, organisation_key(employer): Level.OWN},
    )


def _lending(number: int) -> Lending:
    employer = lender_of(number)
    return Lending(
        id=employer,
        # Nobody is at the bottom of it: what is measured is the winner's way.
        cover={FUNCTION: -100},
        standing=(StandingYes(id=numbered(0x400, number), at_most=1_000),),
        ask_people=True,
        exercise=False,
        readers={organisation_key(employer): Level.OWN},
    )


def _approach(number: int, ordinal: int, people: int) -> Approach:
    asked = (number + ordinal * STRIDE) % people
    made = Approach(
        id=numbered(ordinal, number),
        request=request_id(number),
        incident=INCIDENT,
        lender=lender_of(asked),
        person=person_id(asked),
        function=FUNCTION,
        asked_at=MORNING,
        standing_yes=True,
        reasons=(
            Reason(code=ReasonCode.DISTANCE, minutes=4, value="40"),
            Reason(code=ReasonCode.FUNCTION, minutes=0, value=FUNCTION.value),
            Reason(code=ReasonCode.URGENCY, minutes=-60, value="72"),
        ),
        exercise=False,
    )
    return made.model_copy(update={"readers": audience.of_approach(made, incident(), BORROWER)})
