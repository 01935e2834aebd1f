"""The OpenAPI document of a service: its routes, and what stands in front of them."""

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

from fastapi import FastAPI
from fastapi.routing import APIRoute

from schemas.component_names import renamed
from schemas.version import VERSION
from services.runtime import oauth
from services.runtime.documented import (
    API_VERSION,
    LICENCE,
    PEOPLE,
    PROBLEM,
    READERS,
    SERVERS,
    SYSTEMS_DOOR,
    TOKEN_REFUSED,
    VERSION_HEADER,
    Shape,
    problem_shape,
    refusal,
    ways_in,
)
from services.runtime.once import AFRESH, ANEW, OnceRoute

KEY_PATTERN: Final = "^[!-~]{1,200}$"
"""What `schemas.values.safe_key` lets pass, as JSON Schema says it."""

_READ: Final = {
    400: "A parameter is wrong.",
    401: "Not signed in; this comes before everything else.",
    404: "It does not exist, or the asker may not see it.",
    405: "This cannot be done here.",
    429: "Too much at once; Retry-After says when there is room again.",
    503: "Something this service needs is away.",
}
_WRITE: Final = {
    **_READ,
    400: "A field is wrong, or the Idempotency-Key is missing.",
    403: "The asker may not do this, or the command comes from another website.",
    408: "The body did not come in time.",
    409: "A rule says no; the code says which, the text says what to do.",
    413: "The body is above 64 KiB.",
    415: "The body is not application/json.",
    422: "The Idempotency-Key came before with another body.",
}

_KEY: Final = {
    "name": "Idempotency-Key",
    "in": "header",
    "required": True,
    "schema": {"type": "string", "pattern": KEY_PATTERN},
}


class Described(FastAPI):
    """An application whose OpenAPI document also says what the gate in front of its routes does.

    `cookie`: the name of the one that a session travels in.
    `codes`: every code that a problem document of this service may carry.
    `summaries`: "METHOD path", without the prefix -> what a route is for, where its name does not say it.
    """

    def __init__(
        self,
        *,
        open_paths: Collection[str],
        cookie: str,
        codes: Iterable[str],
        prefix: str,
        summaries: Mapping[str, str],
        **more: Any,
    ) -> None:
        self._prefix, self._summaries = prefix, summaries
        self._cookie = cookie
        self._open_paths = frozenset(open_paths)
        self._codes = sorted(codes)
        super().__init__(version=VERSION, servers=list(SERVERS), license_info=LICENCE, **more)

    def openapi(self) -> dict[str, Any]:
        """The document, made once."""
        if self.openapi_schema is None:
            made = super().openapi()
            parts = made.setdefault("components", {})
            shapes = parts.setdefault("schemas", {})
            shapes["Problem"] = problem_shape(self._codes)
            if SYSTEMS_DOOR in made["paths"]:
                shapes["TokenRefused"] = oauth.shape(shapes["Problem"])
            for never_sent in ("HTTPValidationError", "ValidationError"):
                shapes.pop(never_sent, None)
            parts["securitySchemes"] = ways_in(self._cookie)
            keys = {
                each.path: self._told(each)
                for each in self.routes
                if isinstance(each, APIRoute) and "POST" in (each.methods or ())
            }
            for path, methods in made["paths"].items():
                for method, operation in methods.items():
                    who = READERS if method == "get" else PEOPLE
                    refused = TOKEN_REFUSED if path == SYSTEMS_DOOR else PROBLEM
                    _complete(operation, method, [] if path in self._open_paths else who, refused)
                    if method == "post":
                        key = {**_KEY, "description": keys[path]}
                        operation["parameters"] = [*operation.get("parameters", ()), key]
                    route = f"{method.upper()} {path.removeprefix(self._prefix)}"
                    operation["summary"] = self._summaries.get(route, operation["summary"])
                    _explain(operation, shapes)
            self.openapi_schema = renamed(made)
        return self.openapi_schema

    def _told(self, route: APIRoute) -> str:
        """What becomes of a command that is sent again; a plain route keeps what it answered by itself."""
        is_open = route.path in self._open_paths
        if isinstance(route, OnceRoute):
            return route.told(is_open=is_open)
        return ANEW if is_open else AFRESH


def _complete(
    operation: dict[str, Any], method: str, security: list[dict[str, list[str]]], refused: Shape
) -> None:
    operation["security"] = security
    # FastAPI's own 422 is never sent: what does not fit is a 400 here.
    operation["responses"].pop("422", None)
    refusals = _WRITE if method == "post" else _READ
    operation["responses"] |= {
        str(status): refusal(status, meaning, refused) for status, meaning in refusals.items()
    }
    operation["responses"]["200"].setdefault("headers", {})[API_VERSION] = VERSION_HEADER


def _explain(operation: dict[str, Any], shapes: dict[str, Any]) -> None:
    """Says of an operation what its command, or else its answer, says of itself."""
    told = (operation.get("requestBody", {}), operation["responses"]["200"])
    for content in (each.get("content", {}).get("application/json", {}).get("schema", {}) for each in told):
        shape = shapes.get(content.get("$ref", "").rpartition("/")[2], {})
        if shape.get("properties") and "description" in shape:
            operation.setdefault("description", shape["description"])
    operation.setdefault("description", operation["summary"] + ".")
