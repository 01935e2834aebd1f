"""Guests over HTTP: who may invite them, and their way in."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from schemas.envelope import Event
from schemas.events.incident import CallBack, Guest, Incident
from schemas.values import Right
from services.runtime.now import clock
from tests.contract.doorstep import Browser, signed_in
from tests.enveloped import event_of
from tests.phone import Phone


async def mandated(app: Any, person: str) -> None:
    """Let the administrator confirm as well, as a mandate is given in the directory."""
    known = app.state.directory.own
    found = next(each for each in known.people.values() if str(each.id) == person)
    [member] = found.memberships
    rights = (*member.rights, Right.MANDATE)
    known.keep([found.model_copy(update={"memberships": (member.model_copy(update={"rights": rights}),)})])


def a_guest(**more: Any) -> dict[str, Any]:
    return {
        "incident": str(uuid4()),
        "organisation": "GM1735",
        "name": "Bram Verzonnen",
        "firm": "Spoedhulp BV",
        "phone": "06 00000001",
        "until": (clock()() + timedelta(days=1)).isoformat(),
        "checked": "in_person",
        **more,
    }


async def sponsored(app: Any) -> tuple[Browser, dict[str, Any]]:
    """A sponsor's browser, and the link of a guest with its code."""
    here, phone, person = await signed_in(app)
    await mandated(app, person)
    return here, await linked(here, phone)


async def linked(here: Browser, phone: Phone, **more: Any) -> dict[str, Any]:
    """The link of a guest with its code, by whoever may make one."""
    proof = await here.proof(phone, "guest")
    status, invited = await here.post("guests", a_guest(passkey=proof, **more))
    assert status == 200, invited
    return {"person": invited["person"], "secret": invited["secret"], "code": invited["code"]}


def naming(app: Any, person: str, *, ended: bool = False, incident: UUID | None = None) -> Event:
    """An incident that names somebody as its guest: by default the one they were invited to."""
    now = clock()()
    known = app.state.directory.own.person(UUID(person)).guest
    key = incident or (uuid4() if known is None else known.incident)
    guest = Guest(
        person=UUID(person),
        firm="Spoedhulp BV",
        organisation="GM1735",
        sponsor=uuid4(),
        until=now + timedelta(days=1),
        ended_at=now if ended else None,
    )
    state = Incident(
        id=key,
        source="GM1735",
        affected=(),
        since=now,
        reported_at=now,
        reported_by=uuid4(),
        call_back=CallBack(phone="06 00000000"),
        exercise=False,
        guests=(guest,),
    )
    return event_of(state)


def opening(invited: dict[str, Any]) -> dict[str, Any]:
    return {"secret": invited["secret"], "code": invited["code"]}
