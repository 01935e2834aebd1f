"""The gate in front of every route: who asks, how much, with what body, from which page."""

import asyncio
import json
import re
from collections import Counter
from collections.abc import Collection, Mapping
from typing import Annotated, Final
from urllib.parse import parse_qsl

from fastapi import Depends, Request
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from schemas.values import BODY_LIMIT, safe_key
from schemas.version import VERSION
from services.runtime.documented import API_VERSION
from services.runtime.fields import TWICE
from services.runtime.limits import Limits
from services.runtime.origins import Origins
from services.runtime.ports import cause_of
from services.runtime.problems import COMMON, Problem, Words
from services.runtime.refusals import answer, write_down
from services.runtime.trace import name_cause
from services.runtime.who import Asker, Impostor, NotSignedIn, Who, caller, cookie_for, shown_in

BODY_SECONDS: Final = 15.0
"""The whole of a body has to be here by then; 64 KiB take that long on a line of 35 kbit/s."""

_FORM: Final = re.compile(r"^application/x-www-form-urlencoded\s*(;|$)", re.IGNORECASE)
_JSON: Final = re.compile(r"^application/json\s*(;|$)", re.IGNORECASE)

SIGN_OUT: Final = "/api/directory/sign-out"
"""The one command that a guest may send; what they read is judged by their keys. A system sends none."""

_READS: Final = ("GET", "HEAD")


class Gate:
    """Judges every request before a route sees it: who (401), how many (429), size, type and key, origin.

    `open_paths` need no session; of those, `sign_in_paths` are counted per network address, and
    `form_paths` take a form as well, without a key: so OAuth 2.0 has it, whose clients are ready-made. The
    whole body is read here, so that too large a one never reaches a route.
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
        form_paths: Collection[str] = (),
    ) -> None:
        self._app = app
        self._who = who
        self._limits = limits
        self._sign_in, self._forms = frozenset(sign_in_paths), frozenset(form_paths)
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
            _let_some_only_read(scope, asker)
            body = b""
            if scope["method"] == "POST":
                body = await self._checked_body(scope, receive)
                if asker is not None:
                    name_cause(str(cause_of(asker.person.id, _header(scope, b"idempotency-key"))))
            scope["state"]["body"] = body
        except Problem as problem:
            await self._refuse(problem, scope, receive, send)
            return
        await self._app(scope, _once(body), _marked(send))

    async def _asker(self, scope: Scope) -> Asker | None:
        if scope["path"] in self._open:
            return None
        shown = shown_in(_header(scope, b"cookie"), self._cookie, _header(scope, b"authorization"))
        try:
            return await self._who.resolve(shown)
        except Impostor as forged:
            self._limits.admit_forger(caller(scope), scope["path"])
            raise Problem(401, "not_signed_in") from forged
        except NotSignedIn as unknown:
            raise Problem(401, "not_signed_in") from unknown

    def _count(self, scope: Scope, asker: Asker | None) -> None:
        if asker is not None:
            self._limits.admit(asker.person, asker.session.id)
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
        kind = _header(scope, b"content-type")
        if scope["path"] in self._forms and _FORM.match(kind):
            body = _form_as_json(scope, body)
        elif not _JSON.match(kind):
            raise Problem(415, "not_json")
        elif not safe_key(_header(scope, b"idempotency-key")):
            raise Problem(400, "key_missing")
        origin = _header(scope, b"origin")
        if origin and not self._origins.allow(origin):
            # A page elsewhere must not act with our cookie; a client that is no browser sends no Origin.
            raise Problem(403, "wrong_origin")
        return body

    async def _refuse(self, problem: Problem, scope: Scope, receive: Receive, send: Send) -> None:
        write_down(problem, scope)
        response = answer(problem, self._words, scope)
        await response(scope, receive, send)


def _let_some_only_read(scope: Scope, asker: Asker | None) -> None:
    """Here and not at each route: one that is added later must be shut to guests and systems too."""
    if asker is None or scope["method"] in _READS:
        return
    if asker.person.system is not None:
        raise Problem(403, "systems_only_read")
    if asker.person.guest is not None and scope["path"] != SIGN_OUT:
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


def _form_as_json(scope: Scope, form: bytes) -> bytes:
    """The fields of a form, as the body that a route reads; one without a value was not sent.

    Raises Problem 400 for a field that comes twice (RFC 6749, 3.2).
    """
    scope["headers"] = [
        (name, b"application/json" if name == b"content-type" else value) for name, value in scope["headers"]
    ]
    fields = parse_qsl(form.decode("latin-1"))
    if twice := {name for name, count in Counter(name for name, _ in fields).items() if count > 1}:
        raise Problem(400, "invalid", fields={f"body.{name}": TWICE for name in sorted(twice)})
    return json.dumps(dict(fields)).encode()


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
