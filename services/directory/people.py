"""An organisation's people over HTTP: an administrator brings them in, changes, checks and lets them go."""

from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from fastapi import FastAPI
from pydantic import BaseModel, Field, field_validator
from pydantic_core import PydanticCustomError

from schemas.catalogue import Function
from schemas.events.person import Person
from schemas.phone_number import NoNumber, e164
from schemas.values import Command, OrganisationId, Phone, Right, ShortText
from services.directory.bodies import MOST_AT_ONCE, Assertion, Nothing, Purpose
from services.directory.directory import Directory
from services.directory.doors import PREFIX, Began, fresh, own_key
from services.directory.numbers import NumberShown, must_wait, shown
from services.directory.rules.people import (
    Job,
    checked,
    gone,
    is_due,
    may_keep_people,
    membership,
    newcomer,
    with_job,
)
from services.directory.store.people import Called, Keeping
from services.directory.store.reads import Reached, Waits
from services.runtime.gate import Asking
from services.runtime.once import Repeat, Stands, repeated
from services.runtime.who import Asker

Given = Literal[Right.REPORT, Right.MANDATE, Right.LEND, Right.ADMINISTER]


class JobWanted(Command):
    """What somebody is called, where they are reached, and what they do and may."""

    name: ShortText
    phone: Phone
    functions: Annotated[tuple[Function, ...], Field(max_length=len(Function))] = ()
    rights: Annotated[tuple[Given, ...], Field(max_length=4)] = ()

    @field_validator("phone")
    @classmethod
    def _callable(cls, phone: str) -> str:
        try:
            e164(phone)
        except NoNumber:
            raise PydanticCustomError("no_number", "this is no number that can be called") from None
        return phone

    @property
    def called(self) -> Called:
        """Name and number."""
        return Called(self.name, self.phone)

    @property
    def job(self) -> Job:
        """Functions and rights."""
        return Job(self.functions, self.rights)


class Newcomer(JobWanted):
    """Somebody new; the id is the sender's, so that what is sent again brings nobody in twice."""

    id: UUID


class AddPeople(Command):
    """These come in."""

    people: Annotated[tuple[Newcomer, ...], Field(min_length=1, max_length=MOST_AT_ONCE)]
    passkey: Assertion | None = None

    @field_validator("people")
    @classmethod
    def _each_once(cls, people: tuple[Newcomer, ...]) -> tuple[Newcomer, ...]:
        if len({each.id for each in people}) < len(people):
            raise PydanticCustomError("id_twice", "two people have the same id; give each their own")
        return people


class ChangePerson(JobWanted):
    """So it is from now on."""

    passkey: Assertion | None = None


class Leave(Command):
    """Does not work there any more."""

    passkey: Assertion | None = None


class CheckPeople(Command):
    """These were looked at, and it is still so."""

    people: Annotated[tuple[UUID, ...], Field(min_length=1, max_length=MOST_AT_ONCE)]


class StaffMember(BaseModel):
    """Somebody as the administrators of their organisation see them.

    `keys`: phones and keys that open. `waiting`: a number that counts once a second person says yes.
    """

    person: UUID
    name: str
    phone: str
    functions: tuple[Function, ...]
    rights: tuple[Right, ...]
    checked_on: date | None
    due: bool
    keys: int
    waiting: NumberShown | None = None


class Staff(BaseModel):
    """All of them, by name."""

    people: list[StaffMember]


def add_people(app: FastAPI, directory: Directory) -> None:
    """Add the routes."""
    path = f"{PREFIX}/organisations/{{organisation}}/people"
    stands = _add_list(app, directory, path)
    _add_changes(app, directory, path, stands)


def _add_list(app: FastAPI, directory: Directory, path: str) -> Stands:
    @app.get(path)
    async def people(asker: Asking, organisation: OrganisationId) -> Staff:
        _keeps(asker, organisation)
        return await _staff(directory, organisation)

    async def stands(sent: Repeat) -> Staff:
        return await people(sent.asker, sent.path["organisation"])

    @app.post(path)
    @repeated(stands)
    async def bring_in(
        asker: Asking, organisation: OrganisationId, body: AddPeople, began: Began = ""
    ) -> Staff:
        _keeps(asker, organisation)
        await fresh(directory, asker, body.passkey, Purpose.PEOPLE, began)
        now = directory.now()
        new = [
            (newcomer(each.id, organisation, each.job, asker.person, now.date()), each.called)
            for each in body.people
        ]
        directory.heard(await directory.people.add(Keeping(organisation, asker.person.id, now), new))
        return await _staff(directory, organisation)

    @app.post(f"{path}/check")
    @repeated(stands)
    async def check(asker: Asking, organisation: OrganisationId, body: CheckPeople) -> Staff:
        _keeps(asker, organisation)
        now = directory.now()

        def decide(person: Person, _: Collection[UUID]) -> Person:
            return checked(person, organisation, now.date())

        changed = await directory.people.change(
            Keeping(organisation, asker.person.id, now), body.people, decide
        )
        directory.heard(changed)
        return await _staff(directory, organisation)

    return stands


def _add_changes(app: FastAPI, directory: Directory, path: str, stands: Stands) -> None:
    @app.post(f"{path}/{{person}}")
    @repeated(stands)
    async def change(
        asker: Asking, organisation: OrganisationId, person: UUID, body: ChangePerson, began: Began = ""
    ) -> Staff:
        _keeps(asker, organisation)
        # A stolen session must not give itself a helper with every right.
        await fresh(directory, asker, body.passkey, Purpose.PEOPLE, began)

        def decide(known: Person, others: Collection[UUID]) -> Person:
            return with_job(known, organisation, body.job, asker.person.id, others)

        keeping = Keeping(organisation, asker.person.id, directory.now())
        called = replace(body.called, waits=must_wait(directory, person, asker.person.id))
        directory.heard(await directory.people.change(keeping, [person], decide, called))
        return await _staff(directory, organisation)

    @app.post(f"{path}/{{person}}/leave")
    async def leave(
        asker: Asking, organisation: OrganisationId, person: UUID, body: Leave, began: Began = ""
    ) -> Nothing:
        _keeps(asker, organisation)
        await fresh(directory, asker, body.passkey, Purpose.PEOPLE, began)

        def decide(known: Person, others: Collection[UUID]) -> Person:
            return gone(known, organisation, others)

        keeping = Keeping(organisation, asker.person.id, directory.now())
        directory.heard(await directory.people.change(keeping, [person], decide))
        return Nothing()


def _keeps(asker: Asker, organisation: str) -> None:
    """Whether the asker keeps this list, in a session that may read it: what changes it is answered by it.

    Refused: as `may_keep_people` and `own_key`.
    """
    may_keep_people(asker.person, organisation)
    own_key(asker)


async def _staff(directory: Directory, organisation: str) -> Staff:
    today = directory.now().date()
    found = await directory.reads.staff(organisation)
    waiting = await directory.reads.waiting([each.person.id for each in found])
    return Staff(
        people=[_shown(directory, each, organisation, today, waiting.get(each.person.id)) for each in found]
    )


def _shown(
    directory: Directory, reached: Reached, organisation: str, today: date, waiting: Waits | None
) -> StaffMember:
    person = reached.person
    member = membership(person, organisation)
    return StaffMember(
        person=person.id,
        name=reached.name,
        phone=reached.phone,
        functions=person.functions,
        rights=member.rights,
        checked_on=member.checked_on,
        due=is_due(member, today),
        keys=len(directory.own.access(person.id).passkeys),
        waiting=None if waiting is None else shown(waiting),
    )
