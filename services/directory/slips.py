"""Inviting everybody who has no key yet in one act: a slip each to be printed, said once and kept nowhere."""

import secrets
from collections.abc import Collection
from uuid import UUID

from fastapi import FastAPI

from schemas.events.access import Access, Checked
from schemas.refused import Refused
from schemas.values import OrganisationId
from services.directory.bodies import Invited, InvitedPeople, InvitePeople, Purpose
from services.directory.directory import Directory
from services.directory.doors import PREFIX, Began, fresh, new_code
from services.directory.rules.access import Opening, invite, may_invite, on_paper, without_key
from services.directory.rules.people import may_keep_people
from services.runtime.gate import Asking


def add_slips(app: FastAPI, directory: Directory) -> None:
    """Add the route."""

    @app.post(f"{PREFIX}/organisations/{{organisation}}/invitations")
    async def invite_people(
        asker: Asking, organisation: OrganisationId, body: InvitePeople, began: Began = ""
    ) -> InvitedPeople:
        may_keep_people(asker.person, organisation)
        for each in body.people:
            found = directory.own.person(each)
            if found is None or not found.works_for(organisation):
                raise Refused("not_found")
            may_invite(asker.person, found)
        await fresh(directory, asker, body.passkey, Purpose.INVITE, began)
        return await _invited(directory, frozenset(body.people), body.checked, asker.person.id)


async def _invited(
    directory: Directory, people: Collection[UUID], checked: Checked, by: UUID
) -> InvitedPeople:
    """A fresh invitation for each who has no key at that moment, all or none."""
    openings = {each: Opening(secrets.token_urlsafe(32), new_code()) for each in people}
    now = directory.now()

    def decide(access: Access) -> Access:
        if not without_key(access):
            return access
        return on_paper(invite(access, openings[access.id], checked, by, now))

    accesses = await directory.accesses.change_all(people, decide, by, now)
    directory.heard(accesses)
    return InvitedPeople(
        invited=[
            Invited(
                person=each.id,
                secret=openings[each.id].secret,
                code=openings[each.id].code,
                expires_at=each.invitation.expires_at,
            )
            for each in accesses
            if without_key(each) and each.invitation is not None
        ]
    )
