"""What people get in with: inviting a colleague, adding a phone, and taking keys and sessions away."""

import secrets
from functools import partial
from typing import Annotated
from uuid import UUID

from fastapi import FastAPI, Query, Response
from uuid6 import uuid7

from schemas.events.access import Access, Checked
from schemas.events.person import Person
from schemas.refused import Refused
from services.directory.bodies import (
    Invite,
    Invited,
    InviteHere,
    Nothing,
    OpenInvitation,
    Passkeys,
    PasskeyShown,
    Purpose,
    Remove,
    Sessions,
    SessionShown,
    WithPasskey,
)
from services.directory.directory import Directory
from services.directory.doors import PREFIX, Began, fresh, new_code, prove, unseat
from services.directory.rules.access import Opening, invite, may_administer, may_invite, remove
from services.directory.rules.people import first_person
from services.runtime.gate import Asking
from services.runtime.problems import Problem


def add_devices(app: FastAPI, directory: Directory) -> None:
    """Add the routes."""
    _add_invitations(app, directory)
    _add_passkeys(app, directory)
    _add_sessions(app, directory)


def _add_invitations(app: FastAPI, directory: Directory) -> None:
    @app.post(f"{PREFIX}/invitations")
    async def invite_colleague(asker: Asking, body: Invite, began: Began = "") -> Invited:
        may_invite(asker.person, _colleague(directory, body.person))
        await fresh(directory, asker, body.passkey, Purpose.INVITE, began)
        return await invited(directory, body.person, body.checked, asker.person.id)

    @app.post(f"{PREFIX}/passkeys/add")
    async def add_own(asker: Asking, body: WithPasskey, began: Began = "") -> Invited:
        await prove(directory, asker, body.passkey, Purpose.ADD, began)
        return await invited(directory, asker.person.id, Checked.OWN_DEVICE, asker.person.id)


def _add_passkeys(app: FastAPI, directory: Directory) -> None:
    @app.get(f"{PREFIX}/passkeys")
    async def passkeys(asker: Asking, person: Annotated[UUID | None, Query()] = None) -> Passkeys:
        whom = asker.person.id if person is None else person
        if whom != asker.person.id:
            may_administer(asker.person, _colleague(directory, whom))
        return await _shown(directory, directory.own.access(whom))

    @app.post(f"{PREFIX}/passkeys/{{passkey}}/remove")
    async def remove_passkey(asker: Asking, passkey: UUID, body: Remove, began: Began = "") -> Nothing:
        access = _with_passkey(directory, passkey)
        if access.id != asker.person.id:
            may_administer(asker.person, _colleague(directory, access.id))
        # Or a stolen session shuts out its owner, and an administrator's the whole organisation.
        await fresh(directory, asker, body.passkey, Purpose.REMOVE, began)
        decide = partial(remove, passkey=passkey)
        left = await directory.accesses.remove(access.id, passkey, decide, asker.person.id, directory.now())
        directory.heard(left)
        return Nothing()


def _add_sessions(app: FastAPI, directory: Directory) -> None:
    @app.get(f"{PREFIX}/sessions")
    async def sessions(asker: Asking) -> Sessions:
        living = [
            each
            for each in directory.own.sessions_of(asker.person.id)
            if directory.who.lives(each, asker.person)
        ]
        return Sessions(
            sessions=[
                SessionShown(
                    id=each.id,
                    started_at=each.started_at,
                    expires_at=each.expires_at,
                    way=each.way,
                    here=each.id == asker.session.id,
                )
                for each in sorted(living, key=lambda each: each.started_at, reverse=True)
            ]
        )

    @app.post(f"{PREFIX}/sessions/end-all")
    async def end_all(asker: Asking, body: Nothing, response: Response) -> Nothing:
        directory.heard(await directory.accesses.end_all(asker.person.id, directory.now()))
        unseat(response, directory)
        return Nothing()


async def invite_here(directory: Directory, body: InviteHere) -> Invited:
    """An invitation from the machine itself; for nobody yet it makes the administrator of an organisation.

    Raises Problem: 404 for an unknown person or organisation, 400 where neither is said completely.
    """
    if body.person is not None:
        found = directory.own.person(body.person)
        # A guest's link is their sponsor's to make, for as long as they were let in; a system has none.
        if found is None or found.forgotten or not found.memberships:
            raise Problem(404, "not_found")
        return await invited(directory, found.id, body.checked, None)
    if body.organisation is None or body.name is None or body.phone is None:
        raise Problem(400, "invalid")
    if not any(each.id == body.organisation for each in await directory.reads.organisations()):
        raise Problem(404, "not_found")
    person = first_person(UUID(str(uuid7())), body.organisation)
    await directory.writes.add_person(person, body.name, body.phone, directory.now())
    directory.heard([person])
    return await invited(directory, person.id, body.checked, None)


async def invited(directory: Directory, person: UUID, checked: Checked, by: UUID | None) -> Invited:
    """A fresh invitation, in clear text. Refused: as `invite`."""
    access, answer = await invitation(directory, person, checked, by)
    directory.heard([access])
    return answer


async def invitation(
    directory: Directory, person: UUID, checked: Checked, by: UUID | None
) -> tuple[Access, Invited]:
    """The same where more is written with it: the access is still to be heard, once all of that counts."""
    opening = Opening(secrets.token_urlsafe(32), new_code())
    now = directory.now()
    decide = partial(invite, opening=opening, checked=checked, made_by=by, now=now)
    access = await directory.accesses.change(person, decide, by, now)
    if access.invitation is None:
        raise Refused("invitation_over")
    ends = access.invitation.expires_at
    return access, Invited(person=person, secret=opening.secret, code=opening.code, expires_at=ends)


def _colleague(directory: Directory, person: UUID) -> Person:
    found = directory.own.person(person)
    if found is None:
        raise Refused("not_found")
    return found


def _with_passkey(directory: Directory, passkey: UUID) -> Access:
    found = directory.own.access_with(passkey)
    if found is None:
        raise Refused("not_found")
    return found


async def _shown(directory: Directory, access: Access) -> Passkeys:
    uses = await directory.accesses.uses([each.credential for each in access.passkeys])
    invitation = access.invitation
    if invitation is not None and directory.now() >= invitation.expires_at:
        invitation = None
    return Passkeys(
        passkeys=[
            PasskeyShown(
                id=each.id,
                added_at=each.added_at,
                used_at=uses[each.credential][1] if each.credential in uses else None,
                backed_up=each.backed_up,
            )
            for each in access.passkeys
        ],
        invitation=None
        if invitation is None
        else OpenInvitation(
            checked=invitation.checked, made_at=invitation.made_at, expires_at=invitation.expires_at
        ),
        restored_at=access.restored_at,
    )
