"""Signing in where one's organisation says who one is: there, back, and whose account it is."""

import logging
import secrets
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Final
from uuid import UUID, uuid4

from fastapi import Cookie, FastAPI, Query, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel

from schemas.events.person import Person
from schemas.events.session import Session
from schemas.refused import Refused
from schemas.values import Command, OrganisationId
from services.directory.bodies import Assertion, Nothing, Purpose
from services.directory.challenges import CHALLENGE, LASTS
from services.directory.directory import Directory
from services.directory.doors import PREFIX, Began, Page, prove, seat
from services.directory.journey import BACK, Journey, page_of
from services.directory.meeting import RESTS, Meeting
from services.directory.providers import Ceremony, Provider, with_functions
from services.directory.rules.session import open_with_provider
from services.directory.store.accounts import Account
from services.runtime.gate import Asking
from services.runtime.once import anew
from services.runtime.problems import Problem

log: Final = logging.getLogger(__name__)

START: Final = f"{PREFIX}/oidc/start"
PROVIDERS: Final = f"{PREFIX}/oidc/providers"
SAID: Final = frozenset(
    {
        "account_taken",
        "account_unbound",
        "ceremony_over",
        "provider_away",
        "provider_distrusted",
        "provider_not_believed",
        "provider_refused",
    }
)
"""Refusals with which somebody may be sent back to the page."""

REFUSALS: Final = tuple(f"{PREFIX}/oidc/refusals/{code}" for code in sorted(SAID))

ELSEWHERE: Final = (START, PROVIDERS, *REFUSALS)
"""Open to who is nobody yet, as are `ways_back`: those ask a provider once per start, which is counted."""

LONGEST: Final = 2_048
"""Characters of what comes back in an address."""


class WhereTo(Command):
    """Through which organisation to come in."""

    organisation: OrganisationId


class Bind(WhereTo):
    """Whose account there is one's own, and that it is the one who signed in who says so."""

    passkey: Assertion


class Away(BaseModel):
    """Where the browser goes now."""

    address: str


class Providers(BaseModel):
    """The organisations that have a sign-in of their own; one that is shut now is among them."""

    organisations: list[str]


class Accounts(BaseModel):
    """The organisations at which one has an account that opens here."""

    organisations: list[str]


def ways_back(directory: Directory) -> tuple[str, ...]:
    """Where browsers come back from the providers that there are; open, since they are nobody yet."""
    return tuple(f"{BACK}/{each}" for each in sorted(directory.meetings))


def add_elsewhere(app: FastAPI, directory: Directory) -> None:
    """Add the routes."""
    cookie = _cookie(directory)
    _add_away(app, directory)
    _add_accounts(app, directory)

    @app.get(f"{BACK}/{{organisation}}", include_in_schema=False)
    async def back(
        organisation: str,
        code: Annotated[str, Query()] = "",
        state: Annotated[str, Query()] = "",
        iss: Annotated[str, Query()] = "",
        held: Annotated[str, Cookie(alias=cookie)] = "",
    ) -> Response:
        # A browser comes here by itself, so a refusal is a page too: the one with the other ways in.
        try:
            session = await _came_back(directory, _Back(organisation, code, state, iss, held))
        except Refused as no:
            log.warning("nobody came in through a provider: %s", no.code)
            response = RedirectResponse(f"{page_of(held)}?refused={no.code}", 303)
        else:
            response = RedirectResponse("/devices" if session is None else "/", 303)
            if session is not None:
                seat(response, directory, session)
        response.delete_cookie(
            cookie, httponly=True, samesite="lax", secure=directory.settings.secure, path="/"
        )
        return response


def _add_away(app: FastAPI, directory: Directory) -> None:
    @app.get(PROVIDERS)
    async def providers() -> Providers:
        return Providers(organisations=sorted(directory.meetings))

    @app.get(f"{PREFIX}/oidc/refusals/{{code}}", include_in_schema=False)
    async def refusal(code: str) -> None:
        # The words are said in one place; the page that somebody is sent back to asks for them.
        raise Refused(code if code in SAID else "not_found")

    @app.post(START)
    async def start(body: WhereTo, response: Response, origin: Page = "") -> Away:
        return await _away(directory, response, Journey(body.organisation, origin, None))

    @app.post(f"{PREFIX}/oidc/bind")
    @anew
    async def bind(
        asker: Asking, body: Bind, response: Response, origin: Page = "", began: Began = ""
    ) -> Away:
        if not asker.person.works_for(body.organisation):
            raise Refused("not_found")
        # Whatever the session was opened with: whoever holds the provider has no key, and binds nobody.
        await prove(directory, asker, body.passkey, Purpose.BIND, began)
        return await _away(directory, response, Journey(body.organisation, origin, asker.person.id))


