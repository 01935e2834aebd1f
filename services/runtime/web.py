"""The HTTP side of a service: the gate in front of every route, and errors as problem documents."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from http import HTTPStatus
from typing import Annotated, Final, Protocol

from fastapi import Depends, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.datastructures import MutableHeaders
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from schemas.refused import Refused
from schemas.values import BODY_LIMIT, safe_key
from schemas.version import VERSION
from services.runtime.described import Described
from services.runtime.documented import API_VERSION
from services.runtime.fields import by_field
from services.runtime.garbage import collect_garbage
from services.runtime.health import OF_ITSELF, Health, told
from services.runtime.limits import Limits, network_of
from services.runtime.observed import Observed
from services.runtime.origins import Origins
from services.runtime.problems import COMMON, MEDIA_TYPE, Problem, Words, document, retry_after
from services.runtime.process import lasting
from services.runtime.settings import WebSettings
from services.runtime.who import Asker, Impostor, NotSignedIn, Who, cookie_for, token_in

log: Final = logging.getLogger(__name__)

BODY_SECONDS: Final = 15.0
"""The whole of a body has to be here by then; 64 KiB take that long on a line of 35 kbit/s."""

_JSON: Final = re.compile(r"^application/json\s*(;|$)", re.IGNORECASE)


REFUSED: Final = {
    "not_your_right": 403,
    "not_yours_to_do": 403,
    "sponsor_needs_mandate": 403,
    "not_found": 404,
    "busy": 503,
    "provider_away": 503,
}
"""Refusals that are no 409. Of a command that was too busy to be looked at, or whose provider is away,
nothing was decided: a 5xx, so that a client repeats it with its key and does not take it for the answer."""


SIGN_OUT: Final = "/api/directory/sign-out"
"""The one command that a guest may send; what they read is judged by their keys."""


class Gate:
    """Judges every request before a route sees it: who (401), how many (429), size, type and key, origin.

    `open_paths` need no session; of those, `sign_in_paths` are counted per network address. The whole body is
    read here, so that too large a one never reaches a route.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        who: Who,
        origins: Origins,
        open_paths: Collection[str],
        words: Mapping[str, Words],
        limits: Limits,
        sign_in_paths: Collection[str] = (),
    ) -> None:
        self._app = app
        self._who = who
        self._limits = limits
        self._sign_in = frozenset(sign_in_paths)
        self._origins = origins
        self._cookie = cookie_for(origins)
        self._open = frozenset(open_paths)
        self._words = {**COMMON, **words}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        try:
            asker = await self._asker(scope)
            scope.setdefault("state", {})["asker"] = asker
            self._count(scope, asker)
            _let_guests_read(scope, asker)
            body = b""
            if scope["method"] == "POST":
                body = await self._checked_body(scope, receive)
            scope["state"]["body"] = body
        except Problem as problem:
            await self._refuse(problem, scope, receive, send)
            return
        await self._app(scope, _once(body), _marked(send))

    async def _asker(self, scope: Scope) -> Asker | None:
        if scope["path"] in self._open:
            return None
        cookies = _header(scope, b"cookie")
        try:
            return await self._who.resolve(token_in(cookies, self._cookie))
        except Impostor as forged:
            self._limits.admit_forger(caller(scope), scope["path"])
            raise Problem(401, "not_signed_in") from forged
        except NotSignedIn as unknown:
            raise Problem(401, "not_signed_in") from unknown

    def _count(self, scope: Scope, asker: Asker | None) -> None:
        if asker is not None:
            self._limits.admit(asker.person)
        elif scope["path"] in self._sign_in and scope["method"] == "POST":
            self._limits.admit_client(caller(scope))

    async def _checked_body(self, scope: Scope, receive: Receive) -> bytes:
        declared = _header(scope, b"content-length")
        if declared.isdigit() and int(declared) > BODY_LIMIT:
            raise Problem(413, "too_large")
        try:
            async with asyncio.timeout(BODY_SECONDS):
                body = await _read(receive)
        except TimeoutError as slow:
            # Caddy 2.11 streams a body and does not end one that is dripped, whatever its time-outs say.
            raise Problem(408, "too_slow") from slow
        if not _JSON.match(_header(scope, b"content-type")):
            raise Problem(415, "not_json")
        if not safe_key(_header(scope, b"idempotency-key")):
            raise Problem(400, "key_missing")
        origin = _header(scope, b"origin")
        if origin and not self._origins.allow(origin):
            # A page elsewhere must not act with our cookie; a client that is no browser sends no Origin.
            raise Problem(403, "wrong_origin")
        return body

    async def _refuse(self, problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
        _write_down(problem, scope)
        response = answer(problem, self._words)
        await response(scope, receive, send)


def answer(problem: Problem, words: Mapping[str, Words]) -> Response:
    """A problem as a response."""
    found = document(problem, words)
    headers = {"Cache-Control": "no-store", API_VERSION: VERSION, **retry_after(problem)}
    return Response(found.body(), found.status, media_type=MEDIA_TYPE, headers=headers)


def _write_down(problem: Problem, scope: Scope) -> None:
    """Who was not let in, and who reached for what is not theirs; the limits above bound how often."""
    asker = scope.get("state", {}).get("asker")
    if problem.status == HTTPStatus.FORBIDDEN or (problem.status == HTTPStatus.CONFLICT and asker is None):
        who = network_of(caller(scope)) if asker is None else asker.person.id
        log.warning("%s to %s at %r", problem.code, who, scope["path"])


def _let_guests_read(scope: Scope, asker: Asker | None) -> None:
    """Here and not at each route: a route that is added later must be shut to guests too."""
    if asker is None or asker.person.guest is None:
        return
    if scope["method"] not in ("GET", "HEAD") and scope["path"] != SIGN_OUT:
        raise Problem(403, "guests_only_read")


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return b""
        parts.append(message.get("body", b""))
        size += len(parts[-1])
        if size > BODY_LIMIT:
            raise Problem(413, "too_large")
        if not message.get("more_body", False):
            return b"".join(parts)


def _once(body: bytes) -> Receive:
    waiting = [{"type": "http.request", "body": body, "more_body": False}]

    async def receive() -> Message:
        return waiting.pop() if waiting else {"type": "http.disconnect"}

    return receive


def _marked(send: Send) -> Send:
    """Says of every answer which version made it, and that nobody keeps it unless its route said so."""

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            headers.setdefault("Cache-Control", "no-store")
            headers[API_VERSION] = VERSION
        await send(message)

    return sending


def caller(scope: Scope) -> str:
    """The address that calls. The gateway says it; uvicorn believes that of its own machine only."""
    return scope["client"][0] if scope.get("client") else ""


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


async def asking(request: Request) -> Asker:
    """The person behind the request, as the gate found them.

    A coroutine, since FastAPI runs anything else in a thread: 0.15 ms for one look.
    """
    found = request.state.asker
    if not isinstance(found, Asker):
        raise Problem(401, "not_signed_in")
    return found


Asking = Annotated[Asker, Depends(asking)]


def report_problems(app: FastAPI, words: Mapping[str, Words]) -> None:
    """Turn everything a route raises into a problem document; what nobody foresaw is logged and a 503."""
    known = {**COMMON, **words}

    @app.exception_handler(Problem)
    async def problem(request: Request, found: Problem) -> Response:
        return answer(found, known)

    @app.exception_handler(Refused)
    async def refused(request: Request, found: Refused) -> Response:
        problem = Problem(REFUSED.get(found.code, 409), found.code, **found.facts)
        _write_down(problem, request.scope)
        return answer(problem, known)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, found: RequestValidationError) -> Response:
        return answer(Problem(400, "invalid", fields=by_field(found.errors())), known)

    @app.exception_handler(HTTPException)
    async def http(request: Request, found: HTTPException) -> Response:
        code = {404: "not_found", 405: "method_not_allowed"}.get(found.status_code, "invalid")
        made = answer(Problem(found.status_code, code), known)
        # RFC 9110: a 405 says what can be done instead.
        made.headers.update(found.headers or {})
        return made

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, found: Exception) -> Response:
        log.error("unforeseen at %r", request.url.path, exc_info=found)
        return answer(Problem(503, "unavailable"), known)


