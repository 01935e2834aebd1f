"""Who is asking: from a cookie, or a system's header, to a person with a living session."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Protocol
from uuid import UUID

from schemas.events.person import Person
from schemas.events.session import Session, SignInWay
from services.runtime.now import Now
from services.runtime.origins import Origins
from services.runtime.tokens import BadToken, Forged, Verifier

COOKIE: Final = "noaber_session"
HOST_ONLY: Final = f"__Host-{COOKIE}"
"""Browsers take it from this host alone and over TLS alone: nobody else plants one (RFC 6265bis, 4.1.3)."""

NEWS_SECONDS: Final = 5.0
"""A sign-in may be newer than our replica: so long a valid token of an unknown session is waited for."""


class NotSignedIn(Exception):
    """No token, a token that is not believed, or a session that is over."""


class Impostor(NotSignedIn):
    """A token that was forged; all other reasons may befall anybody."""


@dataclass(frozen=True)
class Asker:
    """A person in a session; what they may do is asked of `person` at every command."""

    person: Person
    session: Session


@dataclass(frozen=True)
class Shown:
    """A token as it came: in the cookie of a browser, or as a program sends it, in a header of its own."""

    token: str | None
    in_header: bool = False


class Known(Protocol):
    """The sessions and people that a service knows."""

    def session(self, session: UUID) -> Session | None:
        """The newest state of a session."""

    def person(self, person: UUID) -> Person | None:
        """The newest state of a person."""


def cookie_for(origins: Origins) -> str:
    """What our cookie is called where people come from those pages."""
    return HOST_ONLY if origins.secure else COOKIE


def caller(scope: Mapping[str, Any]) -> str:
    """The address that calls; `scope`: a request as ASGI has it.

    The gateway says it; uvicorn believes that of its own machine only.
    """
    return scope["client"][0] if scope.get("client") else ""


def token_in(cookie_header: str, cookie: str) -> str | None:
    """Our token in a Cookie header, from the cookie of that name and no other.

    By hand, since http.cookies gives up at the first cookie that it finds odd, whoever set that one.
    """
    for pair in cookie_header.split(";"):
        name, _, value = pair.strip().partition("=")
        if name == cookie and value:
            return value
    return None


def shown_in(cookie_header: str, cookie: str, authorization: str) -> Shown:
    """What a request shows: the bearer token of its Authorization header (RFC 6750), or else its cookie."""
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return Shown(token.strip(), in_header=True)
    return Shown(token_in(cookie_header, cookie))


class Who:
    """Resolves tokens against what a service knows.

    `patience`: how many seconds an unknown session is waited for; the owner of sessions need not wait at all.
    """

    def __init__(self, verifier: Verifier, known: Known, now: Now, patience: float | None = None) -> None:
        self._verifier = verifier
        self._known = known
        self._now = now
        self._patience = NEWS_SECONDS if patience is None else patience

    async def resolve(self, shown: Shown) -> Asker:
        """The asker behind a token. Raises NotSignedIn, or Impostor.

        A system's token counts in the header alone and a person's in the cookie alone: no person's session
        is handed to a program, and no page of a browser asks as a system.
        """
        if shown.token is None:
            raise NotSignedIn("no session")
        try:
            claims = self._verifier.verify(shown.token, self._now())
        except Forged as forged:
            raise Impostor(str(forged)) from forged
        except BadToken as bad:
            raise NotSignedIn(str(bad)) from bad
        session = await self._wait_for(claims.session, claims.person)
        person = self._known.person(claims.person)
        if session is None or person is None:
            raise NotSignedIn("unknown session")
        if not self.lives(session, person):
            raise NotSignedIn("the session is over")
        if (session.way is SignInWay.SYSTEM) != shown.in_header:
            raise NotSignedIn("not how this session is shown")
        return Asker(person, session)

    def lives(self, session: Session, person: Person) -> bool:
        """Whether the session still counts now."""
        over = session.revoked or self._now() >= session.expires_at or person.forgotten
        return not over and session.person == person.id

    async def _wait_for(self, session: UUID, person: UUID) -> Session | None:
        end = asyncio.get_running_loop().time() + self._patience
        while (found := self._known.session(session)) is None or self._known.person(person) is None:
            if asyncio.get_running_loop().time() >= end:
                return None
            await asyncio.sleep(0.02)
        return found
