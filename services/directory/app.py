"""The HTTP interface of the directory: organisations, colleagues, and signing in and out."""

import base64
from typing import Annotated, Any
from uuid import UUID, uuid4

from fastapi import FastAPI, Header, Query, Response

from schemas.events.organisation import Organisation
from schemas.values import OrganisationId
from services.directory.bodies import (
    Blurb,
    Colleague,
    Colleagues,
    Forget,
    Forgotten,
    Invited,
    InviteHere,
    Keys,
    KeysWanted,
    Me,
    Nothing,
    Organisations,
    OrganisationShown,
    Personas,
    PersonaShown,
    SignedIn,
    SignIn,
)
from services.directory.card_bodies import PrintedCards, PrintHere
from services.directory.cards import CARD_DOORS, COUNTED, add_cards, print_here
from services.directory.devices import add_devices, invite_here
from services.directory.directory import Directory
from services.directory.doors import DOORS, GUEST_DOOR, PREFIX, add_doors, seat, unseat
from services.directory.elsewhere import ELSEWHERE, START, add_elsewhere, ways_back
from services.directory.ended_guests import follow_incidents
from services.directory.export import add_export
from services.directory.guests import add_guests
from services.directory.language import add_language
from services.directory.mandates import add_mandates
from services.directory.numbers import add_numbers
from services.directory.people import add_people
from services.directory.push import GONE, add_push
from services.directory.rules.organisations import named_by
from services.directory.rules.session import end, open_in_demonstration
from services.directory.settings import DirectorySettings
from services.directory.slips import add_slips
from services.directory.store.reads import Named
from services.directory.summaries import SUMMARIES
from services.directory.switch import add_switch
from services.directory.systems import add_systems, end_expired
from services.directory.untold import UNTOLD, add_untold
from services.directory.waking import add_waking
from services.directory.words import WORDS
from services.runtime.documented import SYSTEMS_DOOR
from services.runtime.gate import Asking
from services.runtime.inside import judge
from services.runtime.once import once
from services.runtime.problems import Problem
from services.runtime.settings import Mode
from services.runtime.web import web_app


def create_app(settings: DirectorySettings) -> FastAPI:
    """The application; outside demonstrations the page to choose who you are does not exist."""
    directory = Directory(settings)
    directory.beside = (follow_incidents, end_expired)

    public = (
        "/internal/contact-keys",
        "/internal/forget",
        "/internal/invite",
        "/internal/cards",
        GONE,
        UNTOLD,
        f"{PREFIX}/organisations",
        SYSTEMS_DOOR,
    )
    demo = (f"{PREFIX}/demo/people", f"{PREFIX}/demo/sign-in")
    open_paths = (*public, *demo) if settings.mode is Mode.DEMO else public
    app = web_app(
        directory,
        PREFIX,
        settings,
        WORDS,
        (*open_paths, *DOORS, GUEST_DOOR, *CARD_DOORS, *ELSEWHERE, *ways_back(directory)),
        sign_in_paths=(*demo, *DOORS, GUEST_DOOR, *COUNTED, START),
        form_paths=(SYSTEMS_DOOR,),
        summaries=SUMMARIES,
    )
    app.state.directory = directory
    app.router.route_class = once(lambda: directory.pool, directory.now)
    _add_reads(app, directory)
    _add_sessions(app, directory)
    if settings.mode is Mode.DEMO:
        _add_demo(app, directory)
    _add_internal(app, directory)
    add_doors(app, directory)
    add_devices(app, directory)
    add_cards(app, directory)
    add_mandates(app, directory)
    add_people(app, directory)
    add_numbers(app, directory)
    add_language(app, directory)
    add_push(app, directory)
    add_untold(app, directory)
    add_slips(app, directory)
    add_export(app, directory)
    add_guests(app, directory)
    add_waking(app, directory)
    add_switch(app, directory)
    add_elsewhere(app, directory)
    add_systems(app, directory)
    return app


def _add_reads(app: FastAPI, directory: Directory) -> None:
    @app.get(f"{PREFIX}/organisations")
    async def organisations(
        response: Response, of: Annotated[list[OrganisationId] | None, Query(max_length=20)] = None
    ) -> Organisations:
        """All, or with `of` what their people name in a report: all weigh 12 KB on a slow line."""
        response.headers["Cache-Control"] = "public, max-age=300"
        found = await directory.reads.organisations()
        if of is not None:
            found = named_by(found, of)
        return Organisations(organisations=[_shown(each) for each in found])

    @app.get(f"{PREFIX}/me")
    async def me(asker: Asking) -> Me:
        named = await directory.reads.named([asker.person])
        return Me(
            person=asker.person.id,
            session=asker.session.id,
            way=asker.session.way,
            expires_at=asker.session.expires_at,
            name=named[0].name if named else "",
            organisations=list(asker.person.organisations),
            rights={member.organisation: list(member.rights) for member in asker.person.memberships},
            demonstration=asker.session.demonstration,
        )

    @app.get(f"{PREFIX}/colleagues")
    async def colleagues(asker: Asking, organisation: Annotated[OrganisationId, Query()]) -> Colleagues:
        if not asker.person.works_for(organisation):
            raise Problem(404, "not_found")
        return Colleagues(
            people=[_colleague(each) for each in await directory.reads.colleagues(organisation)]
        )


