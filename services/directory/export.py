"""What the directory keeps of somebody, for themselves (AVG, articles 15 and 20)."""

from datetime import datetime
from uuid import UUID

from fastapi import FastAPI
from pydantic import BaseModel

from schemas.catalogue import Function
from schemas.events.access import Checked
from schemas.events.person import Guesthood, Membership
from schemas.events.session import SignInWay
from schemas.events.wake_list import Turn
from schemas.mandate import Mandate
from schemas.values import Language, SystemName
from services.directory.called import calls_to
from services.directory.directory import Directory
from services.directory.doors import PREFIX, own_key
from services.directory.numbers import NumberShown, shown
from services.directory.push import DeviceShown, devices_of
from services.runtime.acts import Act
from services.runtime.calls import Call
from services.runtime.gate import Asking


class Sat(BaseModel):
    """A session, over or not."""

    started_at: datetime
    expires_at: datetime
    way: SignInWay
    revoked: bool


class Key(BaseModel):
    """A phone or key that opens; what it signs with is not ours to give away."""

    added_at: datetime
    used_at: datetime | None


class Invited(BaseModel):
    """An invitation that was made for them and not used; what opens it is kept as digests only."""

    checked: Checked
    made_at: datetime
    expires_at: datetime
    tries: int


class CameIn(BaseModel):
    """A sealed card that let them in once."""

    number: str
    organisation: str
    role: Function
    used_at: datetime | None
    ended_at: datetime | None


class Before(BaseModel):
    """A number that counted before the one of now, which was told of the change."""

    phone: str
    until: datetime


class Linked(BaseModel):
    """An account at an organisation's own sign-in; whose it is there is kept as a digest only."""

    organisation: str
    since: datetime


class Mandated(BaseModel):
    """A line on an organisation's list of mandates."""

    organisation: str
    mandate: Mandate


class Woken(BaseModel):
    """A line on an organisation's list of whom to wake."""

    organisation: str
    turn: Turn


class Export(BaseModel):
    """What is kept of one person; `acts` are what they did themselves, the newest first.

    `calls`: to them by telephone, and text messages; None where that could not be found out now.
    """

    made_at: datetime
    person: UUID
    name: str
    phone: str
    memberships: tuple[Membership, ...]
    guest: Guesthood | None
    functions: tuple[Function, ...]
    languages: tuple[Language, ...]
    called_in: Language
    systems: tuple[SystemName, ...]
    keys: list[Key]
    invitation: Invited | None
    cards: list[CameIn]
    accounts: list[Linked]
    sessions: list[Sat]
    mandates: list[Mandated]
    wake_lists: list[Woken]
    number_waiting: NumberShown | None
    number_before: Before | None
    numbers_before: list[Before]
    devices: list[DeviceShown]
    calls: list[Call] | None
    acts: list[Act]


def add_export(app: FastAPI, directory: Directory) -> None:
    """Add the route."""

    @app.get(f"{PREFIX}/export")
    async def export(asker: Asking) -> Export:
        own_key(asker)
        person = asker.person
        reached = await directory.reads.reached([person])
        employers = [each.organisation for each in person.memberships]
        before = await _before(directory, person.id)
        return Export(
            made_at=directory.now(),
            person=person.id,
            name=reached[0].name if reached else "",
            phone=reached[0].phone if reached else "",
            memberships=person.memberships,
            guest=person.guest,
            functions=person.functions,
            languages=person.languages,
            called_in=person.spoken_to,
            systems=person.systems,
            keys=await _keys(directory, person.id),
            invitation=_invitation(directory, person.id),
            cards=[
                CameIn(
                    number=each.id,
                    organisation=each.organisation,
                    role=each.role,
                    used_at=each.used_at,
                    ended_at=each.ended_at,
                )
                for each in await directory.reads.cards_used_by(person.id)
            ],
            accounts=[
                Linked(organisation=each, since=since)
                for each, since in (await directory.accounts.held(person.id)).items()
            ],
            sessions=await _sessions(directory, person.id),
            mandates=await _mandates(directory, employers, person.id),
            wake_lists=await _turns(directory, employers, person.id),
            number_waiting=await _number(directory, person.id),
            number_before=before[-1] if before else None,
            numbers_before=before,
            devices=await devices_of(directory, person.id),
            calls=await calls_to(person.id, directory.settings),
            acts=await directory.people.acts(person.id),
        )


async def _number(directory: Directory, person: UUID) -> NumberShown | None:
    found = (await directory.reads.waiting([person])).get(person)
    return None if found is None else shown(found)


async def _before(directory: Directory, person: UUID) -> list[Before]:
    found = await directory.reads.before(person)
    return sorted(
        (Before(phone=phone, until=each.until) for phone, each in found), key=lambda each: each.until
    )


async def _keys(directory: Directory, person: UUID) -> list[Key]:
    passkeys = directory.own.access(person).passkeys
    uses = await directory.accesses.uses([each.credential for each in passkeys])
    return [
        Key(added_at=each.added_at, used_at=uses[each.credential][1] if each.credential in uses else None)
        for each in passkeys
    ]


def _invitation(directory: Directory, person: UUID) -> Invited | None:
    found = directory.own.access(person).invitation
    return None if found is None else Invited.model_validate(found, from_attributes=True)


async def _sessions(directory: Directory, person: UUID) -> list[Sat]:
    found = await directory.reads.sessions_of(person)
    return [Sat.model_validate(each, from_attributes=True) for each in found]


async def _mandates(directory: Directory, employers: list[str], person: UUID) -> list[Mandated]:
    known = [await directory.mandates.read(each) for each in employers]
    return [
        Mandated(organisation=each.id, mandate=entry)
        for each in known
        if each.mandates is not None
        for entry in each.mandates.entries
        if entry.person == person
    ]


async def _turns(directory: Directory, employers: list[str], person: UUID) -> list[Woken]:
    return [
        Woken(organisation=each.id, turn=turn)
        for each in await directory.reads.wake_lists(employers)
        for turn in each.turns
        if turn.person == person
    ]
