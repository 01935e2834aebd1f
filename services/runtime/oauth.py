"""What a program hears that is given no token: OAuth 2.0's own words (RFC 6749, 5.2) beside a problem's."""

import re
from collections.abc import Mapping
from typing import Any, Final

from services.runtime.problems import Document

MEDIA_TYPE: Final = "application/json"
"""That standard's own; ready-made clients read no other."""

CHALLENGE: Final = 'Basic realm="Noaber", charset="UTF-8"'
"""How one may come in, which goes with a 401 (RFC 7617)."""

AWAY: Final = "temporarily_unavailable"
"""Borrowed from 4.1.2.1: 5.2 knows no answer to what may be asked again later."""

ERRORS: Final[Mapping[str, str]] = {
    "system_refused": "invalid_client",
    "grant_unsupported": "unsupported_grant_type",
    "too_many": AWAY,
    "too_slow": AWAY,
    "unavailable": AWAY,
}
"""By the code of a problem; every other is `invalid_request`."""

_NEVER_SAID: Final = re.compile(r"[^ !#-\[\]-~]")


def told(found: Document) -> dict[str, Any]:
    """The members of the answer."""
    error = ERRORS.get(found.code, "invalid_request")
    return {"error": error, "error_description": _NEVER_SAID.sub("'", found.words.en), **found.members()}


def shape(problem: dict[str, Any]) -> dict[str, Any]:
    """What such an answer looks like; `problem`: the shape of the document beside it."""
    members = {
        "error": {"type": "string", "enum": sorted({"invalid_request", *ERRORS.values()})},
        "error_description": {"type": "string", "pattern": r"^[ !#-\[\]-~]+$"},
    }
    return {
        **problem,
        "title": "TokenRefused",
        "description": "RFC 6749, 5.2, and beside it what a problem document says.",
        "required": [*members, *problem["required"]],
        "properties": {**members, **problem["properties"]},
    }
