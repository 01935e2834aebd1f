"""The OpenAPI document of a service: its routes, and what stands in front of them."""

from collections.abc import Collection, Iterable
from typing import Any, Final

from fastapi import FastAPI

from services.runtime.problems import MEDIA_TYPE

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
    "description": "Names this command: sent again with the same body, it is carried out once.",
    "schema": {"type": "string", "pattern": KEY_PATTERN},
}
_RETRY_AFTER: Final = {
    "description": "Seconds to wait.",
    "required": True,
    "schema": {"type": "integer", "minimum": 1},
}


class Described(FastAPI):
    """An application whose OpenAPI document also says what the gate in front of its routes does.

    `cookie`: the name of the one that a session travels in.
    `codes`: every code that a problem document of this service may carry.
    """

    def __init__(
        self, *, open_paths: Collection[str], cookie: str, codes: Iterable[str], **more: Any
    ) -> None:
        self._cookie = cookie
        self._open_paths = frozenset(open_paths)
        self._codes = sorted(codes)
        super().__init__(**more)

    def openapi(self) -> dict[str, Any]:
        """The document, made once."""
        if self.openapi_schema is None:
            made = super().openapi()
            parts = made.setdefault("components", {})
            parts.setdefault("schemas", {})["Problem"] = _problem(self._codes)
            parts["securitySchemes"] = {"session": {"type": "apiKey", "in": "cookie", "name": self._cookie}}
            for path, methods in made["paths"].items():
                for method, operation in methods.items():
                    _complete(operation, method, [] if path in self._open_paths else [{"session": []}])
            self.openapi_schema = made
        return self.openapi_schema


def _complete(operation: dict[str, Any], method: str, security: list[dict[str, list[str]]]) -> None:
    operation["security"] = security
    if method == "post":
        operation["parameters"] = [*operation.get("parameters", ()), _KEY]
    # FastAPI's own 422 is never sent: what does not fit is a 400 here.
    operation["responses"].pop("422", None)
    for status, meaning in (_WRITE if method == "post" else _READ).items():
        operation["responses"][str(status)] = _answer(status, meaning)


def _answer(status: int, meaning: str) -> dict[str, Any]:
    content = {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    found: dict[str, Any] = {"description": meaning, "content": content}
    return {**found, "headers": {"Retry-After": _RETRY_AFTER}} if status == 429 else found


def _problem(codes: list[str]) -> dict[str, Any]:
    sentence = {"type": "string", "minLength": 1}
    return {
        "type": "object",
        "title": "Problem",
        "description": "RFC 9457, with the text in two languages.",
        "additionalProperties": False,
        "required": ["type", "title", "status", "code", "detail", "facts"],
        "properties": {
            "type": {"type": "string", "pattern": "^urn:noaber:problem:[a-z_]+$"},
            "title": sentence,
            "status": {"type": "integer", "minimum": 400, "maximum": 599},
            "code": {"type": "string", "enum": codes},
            "detail": {
                "type": "object",
                "additionalProperties": False,
                "required": ["nl", "en"],
                "properties": {"nl": sentence, "en": sentence},
            },
            "facts": {"type": "object"},
        },
    }
