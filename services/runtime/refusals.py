"""What somebody hears whose request is not carried out: a problem document, whatever a route raises."""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.types import Scope

from schemas.refused import Refused
from schemas.version import VERSION
from services.runtime import oauth
from services.runtime.documented import API_VERSION, SYSTEMS_DOOR
from services.runtime.fields import by_field
from services.runtime.limits import network_of
from services.runtime.problems import (
    COMMON,
    MEDIA_TYPE,
    Problem,
    Words,
    as_json,
    document,
    retry_after,
)
from services.runtime.who import caller

log: Final = logging.getLogger(__name__)

REFUSED: Final = {
    "not_your_right": 403,
    "not_yours_to_do": 403,
    "provider_not_enough": 403,
    "sponsor_needs_mandate": 403,
    "not_found": 404,
    "system_refused": 401,
    "grant_unsupported": 400,
    "busy": 503,
    "provider_away": 503,
    "texts_away": 503,
}
"""Refusals that are no 409; a 401 is what OAuth 2.0 says of wrong credentials. Of a command that was too busy
to be looked at, or whose provider or texts are away, nothing was decided: a 5xx, so that a client repeats it
with its key and does not take it for the answer."""


def answer(problem: Problem, words: Mapping[str, Words], scope: Scope) -> Response:
    """A problem as a response, in the words of whoever asked `scope`."""
    found = document(problem, words)
    headers = {"Cache-Control": "no-store", API_VERSION: VERSION, **retry_after(problem)}
    if scope["path"] != SYSTEMS_DOOR:
        return Response(found.body(), found.status, media_type=MEDIA_TYPE, headers=headers)
    if found.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = oauth.CHALLENGE
    said = as_json(oauth.told(found))
    return Response(said, found.status, media_type=oauth.MEDIA_TYPE, headers=headers)


def write_down(problem: Problem, scope: Scope) -> None:
    """Who was not let in, and who reached for what is not theirs; the gate's limits bound how often."""
    asker = scope.get("state", {}).get("asker")
    if problem.status == HTTPStatus.FORBIDDEN or (problem.status == HTTPStatus.CONFLICT and asker is None):
        who = network_of(caller(scope)) if asker is None else asker.person.id
        log.warning("%s to %s at %r", problem.code, who, scope["path"])


def report_problems(app: FastAPI, words: Mapping[str, Words]) -> None:
    """Turn everything a route raises into a problem document; what nobody foresaw is logged and a 503."""
    known = {**COMMON, **words}

    @app.exception_handler(Problem)
    async def problem(request: Request, found: Problem) -> Response:
        return answer(found, known, request.scope)

    @app.exception_handler(Refused)
    async def refused(request: Request, found: Refused) -> Response:
        problem = Problem(REFUSED.get(found.code, 409), found.code, **found.facts)
        write_down(problem, request.scope)
        return answer(problem, known, request.scope)

    @app.exception_handler(RequestValidationError)
    async def invalid(request: Request, found: RequestValidationError) -> Response:
        wrong = Problem(400, "invalid", fields=by_field(found.errors()))
        return answer(wrong, known, request.scope)

    @app.exception_handler(HTTPException)
    async def http(request: Request, found: HTTPException) -> Response:
        code = {404: "not_found", 405: "method_not_allowed"}.get(found.status_code, "invalid")
        made = answer(Problem(found.status_code, code), known, request.scope)
        # RFC 9110: a 405 says what can be done instead.
        made.headers.update(found.headers or {})
        return made

    @app.exception_handler(Exception)
    async def unforeseen(request: Request, found: Exception) -> Response:
        log.error("unforeseen at %r", request.url.path, exc_info=found)
        return answer(Problem(503, "unavailable"), known, request.scope)
