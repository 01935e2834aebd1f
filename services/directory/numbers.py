"""A colleague's new number over HTTP: where it opens something it waits for a second person's yes."""

from datetime import datetime
from uuid import UUID

from fastapi import FastAPI
from pydantic import BaseModel

from schemas.refused import Refused
from schemas.values import Command, OrganisationId, Phone, Right
from services.directory.bodies import Assertion, Nothing, Purpose
from services.directory.directory import Directory
from services.directory.doors import PREFIX, Began, fresh, own_key
from services.directory.rules.cards import is_ready
from services.directory.rules.numbers import ALONE_AFTER, waits
from services.directory.store.numbers import Decision
from services.directory.store.reads import Waits
from services.runtime.gate import Asking


class SayNumber(Command):
    """Yes or no to the number that waits, as it was seen."""

    phone: Phone
    yes: bool
    passkey: Assertion | None = None


class NumberShown(BaseModel):
    """A number that waits; `alone_from`: when the only administrator may say yes to their own asking."""

    organisation: str
    phone: str
    asked_by: UUID
    asked_at: datetime
    alone_from: datetime


class OwnNumber(BaseModel):
    """What waits for oneself, and what the one who asked for it is called."""

    waiting: NumberShown | None
    asked_by_name: str = ""


def add_numbers(app: FastAPI, directory: Directory) -> None:
    """Add the routes."""

    @app.get(f"{PREFIX}/number")
    async def own_number(asker: Asking) -> OwnNumber:
        own_key(asker)
        found = (await directory.reads.waiting([asker.person.id])).get(asker.person.id)
        if found is None:
            return OwnNumber(waiting=None)
        who = directory.own.person(found.waiting.asked_by)
        named = await directory.reads.named([who]) if who is not None else []
        return OwnNumber(waiting=shown(found), asked_by_name=named[0].name if named else "")

    @app.post(f"{PREFIX}/organisations/{{organisation}}/people/{{person}}/number")
    async def say_number(
        asker: Asking, organisation: OrganisationId, person: UUID, body: SayNumber, began: Began = ""
    ) -> Nothing:
        if not asker.person.works_for(organisation):
            raise Refused("not_found")
        if asker.person.id != person and not asker.person.may(Right.ADMINISTER, organisation):
            raise Refused("not_your_right")
        # A stolen session would say the second yes as well as the first.
        await fresh(directory, asker, body.passkey, Purpose.NUMBER, began)
        decision = Decision(organisation, person, asker.person.id, body.phone, body.yes, directory.now())
        directory.heard(await directory.numbers.decide(decision))
        return Nothing()


def must_wait(directory: Directory, person: UUID, asker: UUID) -> bool:
    """Whether a new number for this person waits, as things are now."""
    known = directory.own.person(person)
    employers = {each.organisation for each in known.memberships} if known is not None else set[str]()
    now = directory.now()
    return waits(
        person,
        asker,
        has_key=bool(directory.own.access(person).passkeys),
        has_card=any(
            each.organisation in employers and is_ready(each, now) for each in directory.own.cards.values()
        ),
    )


def shown(found: Waits) -> NumberShown:
    """As those it concerns see it."""
    asked = found.waiting
    return NumberShown(
        organisation=asked.organisation,
        phone=found.phone,
        asked_by=asked.asked_by,
        asked_at=asked.asked_at,
        alone_from=asked.asked_at + ALONE_AFTER,
    )