def _add_accounts(app: FastAPI, directory: Directory) -> None:
    @app.get(f"{PREFIX}/oidc/accounts")
    async def accounts(asker: Asking) -> Accounts:
        return Accounts(organisations=list(await directory.accounts.held(asker.person.id)))

    @app.post(f"{PREFIX}/oidc/loosen")
    async def loosen(asker: Asking, body: Nothing) -> Nothing:
        # Without a key shown: it only shuts, and a key opens still.
        directory.heard(await directory.accounts.loosen(asker.person.id, directory.now()))
        return Nothing()


async def _away(directory: Directory, response: Response, journey: Journey) -> Away:
    """Send a browser to a provider, tied to what it was sent for."""
    if not directory.site.origins.allow(journey.origin):
        # The gate lets a client through that names no page; here the page is where it comes back to.
        raise Problem(403, "wrong_origin")
    meeting = _meeting(directory, journey.organisation)
    if not directory.own.trusted(journey.organisation):
        # So that nobody types a password over there. Who is nobody yet does not learn here who is hit.
        if journey.person is None:
            raise Refused("provider_away", retry_after=int(RESTS))
        raise Refused("provider_distrusted")
    ceremony = Ceremony(secrets.token_bytes(CHALLENGE))
    address = await meeting.address(ceremony, journey.back)
    packed = journey.packed()
    sealed = directory.journeys.sealed(ceremony.challenge, packed, directory.now())
    # Lax, since the way back begins at another site; it opens nothing by itself, and once.
    response.set_cookie(
        _cookie(directory),
        f"{packed}.{sealed}",
        max_age=int(LASTS.total_seconds()),
        httponly=True,
        samesite="lax",
        secure=directory.settings.secure,
        path="/",
    )
    return Away(address=address)


@dataclass(frozen=True)
class _Back:
    """What a browser brings back: four pieces of the address, and its cookie."""

    organisation: str
    code: str
    state: str
    issuer: str
    held: str


async def _came_back(directory: Directory, brought: _Back) -> Session | None:
    """The session that opens, or None where an account was bound. Raises Refused."""
    now = directory.now()
    packed, _, sealed = brought.held.partition(".")
    challenge = directory.journeys.opened(sealed, packed, now)
    ceremony, journey = Ceremony(challenge), Journey.unpacked(packed)
    elsewhere = brought.organisation != journey.organisation
    if elsewhere or len(brought.code) > LONGEST or not ceremony.began(brought.state):
        raise Refused("ceremony_over")
    directory.journeys.spend(challenge, now)
    if not brought.code:
        raise Refused("provider_refused")
    meeting = _meeting(directory, journey.organisation)
    who = await meeting.who(brought.code, ceremony, journey.back, brought.issuer, now)
    account = Account(journey.organisation, who.issuer, who.subject)
    if journey.person is not None:
        await _bound(directory, account, journey.person)
        return None
    decide = partial(_let_in, meeting.provider, who.groups, directory)
    written = await directory.accounts.sign_in(account, decide, directory.now())
    directory.heard(written)
    session = written[-1]
    if not isinstance(session, Session):
        raise Refused("account_unbound")
    log.warning("the provider of %s let %s in", journey.organisation, session.person)
    return session


async def _bound(directory: Directory, account: Account, person: UUID) -> None:
    known = directory.own.person(person)
    if known is None or known.forgotten or not known.works_for(account.organisation):
        raise Refused("account_unbound")
    await directory.accounts.bind(account, person, directory.now())
    log.warning("an account at the provider of %s is %s's now", account.organisation, person)


def _let_in(
    provider: Provider, groups: tuple[str, ...], directory: Directory, person: Person
) -> tuple[Person, Session]:
    """Whoever works there still, with the functions that their groups give; rights stay as they are."""
    if person.forgotten or not person.works_for(provider.organisation):
        raise Refused("account_unbound")
    after = person.model_copy(update={"functions": with_functions(person.functions, groups, provider)})
    return after, open_with_provider(uuid4(), person, directory.now())


def _meeting(directory: Directory, organisation: str) -> Meeting:
    """The provider of an organisation. Refused: `not_found`.

    Whether it is distrusted `store.opening` asks under its lock, of whom the provider vouches for.
    """
    meeting = directory.meetings.get(organisation)
    if meeting is None:
        raise Refused("not_found")
    return meeting


def _cookie(directory: Directory) -> str:
    """What the cookie of a journey is called; over TLS it belongs to this host and nobody else sets it."""
    return "__Host-noaber_oidc" if directory.settings.secure else "noaber_oidc"
