"""What the OpenAPI documents of all services share, also of one without a web framework."""

from dataclasses import dataclass
from typing import Any, Final

from schemas.version import VERSION
from services.runtime import oauth
from services.runtime.problems import MEDIA_TYPE

API_VERSION: Final = "API-Version"
"""The header in which every answer says what it was made by."""

SERVERS: Final[tuple[dict[str, Any], ...]] = ({"url": "/", "description": "Where this document came from"},)
LICENCE: Final[dict[str, Any]] = {"name": "EUPL-1.2", "identifier": "EUPL-1.2"}

VERSION_HEADER: Final = {
    "description": "The full version of this interface.",
    "required": True,
    "schema": {"type": "string", "examples": [VERSION]},
}
PEOPLE: Final[list[dict[str, list[str]]]] = [{"session": []}]
READERS: Final[list[dict[str, list[str]]]] = [*PEOPLE, {"system": []}]
"""Who may send a command, and who may read: people, and the systems of their organisations."""

SYSTEMS_DOOR: Final = "/api/directory/systems/token"
"""Where a system comes in."""

_RETRY_AFTER: Final = {
    "description": "Seconds to wait.",
    "required": True,
    "schema": {"type": "integer", "minimum": 1},
}

_CHALLENGE: Final = {
    "description": "How a system may come in.",
    "required": True,
    "schema": {"type": "string", "const": oauth.CHALLENGE},
}


def ways_in(cookie: str) -> dict[str, Any]:
    """The security schemes; `cookie`: the name of the one that a person's session travels in."""
    return {
        "session": {"type": "apiKey", "in": "cookie", "name": cookie},
        # Not `oauth2`: its tokenUrl has to be absolute, and one document serves every origin.
        "system": {
            "type": "http",
            "scheme": "bearer",
            "description": f"The token of a system, from `POST {SYSTEMS_DOOR}`; it counts for 15 minutes.",
        },
    }


@dataclass(frozen=True)
class Shape:
    """How a refusal is told: in which media type, and the name of what it looks like."""

    media_type: str
    name: str


PROBLEM: Final = Shape(MEDIA_TYPE, "Problem")
TOKEN_REFUSED: Final = Shape(oauth.MEDIA_TYPE, "TokenRefused")
"""Everywhere, and where a system asks for a token."""


def refusal(status: int, meaning: str, told: Shape = PROBLEM) -> dict[str, Any]:
    """The answer with that status."""
    content = {told.media_type: {"schema": {"$ref": f"#/components/schemas/{told.name}"}}}
    headers = {"Retry-After": _RETRY_AFTER} if status == 429 else {}
    if status == 401 and told is TOKEN_REFUSED:
        headers = {"WWW-Authenticate": _CHALLENGE}
    found: dict[str, Any] = {"description": meaning, "content": content}
    return {**found, "headers": headers} if headers else found


def problem_shape(codes: list[str]) -> dict[str, Any]:
    """What a problem document looks like, with one of these codes."""
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
