"""The doors that are open to who is nobody yet: signing in with a passkey, and coming in by an invitation."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Final
from uuid import UUID, uuid4

from fastapi import Cookie, FastAPI, Header, Response

from schemas.events.access import Access, Passkey
from schemas.events.person import Person
from schemas.events.session import Session, SignInWay
from schemas.refused import Refused
from services.directory.bodies import (
    Assertion,
    Ceremony,
    Opened,
    Purpose,
    SignedIn,
    ToSign,
    Welcome,
    WithPasskey,
)
from services.directory.ceremony import made, signed, to_make, to_sign
from services.directory.challenges import CHALLENGE, LASTS
from services.directory.directory import Directory
from services.directory.rules.access import Opening, admit, try_code
from services.directory.rules.session import open_with_passkey
from services.directory.store.access import Refusing, Use
from services.runtime.tokens import Claims
from services.runtime.who import Asker, cookie_for

PREFIX: Final = "/api/directory"
CEREMONY: Final = "noaber_ceremony"
"""Cookie that ties a challenge to the browser that asked for it."""

DOORS: Final = tuple(
    f"{PREFIX}/{path}" for path in ("welcome/options", "welcome/finish", "passkey/options", "passkey/sign-in")
)

GUEST_DOOR: Final = f"{PREFIX}/guests/enter"

Began = Annotated[str, Cookie(alias=CEREMONY, include_in_schema=False)]
Page = Annotated[str, Header(alias="Origin", include_in_schema=False)]


def add_doors(app: FastAPI, directory: Directory) -> None:
    """Add the routes."""
    _add_sign_in(app, directory)
    _add_welcome(app, directory)


def _add_sign_in(app: FastAPI, directory: Directory) -> None:
    @app.post(f"{PREFIX}/passkey/options")
    async def ask_to_sign(body: ToSign, response: Response, origin: Page = "") -> Ceremony:
        challenge = _begin(response, directory, body.purpose)
        return Ceremony(options=to_sign(challenge, directory.site.party(origin)))

    @app.post(f"{PREFIX}/passkey/sign-in")
    async def sign_in(body: WithPasskey, response: Response, began: Began = "") -> SignedIn:
        shown = await proven(directory, body.passkey, Purpose.SIGN_IN, began)
        now = directory.now()
        session = open_with_passkey(uuid4(), shown.person, shown.passkey.id, now)
        await directory.accesses.sign_in(shown.passkey, shown.use, session, now)
        directory.heard([session])
        return _let_in(response, directory, session)


def _add_welcome(app: FastAPI, directory: Directory) -> None:
    @app.post(f"{PREFIX}/welcome/options")
    async def ask_to_make(body: Opened, response: Response, origin: Page = "") -> Ceremony:
        access, person = await tried(directory, body)
        named = await directory.reads.named([person])
        if not named:
            raise Refused("invitation_over")
        challenge = _begin(response, directory, _of_invitation(body))
        party = directory.site.party(origin)
        return Ceremony(options=to_make(challenge, party, access.id, named[0].name, access.passkeys))

    @app.post(f"{PREFIX}/welcome/finish")
    async def come_in(body: Welcome, response: Response, began: Began = "") -> SignedIn:
        now = directory.now()
        challenge = directory.challenges.opened(began, _of_invitation(body), now)
        _, person = await tried(directory, body)
        passkey, first = made(body.passkey, challenge, directory.site, now)
        directory.challenges.spend(challenge, now)
        session = open_with_passkey(uuid4(), person, passkey.id, now)
        await _admitted(directory, body, passkey, Use(passkey.credential, first.sign_count), session)
        return _let_in(response, directory, session)


@dataclass(frozen=True)
class Proof:
    """A key that just signed, whose it is, and its use, which is still to be counted."""

    person: Person
    passkey: Passkey
    use: Use


async def proven(directory: Directory, answer: Assertion, purpose: Purpose, began: str) -> Proof:
    """Whose key signed a challenge of this browser. Refused: `ceremony_over`, `passkey_refused`.

    An unknown key is judged against one that nobody holds, so that the time tells nothing.
    """
    now = directory.now()
    challenge = directory.challenges.opened(began, purpose, now)
    owner = directory.own.whose_passkey(answer.credential)
    found = [
        each
        for each in (directory.own.access(owner).passkeys if owner is not None else ())
        if each.credential == answer.credential
    ]
    uses = await directory.accesses.uses([answer.credential])
    counted = uses[answer.credential][0] if answer.credential in uses else 0
    public_key = found[0].public_key if found else directory.nobodys_key
    true = signed(answer, challenge, directory.site, public_key, counted)
    person = directory.own.person(owner) if owner is not None else None
    if not found or person is None or person.forgotten:
        raise Refused("passkey_refused")
    directory.challenges.spend(challenge, now)
    return Proof(person, found[0], Use(answer.credential, true.sign_count))


async def prove(directory: Directory, asker: Asker, answer: Assertion, purpose: Purpose, began: str) -> UUID:
    """Make whoever sits here show that they are who signed in; our id of the key with which they did.

    Refused: as `proven`, and `passkey_refused` for another's key.
    """
    shown = await proven(directory, answer, purpose, began)
    if shown.person.id != asker.person.id:
        raise Refused("passkey_refused")
    await directory.accesses.used(shown.passkey, shown.use, shown.person.id, directory.now())
    return shown.passkey.id


async def fresh(
    directory: Directory, asker: Asker, answer: Assertion | None, purpose: Purpose, began: str
) -> UUID | None:
    """A session may be stolen: whoever has a key shows, here and now, that it is them; our id of that key.

    Only who plays in a demonstration has none. Refused: as `prove`, `prove_it`, `not_found` for a guest, and
    `card_not_enough` for who came in with a card: one must not lead to the next.
    """
    if asker.person.guest is not None:
        raise Refused("not_found")
    if asker.session.way is SignInWay.DEMO:
        return None
    no_card(asker)
    if answer is None:
        raise Refused("prove_it")
    return await prove(directory, asker, answer, purpose, began)


def no_card(asker: Asker) -> None:
    """Refused: `card_not_enough` for who came in with a card, which is for asking help and little else."""
    if asker.session.way is SignInWay.CARD:
        raise Refused("card_not_enough")


def own_key(asker: Asker) -> None:
    """For what takes no fresh signature, or more than one: the session itself has to say enough.

    Refused: as `no_card`, and `provider_not_enough` for whom a provider vouches: who holds it must not read
    the private numbers of everybody who could be called instead, nor bind an organisation.
    """
    no_card(asker)
    if asker.session.way is SignInWay.OIDC:
        raise Refused("provider_not_enough")


def seat(response: Response, directory: Directory, session: Session) -> None:
    """Give the browser its session: a new one at every sign-in, so that none can be planted before."""
    token = directory.signer.sign(Claims(session.person, session.id), session.expires_at)
    settings = directory.settings
    response.set_cookie(
        cookie_for(settings.origins),
        token,
        httponly=True,
        samesite="strict",
        secure=settings.secure,
        path="/",
    )


def unseat(response: Response, directory: Directory) -> None:
    """Take it from the browser again, in the same words: it gives it up for no others."""
    settings = directory.settings
    response.delete_cookie(
        cookie_for(settings.origins), httponly=True, samesite="strict", secure=settings.secure, path="/"
    )


def _begin(response: Response, directory: Directory, purpose: str) -> bytes:
    """A fresh challenge, and the cookie that ties it to this browser."""
    challenge = secrets.token_bytes(CHALLENGE)
    sealed = directory.challenges.sealed(challenge, purpose, directory.now())
    tie(response, directory, CEREMONY, sealed, LASTS)
    return challenge


def tie(response: Response, directory: Directory, name: str, value: str, lasts: timedelta) -> None:
    """Tie something that was begun here to this browser, until it is over."""
    response.set_cookie(
        name,
        value,
        max_age=int(lasts.total_seconds()),
        httponly=True,
        samesite="strict",
        secure=directory.settings.secure,
        path=PREFIX,
    )


def new_code() -> str:
    """Six digits, to be read out or keyed in."""
    return f"{secrets.randbelow(1_000_000):06}"


def _let_in(response: Response, directory: Directory, session: Session) -> SignedIn:
    seat(response, directory, session)
    response.delete_cookie(CEREMONY, path=PREFIX)
    return SignedIn(session=session.id)


def _of_invitation(body: Opened) -> str:
    """Purpose of a challenge: this invitation and no other."""
    return f"welcome {Opening(body.secret, body.code).secret_digest}"


async def tried(directory: Directory, body: Opened, *, for_guests: bool = False) -> tuple[Access, Person]:
    """Whom an invitation is for, once its code is right; a wrong one is counted. Raises Refused.

    A guest's link makes no key, and a colleague's is no guest's: each opens its own door alone.
    """
    key = directory.own.whose_invitation(body.secret)
    person = directory.own.person(key) if key is not None else None
    if person is None or (person.guest is not None) != for_guests:
        raise Refused("invitation_over")
    opening, now = Opening(body.secret, body.code), directory.now()
    refusals: list[Refused] = []

    def decide(access: Access) -> Access:
        left, refusal = try_code(access, opening, now)
        refusals.extend([refusal] if refusal is not None else [])
        return left

    access = await directory.accesses.change(person.id, decide, None, now)
    directory.heard([access])
    if refusals:
        raise refusals[0]
    return access, person


async def _admitted(directory: Directory, body: Opened, passkey: Passkey, use: Use, session: Session) -> None:
    """The key is let in and the session opened, if the invitation is still open by now. Raises Refused."""
    opening, now = Opening(body.secret, body.code), directory.now()

    def decide(access: Access) -> tuple[Access, Refused | None]:
        left, refusal = try_code(access, opening, now)
        return (admit(left, passkey), None) if refusal is None else (left, refusal)

    try:
        admitted = await directory.accesses.welcome(session.person, decide, use, session, now)
    except Refusing as over:
        directory.heard([over.access])
        raise over.refusal from over
    directory.heard([admitted, session])
