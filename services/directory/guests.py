"""Guests over HTTP: a sponsor's link, coming in by it once, and ending it."""

from functools import partial
from uuid import UUID, uuid4

from fastapi import FastAPI, Response
from uuid6 import uuid7

from schemas.events.access import Access
from schemas.events.person import Guesthood
from schemas.refused import Refused
from services.directory.bodies import Invited, InviteGuest, Nothing, Opened, Purpose, SignedIn
from services.directory.devices import invitation
from services.directory.directory import Directory
from services.directory.doors import GUEST_DOOR, PREFIX, Began, fresh, own_key, seat, tried
from services.directory.rules.access import Opening, try_code
from services.directory.rules.guests import called, guest, may_end, shut
from services.directory.rules.session import open_for_guest
from services.runtime.answered import unit
from services.runtime.gate import Asking


def add_guests(app: FastAPI, directory: Directory) -> None:
    """Add the routes."""

    @app.post(f"{PREFIX}/guests")
    async def invite_guest(asker: Asking, body: InviteGuest, began: Began = "") -> Invited:
        now = directory.now()
        known = await directory.reads.organisations()
        wanted = Guesthood(
            incident=body.incident,
            organisation=body.organisation,
            sponsor=asker.person.id,
            firm=body.firm,
            firm_is=called(body.firm, known),
            until=body.until,
        )
        made = guest(UUID(str(uuid7())), asker.person, wanted, now)
        # A link that opens nothing now helps nobody; as it opens this is asked again, under the lock.
        if not all(directory.own.trusted(each) for each in wanted.hosts):
            raise Refused("host_distrusted")
        # The incident lets in nobody's guest whom a provider vouches for: such a link would open nothing.
        own_key(asker)
        await fresh(directory, asker, body.passkey, Purpose.GUEST, began)
        # One transaction: nobody is left here for whom there never was a link.
        async with unit(directory.pool):
            await directory.writes.add_person(made, body.name, body.phone, now)
            access, answer = await invitation(directory, made.id, body.checked, asker.person.id)
        directory.heard([made, access])
        return answer

    @app.post(GUEST_DOOR)
    async def come_in(body: Opened, response: Response) -> SignedIn:
        _, person = await tried(directory, body, for_guests=True)
        now = directory.now()
        if person.guest is None or now >= person.guest.until:
            raise Refused("invitation_over")
        decide = partial(_used, opening=Opening(body.secret, body.code), directory=directory)
        session = open_for_guest(uuid4(), person, person.guest, now)
        directory.heard([await directory.accesses.enter(decide, session, now), session])
        seat(response, directory, session)
        return SignedIn(session=session.id)

    @app.post(f"{PREFIX}/guests/{{person}}/end")
    async def end_guest(asker: Asking, person: UUID, body: Nothing) -> Nothing:
        may_end(asker.person, directory.own.person(person))
        now = directory.now()
        directory.heard(await directory.accesses.end_guest(person, shut, asker.person.id, now))
        return Nothing()


def _used(access: Access, opening: Opening, directory: Directory) -> Access:
    """The link opens nobody else's phone. Refused: as `try_code`, where another was first."""
    left, refusal = try_code(access, opening, directory.now())
    if refusal is not None:
        raise refusal
    return shut(left)
