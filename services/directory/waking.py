"""The route by which an organisation says whom it lets be woken."""

from typing import Annotated

from fastapi import FastAPI
from pydantic import BaseModel, Field

from schemas.events.wake_list import Turn, WakeList
from schemas.values import OrganisationId, Text
from services.directory.directory import Directory
from services.directory.doors import PREFIX
from services.directory.rules.waking import may_change, wake_list
from services.runtime.web import Asking


class ListWanted(BaseModel):
    """The whole list, in the order in which people are called; `phone`: whom to phone when nobody answers."""

    organisation: OrganisationId
    turns: Annotated[tuple[Turn, ...], Field(max_length=20)]
    minutes: Annotated[int, Field(ge=1, le=30)] = 3
    phone: Text = ""


def add_waking(app: FastAPI, directory: Directory) -> None:
    """Add the route."""

    @app.post(f"{PREFIX}/wake-list")
    async def change_wake_list(asker: Asking, body: ListWanted) -> WakeList:
        may_change(asker.person, body.organisation)
        people = directory.own.people.values()
        staff = [each.id for each in people if each.works_for(body.organisation)]
        made = wake_list(body.organisation, body.turns, body.minutes, body.phone, staff)
        await directory.writes.keep_wake_list(made, asker.person.id, directory.now())
        directory.wake()
        return made
