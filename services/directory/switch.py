"""The routes of the switch: an organisation's own IT is distrusted, and trusted again."""

import logging
from datetime import datetime
from typing import Final

from fastapi import FastAPI, Response
from pydantic import BaseModel

from schemas.events.organisation import Organisation
from schemas.events.session import Session, SignInWay
from schemas.events.trust import Trust
from schemas.values import Command, OrganisationId
from services.directory.bodies import Assertion, Purpose
from services.directory.directory import Directory
from services.directory.doors import PREFIX, Began, fresh, unseat
from services.directory.rules.trust import switched, thrower
from services.runtime.gate import Asking
from services.runtime.once import Repeat, repeated
from services.runtime.who import Asker

log: Final = logging.getLogger(__name__)


class ThrowSwitch(Command):
    """That it is the one who signed in who throws it."""

    passkey: Assertion | None = None


class Thrown(BaseModel):
    """How it stands now; `since` is empty where nothing was ever decided.

    `ended`: how many sessions are over by this; `out`: whether that of who threw it is one of them.
    """

    organisation: str
    distrusted: bool
    since: datetime | None
    ended: int
    out: bool


def add_switch(app: FastAPI, directory: Directory) -> None:
    """Add the routes."""
    path = f"{PREFIX}/organisations/{{organisation}}"

    async def stands(sent: Repeat) -> Thrown:
        facts = await directory.trusts.facts(sent.path["organisation"])
        thrower(sent.asker.person, facts, directory.now())
        found = directory.own.trusts.get(facts.id)
        return Thrown(
            organisation=facts.id,
            distrusted=not directory.own.trusted(facts.id),
            since=None if found is None else found.since,
            ended=0,
            out=False,
        )

    @app.post(f"{path}/distrust")
    @repeated(stands)
    async def distrust(
        asker: Asking, organisation: OrganisationId, body: ThrowSwitch, response: Response, began: Began = ""
    ) -> Thrown:
        thrower(asker.person, await directory.trusts.facts(organisation), directory.now())
        # In the night for which cards lie in a vault nobody has anything else; a card took a second person.
        if asker.session.way is not SignInWay.CARD:
            await fresh(directory, asker, body.passkey, Purpose.SWITCH, began)
        thrown = await _throw(directory, asker, organisation, distrusted=True)
        if thrown.out:
            unseat(response, directory)
        return thrown

    @app.post(f"{path}/trust")
    @repeated(stands)
    async def trust(
        asker: Asking, organisation: OrganisationId, body: ThrowSwitch, began: Began = ""
    ) -> Thrown:
        thrower(asker.person, await directory.trusts.facts(organisation), directory.now())
        await fresh(directory, asker, body.passkey, Purpose.SWITCH, began)
        return await _throw(directory, asker, organisation, distrusted=False)


async def _throw(directory: Directory, asker: Asker, organisation: str, *, distrusted: bool) -> Thrown:
    now = directory.now()

    def decide(facts: Organisation, known: Trust | None) -> Trust | None:
        return switched(known, facts, asker.person, now, distrusted=distrusted)

    found, ended = await directory.trusts.switch(organisation, decide, asker.person.id, now)
    directory.heard([*([found] if found is not None else []), *ended])
    sessions = [each for each in ended if isinstance(each, Session)]
    how = "distrusted" if distrusted else "trusted"
    log.warning(
        "%s is %s, said by %s: %d sessions are over", organisation, how, asker.person.id, len(sessions)
    )
    return Thrown(
        organisation=organisation,
        distrusted=distrusted,
        since=found.since if found is not None else None,
        ended=len(sessions),
        out=any(each.id == asker.session.id for each in sessions),
    )
