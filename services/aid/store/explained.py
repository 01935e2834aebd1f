"""Why somebody was asked, as it was stored then: for whoever runs the platform, without what was said."""

from typing import Any, Final

from schemas.events.approach import Approach, ApproachState, Reason, ReasonCode
from schemas.events.help_request import HelpRequest
from services.runtime.database import connected

_REQUEST: Final = "SELECT version, state FROM help_request WHERE id = $1"
_ASKED: Final = "SELECT state FROM approach WHERE request = $1 ORDER BY state->>'asked_at', id"

WORDLESS: Final = frozenset({ReasonCode.SAME_SYSTEM})
"""Reasons whose value is content: the systems of a municipality that is hit."""

_LATELY: Final = "SELECT version, state FROM help_request ORDER BY state->>'asked_at' DESC LIMIT 10"

STILL: Final = frozenset({ApproachState.OPEN, ApproachState.CLAIMED})
"""All else is one word: who said no is read by nobody, and not by who runs the machine either."""


async def explained(dsn: str, request: str) -> dict[str, Any] | None:
    """What is known of one request; None where there is none of that id.

    {"request", "version", "function", "state", "asked_at", "slots", "could_ask", "shortfall",
    "approaches": [{"lender", "person", "asked_at", "state", "reasons"}]}; no names, no notes, no places.
    """
    async with connected(dsn) as connection:
        row = await connection.fetchrow(_REQUEST, request)
        asked = await connection.fetch(_ASKED, request)
    if row is None:
        return None
    approaches = [Approach.model_validate_json(each["state"]) for each in asked]
    found = HelpRequest.model_validate_json(row["state"])
    return {
        **shown_request(row["version"], found),
        "approaches": [shown_approach(each) for each in approaches],
    }


async def asked_lately(dsn: str) -> list[dict[str, Any]]:
    """The newest requests, each as `explained` shows it without its approaches."""
    async with connected(dsn) as connection:
        rows = await connection.fetch(_LATELY)
    return [shown_request(row["version"], HelpRequest.model_validate_json(row["state"])) for row in rows]


def shown_request(version: int, request: HelpRequest) -> dict[str, Any]:
    """A request as whoever runs the machine may read it."""
    kept = {"function", "state", "asked_at", "terms_version", "counts", "could_ask", "shortfall"}
    return {
        "request": str(request.id),
        "version": version,
        **request.model_dump(mode="json", include=kept),
    }


def shown_approach(approach: Approach) -> dict[str, Any]:
    """An approach as whoever runs the machine may read it."""
    return {
        **approach.model_dump(mode="json", include={"lender", "person", "asked_at"}),
        "state": approach.state if approach.state in STILL else "ended",
        "reasons": [without_content(each) for each in approach.reasons],
    }


def without_content(reason: Reason) -> dict[str, Any]:
    """A reason as whoever runs the machine may read it."""
    return {**reason.model_dump(mode="json"), **({"value": ""} if reason.code in WORDLESS else {})}
