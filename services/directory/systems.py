"""Systems over HTTP: an administrator makes and ends their keys, and a system comes in with one."""

import asyncio
import base64
import logging
import secrets
from datetime import datetime
from functools import partial
from typing import Annotated, Final
from urllib.parse import unquote_plus
from uuid import UUID, uuid4

from fastapi import FastAPI, Header, Request
from uuid6 import uuid7

from schemas.events.access import Access
from schemas.refused import Refused
from schemas.values import OrganisationId
from services.directory.bodies import Nothing, Purpose
from services.directory.directory import Directory
from services.directory.doors import PREFIX, Began, fresh
from services.directory.rules.session import open_for_system
from services.directory.rules.systems import Wanted, is_let_in, is_over, may_keep_systems, new_key, system
from services.directory.system_bodies import (
    CLIENT_CREDENTIALS,
    AskToken,
    MakeSystem,
    SystemMade,
    SystemShown,
    SystemsShown,
    Token,
)
from services.runtime.database import AWAY
from services.runtime.documented import SYSTEMS_DOOR
from services.runtime.fields import TWICE
from services.runtime.gate import Asking
from services.runtime.limits import network_of
from services.runtime.problems import Problem
from services.runtime.tokens import Claims
from services.runtime.who import caller

log: Final = logging.getLogger(__name__)

Credentials = Annotated[str, Header(alias="Authorization", include_in_schema=False)]

_AS_A_FORM: Final = {
    "application/x-www-form-urlencoded": {"schema": {"$ref": "#/components/schemas/AskToken"}}
}

LOOK_SECONDS: Final = 600.0
"""How often it is looked whose time is up: nobody gets in by then, so only the journal waits for it."""


def add_systems(app: FastAPI, directory: Directory) -> None:
    """Add the routes."""
    _add_keeping(app, directory)
    limits = directory.settings.limits()

    @app.post(SYSTEMS_DOOR, openapi_extra={"requestBody": {"content": _AS_A_FORM}})
    async def let_in(request: Request, body: AskToken, authorization: Credentials = "") -> Token:
        if body.grant_type != CLIENT_CREDENTIALS:
            raise Refused("grant_unsupported")
        claimed, secret = _credentials(body, authorization)
        address = caller(request.scope)
        limits.admit_system(address, claimed)
        client = _id(claimed)
        person, access = directory.own.person(client), directory.own.access(client)
        now = directory.now()
        # The same is done for a system that is none; only one that is let in costs more.
        if not is_let_in(access, secret, now) or person is None or access.system is None:
            log.warning("system %s is refused at %s", client, network_of(address))
            raise Refused("system_refused")
        session = open_for_system(uuid4(), person, access.system, now)
        try:
            over = await directory.systems.enter(session, secret, now)
        except Refused as refusal:
            raise Refused("system_refused") from refusal
        directory.heard([session, *over])
        return Token(
            access_token=directory.signer.sign(Claims(person.id, session.id), session.expires_at),
            expires_in=int((session.expires_at - now).total_seconds()),
        )


def _credentials(body: AskToken, authorization: str) -> tuple[str, str]:
    """Id and secret: of the header where it has them (RFC 6749, 2.3.1), or else of the body.

    Raises Problem 400 where both have a secret (2.3), and Refused.
    """
    scheme, _, encoded = authorization.partition(" ")
    if scheme.lower() != "basic":
        return body.client_id, body.client_secret
    if body.client_secret:
        raise Problem(400, "invalid", fields={"body.client_secret": TWICE})
    try:
        client, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError as wrong:
        raise Refused("system_refused") from wrong
    return unquote_plus(client)[:200], unquote_plus(secret)


def _id(claimed: str) -> UUID:
    """The id that was meant; what is none is nobody's."""
    try:
        return UUID(claimed)
    except ValueError:
        return UUID(int=0)


def _add_keeping(app: FastAPI, directory: Directory) -> None:
    path = f"{PREFIX}/organisations/{{organisation}}/systems"

    @app.get(path)
    async def systems(asker: Asking, organisation: OrganisationId) -> SystemsShown:
        may_keep_systems(asker.person, organisation)
        found = directory.own.systems_of(organisation)
        used = await directory.systems.used([each.id for each in found])
        shown = [await _shown(directory, each, used.get(each.id)) for each in found]
        return SystemsShown(systems=sorted(shown, key=lambda each: each.made_at, reverse=True))

    @app.post(path)
    async def make_system(
        asker: Asking, organisation: OrganisationId, body: MakeSystem, began: Began = ""
    ) -> SystemMade:
        may_keep_systems(asker.person, organisation)
        await fresh(directory, asker, body.passkey, Purpose.SYSTEM, began)
        now, secret = directory.now(), secrets.token_urlsafe(32)
        made = system(UUID(str(uuid7())), organisation, asker.person)
        key = new_key(Wanted(body.name, body.about, body.days), secret, asker.person.id, now)
        access = Access(id=made.id, system=key)
        await directory.systems.make(made, access, asker.person.id, now)
        directory.heard([made, access])
        log.warning("system %s of %s may read along, said by %s", made.id, organisation, asker.person.id)
        return SystemMade(client_id=made.id, client_secret=secret, expires_at=key.expires_at)

    @app.post(f"{path}/{{system}}/end")
    async def end_system(asker: Asking, organisation: OrganisationId, system: UUID, body: Nothing) -> Nothing:
        may_keep_systems(asker.person, organisation)
        found = directory.own.person(system)
        if found is None or found.system != organisation:
            raise Problem(404, "not_found")
        directory.heard(await directory.systems.end(system, asker.person.id, directory.now()))
        log.warning("system %s of %s is ended by %s", system, organisation, asker.person.id)
        return Nothing()


async def _shown(directory: Directory, access: Access, used_at: datetime | None) -> SystemShown:
    key = access.system
    assert key is not None
    maker = directory.own.person(key.made_by)
    named = await directory.reads.named([maker]) if maker is not None else []
    return SystemShown(
        id=access.id,
        made_by=named[0].name if named else "",
        used_at=used_at,
        **key.model_dump(include={"name", "about", "made_at", "expires_at", "ended_at"}),
    )


async def end_expired(directory: Directory) -> None:
    """Write down for ever whose time is up, so that the journal tells when each key ended."""
    while True:
        now = directory.now()
        over = partial(is_over, now=now)
        try:
            for access in [each for each in directory.own.accesses.values() if over(each)]:
                directory.heard(await directory.systems.end(access.id, None, now))
                log.warning("system %s is over", access.id)
        except AWAY as away:
            log.warning("whose time is up is not written down: %s", type(away).__name__)
        await asyncio.sleep(LOOK_SECONDS)
