"""The whole country as matching sees it: real municipalities, made-up people, and requests for three each."""

import random
from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from schemas.catalogue import Function
from schemas.events.duty import Duty
from schemas.events.help_request import Confirmation, HelpRequest, RequestState, Slot
from schemas.events.incident import Affected, CallBack, Incident
from schemas.events.lending import Lending
from schemas.values import Where
from services.directory.rules.fictitious import make_people
from services.directory.seed import known_organisations
from services.matching.rules.picture import Asked, Picture

NOW: Final = datetime(2026, 1, 5, 7, 10, tzinfo=UTC)
PEOPLE: Final = 10_000
REQUESTS: Final = 500
SLOTS: Final = 3


def country(people: int = PEOPLE, requests: int = REQUESTS, seed: int = 1735) -> Picture:
    """Everybody is asked directly, two in three are on duty, every lender keeps some at home."""
    dice = random.Random(seed)
    organisations = known_organisations()
    lenders = [each.id for each in organisations if each.population is not None]
    staff = [each.person for each in make_people(organisations, people)]
    victims = dice.sample(lenders, 3)
    incident = _incident(victims)
    asked = [_request(number, dice, victims, lenders) for number in range(requests)]
    return Picture(
        organisations={each.id: each for each in organisations},
        people={each.id: each for each in staff},
        duty={each.id: _duty(each.id, dice) for each in staff},
        lending={each: _lending(each, dice) for each in lenders},
        incidents={incident.id: incident},
        requests={each.request.id: each for each in asked},
        approaches={},
        commitments={},
    )


def _incident(victims: list[str]) -> Incident:
    return Incident(
        id=UUID(int=1),
        source=victims[0],
        affected=tuple(Affected(organisation=each) for each in victims),
        since=NOW,
        reported_at=NOW,
        reported_by=UUID(int=2),
        call_back=CallBack(phone="0547 000 000"),
        exercise=False,
    )


def _duty(person: UUID, dice: random.Random) -> Duty:
    return Duty(id=person, on=dice.random() < 2 / 3, changed_at=NOW, exercise=False)


def _lending(lender: str, dice: random.Random) -> Lending:
    cover = {function: dice.randint(0, 2) for function in Function}
    return Lending(id=lender, cover=cover, ask_people=True, exercise=False)


def _request(number: int, dice: random.Random, victims: list[str], lenders: list[str]) -> Asked:
    borrower = dice.choice(victims)
    needed_by = NOW + timedelta(hours=dice.choice((2, 12, 60, 200)))
    request = HelpRequest(
        id=UUID(int=1_000 + number),
        incident=UUID(int=1),
        borrower=borrower,
        region="VR05",
        function=dice.choice(list(Function)),
        where=dice.choice(list(Where)),
        needed_by=needed_by,
        ends=NOW + timedelta(days=20),
        state=RequestState.OPEN,
        asked_at=NOW,
        asked_by=UUID(int=2),
        confirmed=Confirmation(by=UUID(int=2), organisation=borrower, at=NOW),
        circle=tuple(each for each in lenders if each not in victims),
        slots=(Slot(),) * SLOTS,
        exercise=False,
    )
    return Asked(3, request)
