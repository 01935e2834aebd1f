"""The list of mandates over HTTP: colleagues read it, administrators change it."""

from functools import partial
from typing import Annotated, Literal
from uuid import UUID

from fastapi import FastAPI
from pydantic import BaseModel, Field

from schemas.events.organisation import Organisation
from schemas.mandate import MOST_MANDATES, Act, Mandate, MandateList
from schemas.values import Command, OrganisationId
from services.directory.bodies import Assertion, Purpose
from services.directory.directory import Directory
from services.directory.doors import PREFIX, Began, fresh
from services.directory.rules.mandates import NewList, change_list, may_keep, may_read
from services.runtime.gate import Asking
from services.runtime.once import Repeat, repeated


class ChangeMandates(Command):
    """The list, whole, by somebody who looked at the one with number `after` (0: none was kept).

    Two persons are asked for where a request is confirmed, and nowhere else yet.
    """

    after: Annotated[int, Field(ge=0)]
    entries: Annotated[tuple[Mandate, ...], Field(max_length=MOST_MANDATES)]
    two_persons: Annotated[tuple[Literal[Act.CONFIRM], ...], Field(max_length=1)] = ()
    passkey: Assertion | None = None


class Eligible(BaseModel):
    """A colleague who can stand on the list, and for which acts."""

    person: UUID
    name: str
    acts: list[Act]


class MandatesShown(BaseModel):
    """The list as its own organisation reads it; None: none is kept, and the rights decide alone."""

    mandates: MandateList | None
    people: list[Eligible]


def add_mandates(app: FastAPI, directory: Directory) -> None:
    """Add the routes."""
    path = f"{PREFIX}/organisations/{{organisation}}/mandates"

    @app.get(path)
    async def mandates(asker: Asking, organisation: OrganisationId) -> MandatesShown:
        may_read(asker.person, organisation)
        return await _shown(directory, await directory.mandates.read(organisation))

    async def stands(sent: Repeat) -> MandatesShown:
        return await mandates(sent.asker, sent.path["organisation"])

    @app.post(path)
    @repeated(stands)
    async def change_mandates(
        asker: Asking, organisation: OrganisationId, body: ChangeMandates, began: Began = ""
    ) -> MandatesShown:
        may_keep(asker.person, organisation)
        # A stolen session must not empty the list and so lift every limit.
        await fresh(directory, asker, body.passkey, Purpose.MANDATES, began)
        now = directory.now()
        decide = partial(
            change_list,
            wanted=NewList(body.after, body.entries, body.two_persons),
            asker=asker.person,
            people=directory.own.people,
            now=now,
        )
        changed = await directory.mandates.change(organisation, decide, asker.person.id, now)
        directory.heard([changed])
        return await _shown(directory, changed)


async def _shown(directory: Directory, organisation: Organisation) -> MandatesShown:
    named = await directory.reads.colleagues(organisation.id)
    people = [
        Eligible(person=each.person.id, name=each.name, acts=acts)
        for each in named
        if (acts := [act for act in Act if each.person.may(act.right, organisation.id)])
    ]
    return MandatesShown(mandates=organisation.mandates, people=people)