class Service(Protocol):
    """What a service with an HTTP interface brings along: who asks, its connections, and how it is."""

    who: Who

    def running(self) -> AbstractAsyncContextManager[None]:
        """Connections and tasks, while the block runs."""

    def health(self) -> Health:
        """Its own account of its progress."""


class _Application(Described):
    def build_middleware_stack(self) -> ASGIApp:
        """Outside of everything is who looks on: also what nobody foresaw is written down with its trace."""
        return Observed(super().build_middleware_stack())


def web_app(
    service: Service,
    prefix: str,
    settings: WebSettings,
    words: Mapping[str, Words],
    open_paths: Collection[str] = (),
    *,
    sign_in_paths: Collection[str] = (),
    summaries: Mapping[str, str] | None = None,
) -> FastAPI:
    """An application behind the gate, with problem documents and /health; routes are added by the caller.

    It connects when it starts and lets go of everything when it stops.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        collecting = lasting(collect_garbage(), "collecting garbage")
        async with service.running():
            yield
        collecting.cancel()

    described = f"{prefix}/openapi.json"
    app = _Application(
        open_paths=open_paths,
        cookie=cookie_for(settings.origins),
        codes={**COMMON, **words},
        prefix=prefix,
        summaries=summaries or {},
        title=f"Noaber {prefix.rpartition('/')[2]}",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        # A redirect would repeat the Host header that a stranger sent.
        redirect_slashes=False,
    )
    open_to_all = (*OF_ITSELF, described, *open_paths)
    app.add_middleware(
        Gate,
        who=service.who,
        origins=settings.origins,
        open_paths=open_to_all,
        words=words,
        limits=settings.limits(),
        sign_in_paths=sign_in_paths,
    )
    report_problems(app, words)

    _speak_of_itself(app, service, described)
    return app


def _speak_of_itself(app: FastAPI, service: Service, described: str) -> None:
    @app.get(described, include_in_schema=False)
    async def description() -> Response:
        # Other websites may read it (NL API Design Rules, /core/publish-openapi): it is no secret.
        return JSONResponse(app.openapi(), headers={"Access-Control-Allow-Origin": "*"})

    # The gateway passes on nothing but /api, so these are read on the service's own loopback port alone.
    async def of_itself(request: Request) -> Response:
        status, kind, body = told(request.url.path, service.health)
        return Response(body, status, media_type=kind)

    for path in OF_ITSELF:
        app.get(path, include_in_schema=False)(of_itself)