def _add_sessions(app: FastAPI, directory: Directory) -> None:
    @app.post(f"{PREFIX}/sign-out")
    async def sign_out(asker: Asking, body: Nothing, response: Response) -> Nothing:
        await directory.keep(end(asker.session, asker.person.id))
        unseat(response, directory)
        return Nothing()

    @app.post(f"{PREFIX}/sessions/{{session}}/end")
    async def end_session(asker: Asking, session: UUID, body: Nothing) -> Nothing:
        found = directory.own.session(session)
        if found is None:
            raise Problem(404, "not_found")
        await directory.keep(end(found, asker.person.id))
        return Nothing()


def _add_demo(app: FastAPI, directory: Directory) -> None:
    @app.get(f"{PREFIX}/demo/people")
    async def people(organisation: Annotated[OrganisationId | None, Query()] = None) -> Personas:
        found = await directory.reads.personas()
        personas = [_persona(row, named) for row, named in found]
        if organisation is None:
            return Personas(people=personas)
        known = {each.person: each for each in personas}
        staff = await directory.reads.colleagues(organisation)
        return Personas(people=[known.get(each.person.id) or _made_up(each) for each in staff])

    @app.post(f"{PREFIX}/demo/sign-in")
    async def sign_in(body: SignIn, response: Response) -> SignedIn:
        person = directory.own.person(body.person)
        if person is None or not person.fictitious or person.guest is not None or person.system is not None:
            raise Problem(404, "not_found")
        session = open_in_demonstration(uuid4(), person.id, directory.now())
        await directory.keep(session)
        seat(response, directory, session)
        return SignedIn(session=session.id)


def _add_internal(app: FastAPI, directory: Directory) -> None:
    def check(authorization: str) -> None:
        judge(authorization, directory.settings.internal_token)

    @app.post("/internal/contact-keys", include_in_schema=False)
    async def contact_keys(body: KeysWanted, authorization: Annotated[str, Header()] = "") -> Keys:
        check(authorization)
        keys = await directory.reads.data_keys(body.people)
        return Keys(keys={person: base64.b64encode(key).decode() for person, key in keys.items()})

    @app.post("/internal/forget", include_in_schema=False)
    async def forget(body: Forget, authorization: Annotated[str, Header()] = "") -> Forgotten:
        check(authorization)
        places = await directory.forget(body.person)
        if places is None:
            raise Problem(404, "not_found")
        return Forgotten(places=places)

    @app.post("/internal/invite", include_in_schema=False)
    async def invite(body: InviteHere, authorization: Annotated[str, Header()] = "") -> Invited:
        check(authorization)
        return await invite_here(directory, body)

    @app.post("/internal/cards", include_in_schema=False)
    async def cards(body: PrintHere, authorization: Annotated[str, Header()] = "") -> PrintedCards:
        check(authorization)
        return await print_here(directory, body)


def _shown(organisation: Organisation) -> OrganisationShown:
    place = organisation.place
    return OrganisationShown(
        **organisation.model_dump(exclude={"place", "systems", "mandates"}),
        latitude=None if place is None else place.latitude,
        longitude=None if place is None else place.longitude,
    )


def _persona(row: Any, named: Named) -> PersonaShown:
    return _played(named, f"{row.host}.localhost", Blurb(nl=row.blurb_nl, en=row.blurb_en))


def _made_up(named: Named) -> PersonaShown:
    return _played(named, "localhost", Blurb(nl="Verzonnen collega.", en="A made-up colleague."))


def _played(named: Named, host: str, blurb: Blurb) -> PersonaShown:
    member = named.person.memberships[0]
    return PersonaShown(
        person=named.person.id,
        name=named.name,
        organisation=member.organisation,
        functions=named.person.functions,
        rights=member.rights,
        host=host,
        blurb=blurb,
    )


def _colleague(named: Named) -> Colleague:
    return Colleague(person=named.person.id, name=named.name, functions=named.person.functions)
