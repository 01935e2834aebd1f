"""A request of an organisation whose own people are called to confirm it, in the night."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from schemas.catalogue import Function
from schemas.events.delivery import Delivery
from schemas.events.help_request import (
    Became,
    Confirmation,
    FirstYes,
    HelpRequest,
    Slot,
    Spoken,
)
from schemas.events.organisation import Kind, Organisation
from schemas.events.person import Membership, Person
from schemas.mandate import Act, Mandate, MandateList
from schemas.values import Level, OurLanguage, Right, Where
from services.notification.rules import mandated
from services.notification.rules.confirm_words import after_confirm
from services.notification.rules.ladder import keyed, to_call

NIGHT = datetime(2026, 1, 5, 2, 10, tzinfo=UTC)
WILMA, GERT, INES, OMAR, PIET = (UUID(int=number) for number in range(1, 6))
CIRCLE = ("GM0141", "GM0153")


def entry(person: UUID, **more: Any) -> Mandate:
    return Mandate(**{"id": UUID(int=person.int + 100), "person": person, "acts": (Act.CONFIRM,), **more})


def own(*entries: Mandate, **more: Any) -> mandated.Own:
    """GM1735, where Gert, Ines and Omar hold the right, with this list of mandates."""
    kept = MandateList(
        number=1, entries=entries, changed_by=GERT, changed_at=NIGHT, **more.pop("mandates", {})
    )
    people = [
        Person(id=each, memberships=(Membership(organisation="GM1735", rights=rights),), exercise=False)
        for each, rights in (
            (WILMA, (Right.REPORT,)),
            (GERT, (Right.MANDATE,)),
            (INES, (Right.MANDATE,)),
            (OMAR, (Right.MANDATE,)),
            (PIET, (Right.LEND,)),
        )
    ]
    listed = more.pop("listed", None)
    organisation = Organisation(
        id="GM1735", kind=Kind.MUNICIPALITY, name="Hof van Twente", mandates=kept if entries else None
    )
    return mandated.Own(organisation, people, listed)


ALL = own(entry(GERT), entry(INES), entry(OMAR))


def request(**more: Any) -> HelpRequest:
    made = {
        "id": UUID(int=8),
        "incident": UUID(int=7),
        "borrower": "GM1735",
        "region": "VR05",
        "function": Function.BACKUP_RECOVERY,
        "where": Where.REMOTE,
        "needed_by": NIGHT + timedelta(hours=6),
        "asked_at": NIGHT,
        "asked_by": WILMA,
        "slots": (Slot(), Slot()),
        "proposed": CIRCLE,
        "exercise": False,
        "readers": {"org:GM1735": Level.OWN, "org:IBD": Level.COORDINATOR, "desk:GM0153": Level.ASKED},
    }
    return HelpRequest(**{**made, **more})


def begun(here: mandated.Own = ALL, **more: Any) -> Delivery:
    found = mandated.begin(request(**more), here, NIGHT)
    assert found is not None
    return found


def at(delivery: Delivery, here: mandated.Own = ALL, minutes: float = 1) -> Any:
    return mandated.ladder(here, delivery, NIGHT + timedelta(minutes=minutes))


def presses(delivery: Delivery, keys: str = "1", here: mandated.Own = ALL) -> Delivery:
    last = to_call(delivery)
    assert last is not None
    return keyed(delivery, last.id, keys, at(delivery, here))


def says(
    delivery: Delivery, became: Became, here: mandated.Own = ALL, refused: str = "", **more: Any
) -> Delivery:
    """`aid` tells what became of the last yes."""
    spoken = Spoken(attempt=delivery.attempts[-1].id, became=became, refused=refused)
    return mandated.told(delivery, request(spoken=(spoken,), **more), here, NIGHT + timedelta(minutes=2))


def whom(delivery: Delivery) -> UUID | None:
    last = to_call(delivery)
    return None if last is None else last.person


def answer(delivery: Delivery, keys: str = "1", language: OurLanguage = "nl") -> str:
    return after_confirm(delivery, delivery.attempts[0], keys, language).text


def first_yes(person: UUID) -> FirstYes:
    said = Confirmation(by=person, organisation="GM1735", at=NIGHT)
    return FirstYes(confirmation=said, circle=CIRCLE, choose_self=False)
