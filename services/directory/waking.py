"""The routes by which an organisation sees and says whom it lets be woken."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import FastAPI, Query
from pydantic import BaseModel, Field

from schemas.events.wake_list import Turn, WakeList
from schemas.phone_number import can_be_called
from schemas.values import OrganisationId, Phone
from services.directory.bodies import Assertion, Purpose
from services.directory.directory import Directory
from services.directory.doors import PREFIX, Began, fresh
from services.directory.rules.waking import may_change, wake_list
from services.runtime.gate import Asking
from services.runtime.once import Repeat, repeated


class ListWanted(BaseModel):
    """The whole list, in the order in which people are called; `phone`: whom to phone when nobody answers.

    `after`: the number of the list that its sender looked at (0: none was kept); None: whatever it is.
    """

    organisation: OrganisationId
    turns: Annotated[tuple[Turn, ...], Field(max_length=20)]
    minutes: Annotated[int, Field(ge=1, le=30)] = 3
    phone: Phone | Literal[""] = ""
    after: Annotated[int | None, Field(ge=0)] = None
    passkey: Assertion | None = None


class Wakeable(BaseModel):
    """A colleague who can stand on the list; `callable`: there is a number of theirs that can be called."""

    person: UUID
    name: str
    callable: bool


class WakeListShown(BaseModel):
    """The list as who keeps it sees it; number 0: none was kept yet."""

    number: int
    turns: tuple[Turn, ...]
    minutes: int
    phone: str
    people: list[Wakeable]


def add_waking(app: FastAPI, directory: Directory) -> None:
    """Add the routes."""

    @app.get(f"{PREFIX}/wake-list")
    async def read_wake_list(
        asker: Asking, organisation: Annotated[OrganisationId, Query()]
    ) -> WakeListShown:
        may_change(asker.person, organisation)
        number, known = await directory.writes.wake_list(organisation)
        return await _shown(directory, number, known or WakeList(id=organisation, exercise=False))

    async def stands(sent: Repeat) -> WakeListShown:
        return await read_wake_list(sent.asker, ListWanted.model_validate_json(sent.body).organisation)

    @app.post(f"{PREFIX}/wake-list")
    @repeated(stands)
    async def change_wake_list(asker: Asking, body: ListWanted, began: Began = "") -> WakeListShown:
        may_change(asker.person, body.organisation)
        # A stolen session must not decide whose phone stays silent at night.
        await fresh(directory, asker, body.passkey, Purpose.WAKE_LIST, began)
        people = directory.own.people.values()
        staff = [each.id for each in people if each.works_for(body.organisation)]
        made = wake_list(body.organisation, body.turns, body.minutes, body.phone, staff)
        number = await directory.writes.keep_wake_list(made, asker.person.id, directory.now(), body.after)
        directory.wake()
        return await _shown(directory, number, made)


async def _shown(directory: Directory, number: int, known: WakeList) -> WakeListShown:
    return WakeListShown(
        number=number,
        turns=known.turns,
        minutes=known.minutes,
        phone=known.phone,
        people=[
            Wakeable(person=each.person.id, name=each.name, callable=can_be_called(each.phone))
            for each in await directory.reads.staff(known.id)
        ],
    )
