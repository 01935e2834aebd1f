"""Builders of a picture: each gives a complete object, and a test names only what matters to it."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid5

from schemas.catalogue import Function
from schemas.events.approach import Approach, ApproachState
from schemas.events.commitment import Commitment, CommitmentState
from schemas.events.duty import Duty
from schemas.events.help_request import Confirmation, HelpRequest, RequestState, Slot
from schemas.events.incident import Affected, CallBack, Incident
from schemas.events.lending import Lending
from schemas.events.organisation import Kind, Organisation, Place
from schemas.events.person import Membership, Person
from schemas.values import Where
from services.matching.rules.picture import Asked, Picture

NOW = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
SPACE = UUID("00000000-0000-7000-8000-000000000000")
BACKUP = Function.BACKUP_RECOVERY
NETWORK = Function.NETWORK
BORROWER = "GM1735"


def uid(name: str) -> UUID:
    """The same id for the same name."""
    return uuid5(SPACE, name)


def organisation(key: str, **more: object) -> Organisation:
    place = Place(latitude=52.2, longitude=6.5 + 0.05 * (int(key[-2:]) % 7 if key[-2:].isdigit() else 0))
    return Organisation(**{"id": key, "kind": Kind.MUNICIPALITY, "name": key, "place": place, **more})


def person(name: str, *employers: str, functions: Iterable[Function] = (BACKUP,), **more: object) -> Person:
    return Person(
        id=uid(name),
        memberships=tuple(Membership(organisation=each) for each in employers),
        functions=tuple(functions),
        exercise=False,
        **more,
    )


def on_duty(name: str, **more: object) -> Duty:
    return Duty(**{"id": uid(name), "on": True, "changed_at": NOW, "exercise": False, **more})


def lending(key: str, **more: object) -> Lending:
    return Lending(**{"id": key, "ask_people": True, "exercise": False, **more})


def incident(name: str = "incident", *victims: str, **more: object) -> Incident:
    hit = victims or (BORROWER,)
    return Incident(
        **{
            "id": uid(name),
            "source": hit[0],
            "affected": tuple(Affected(organisation=each) for each in hit),
            "since": NOW,
            "reported_at": NOW,
            "reported_by": uid("wilma"),
            "call_back": CallBack(phone="0547 000 000"),
            "exercise": False,
            **more,
        }
    )


def asked(
    name: str = "request", slots: int | tuple[Slot, ...] = 1, version: int = 3, **more: object
) -> Asked:
    needed_by = NOW + timedelta(days=10)
    request = HelpRequest(
        **{
            "id": uid(name),
            "incident": uid("incident"),
            "borrower": BORROWER,
            "region": "VR05",
            "function": BACKUP,
            "where": Where.ON_SITE,
            "needed_by": needed_by,
            "ends": needed_by + timedelta(days=2),
            "state": RequestState.OPEN,
            "asked_at": NOW,
            "asked_by": uid("wilma"),
            "confirmed": Confirmation(by=uid("gert"), organisation=BORROWER, at=NOW),
            "circle": ("GM0001", "GM0002", "GM0003", "GM0004"),
            "slots": (Slot(),) * slots if isinstance(slots, int) else slots,
            "exercise": False,
            **more,
        }
    )
    return Asked(version, request)


def commitment(name: str, lender: str, who: str | None, **more: object) -> Commitment:
    starts = NOW + timedelta(days=10)
    return Commitment(
        **{
            "id": uid(name),
            "request": uid("another request"),
            "incident": uid("another incident"),
            "function": BACKUP,
            "where": Where.ON_SITE,
            "lender": lender,
            "borrower": "GM0099",
            "person": None if who is None else uid(who),
            "state": CommitmentState.FINAL,
            "starts": starts,
            "ends": starts + timedelta(days=2),
            "claimed_at": NOW,
            "exercise": False,
            **more,
        }
    )


def approach(name: str, lender: str, who: str | None, state: ApproachState, **more: object) -> Approach:
    return Approach(
        **{
            "id": uid(name),
            "request": uid("request"),
            "incident": uid("incident"),
            "lender": lender,
            "person": None if who is None else uid(who),
            "function": BACKUP,
            "state": state,
            "asked_at": NOW,
            "exercise": False,
            **more,
        }
    )


def picture(*states: object) -> Picture:
    """The picture that holds these states; the borrower and an open incident of it come along."""
    found = Picture({BORROWER: organisation(BORROWER)}, {}, {}, {}, {uid("incident"): incident()}, {}, {}, {})
    places = {
        Organisation: found.organisations,
        Person: found.people,
        Duty: found.duty,
        Lending: found.lending,
        Incident: found.incidents,
        Approach: found.approaches,
        Commitment: found.commitments,
    }
    for state in states:
        if isinstance(state, Asked):
            found.requests[state.request.id] = state
        else:
            places[type(state)][state.id] = state
    return found


def neighbour(key: str = "GM0001", *names: str, **more: object) -> list[object]:
    """An organisation whose people are asked directly, with these people on duty."""
    staff = names or (f"joris of {key}",)
    return [
        organisation(key),
        lending(key, **more),
        *(person(name, key) for name in staff),
        *(on_duty(name) for name in staff),
    ]
