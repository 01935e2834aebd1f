"""The devices on which somebody is shown messages: added and taken away by themselves, on that device."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import FastAPI, Header
from pydantic import BaseModel, field_validator
from pydantic_core import PydanticCustomError

from schemas.push import PushSubscription, host_of, hosts_in, is_believed
from schemas.refused import Refused
from schemas.values import Command
from services.directory.bodies import Assertion, Nothing, Purpose
from services.directory.directory import Directory
from services.directory.doors import PREFIX, Began, fresh, no_card
from services.runtime.gate import Asking
from services.runtime.inside import judge
from services.runtime.once import Repeat, repeated
from services.runtime.problems import Problem
from services.runtime.push_keys import public_key

GONE = "/internal/device-gone"


class Subscribe(Command):
    """What this browser gave, to be sent messages."""

    subscription: PushSubscription
    passkey: Assertion | None = None

    @field_validator("subscription")
    @classmethod
    def _on_the_curve(cls, subscription: PushSubscription) -> PushSubscription:
        try:
            public_key(subscription.p256dh)
        except ValueError:
            raise PydanticCustomError(
                "push_key", "this is no key as browsers give it; subscribe anew"
            ) from None
        return subscription


class DeviceGone(Command):
    """A push service said that it knows this device no more."""

    person: UUID
    device: UUID


class DeviceShown(BaseModel):
    """A device; `service`: the host that its messages go through."""

    id: UUID
    added_at: datetime
    service: str


class Devices(BaseModel):
    """All of one's own. `key`: what a browser is told to subscribe with; empty where nothing is pushed."""

    key: str
    devices: list[DeviceShown]


def add_push(app: FastAPI, directory: Directory) -> None:
    """Add the routes."""
    settings = directory.settings

    @app.get(f"{PREFIX}/push")
    async def devices(asker: Asking) -> Devices:
        no_card(asker)
        return Devices(key=settings.push, devices=await devices_of(directory, asker.person.id))

    async def stands(sent: Repeat) -> Devices:
        return Devices(key=settings.push, devices=await devices_of(directory, sent.asker.person.id))

    @app.post(f"{PREFIX}/push")
    @repeated(stands)
    async def subscribe(asker: Asking, body: Subscribe, began: Began = "") -> Devices:
        if not settings.push:
            raise Refused("no_push")
        if not is_believed(body.subscription.endpoint, hosts_in(settings.push_hosts)):
            raise Refused("push_service_unknown")
        # A stolen session would hear, on a device of its own, that something is going on.
        passkey = await fresh(directory, asker, body.passkey, Purpose.PUSH, began)
        person = asker.person.id
        directory.heard(await directory.devices.add(person, body.subscription, passkey, directory.now()))
        return Devices(key=settings.push, devices=await devices_of(directory, person))

    @app.post(f"{PREFIX}/push/{{device}}/remove")
    @repeated(stands)
    async def remove(asker: Asking, device: UUID, body: Nothing) -> Devices:
        # Without a key: saying no must be easy, and beside every push goes a text.
        person = asker.person.id
        directory.heard(await directory.devices.remove(person, device, person, directory.now()))
        return Devices(key=settings.push, devices=await devices_of(directory, person))

    @app.post(GONE, include_in_schema=False)
    async def gone(body: DeviceGone, authorization: Annotated[str, Header()] = "") -> Nothing:
        judge(authorization, settings.internal_token)
        if directory.own.person(body.person) is None:
            raise Problem(404, "not_found")
        directory.heard(await directory.devices.remove(body.person, body.device, None, directory.now()))
        return Nothing()


async def devices_of(directory: Directory, person: UUID) -> list[DeviceShown]:
    """As their owner sees them."""
    return [
        DeviceShown(id=each.id, added_at=each.added_at, service=host_of(subscription.endpoint))
        for each, subscription in await directory.reads.devices(person)
    ]
