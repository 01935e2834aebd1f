"""Why somebody was asked, as it was stored then: for whoever runs the platform, without what was said."""

from typing import Any, Final

import asyncpg

from schemas.events.approach import Approach, ApproachState, Reason, ReasonCode
from schemas.events.help_request import HelpRequest

_REQUEST: Final = "SELECT version, state FROM help_request WHERE id = $1"
_ASKED: Final = "SELECT state FROM approach WHERE request = $1 ORDER BY state->>'asked_at', id"

WORDLESS: Final = frozenset({ReasonCode.SAME_SYSTEM})
"""Reasons whose value is content: the systems of a municipality that is hit."""

STILL: Final = frozenset({ApproachState.OPEN, ApproachState.CLAIMED})
"""All else is one word: who said no is read by nobody, and not by who runs the machine either."""


async def explained(dsn: str, request: str) -> dict[str, Any] | None:
    """What is known of one request; None where there is none of that id.

    {"request", "version", "function", "state", "asked_at", "slots", "could_ask", "shortfall",
    "approaches": [{"lender", "person", "asked_at", "state", "reasons"}]}; no names, no notes, no places.
    """
    connection = await asyncpg.connect(dsn)
    try:
        row = await connection.fetchrow(_REQUEST, request)
        asked = await connection.fetch(_ASKED, request)
    finally:
        await connection.close()
    if row is None:
        return None
    approaches = [Approach.model_validate_json(each["state"]) for each in asked]
    return {**_request(row), "approaches": [_approach(each) for each in approaches]}


def _request(row: Any) -> dict[str, Any]:
    request = HelpRequest.model_validate_json(row["state"])
    kept = {"function", "state", "asked_at", "terms_version", "counts", "could_ask", "shortfall"}
    return {
        "request": str(request.id),
        "version": row["version"],
        **request.model_dump(mode="json", include=kept),
    }


def _approach(approach: Approach) -> dict[str, Any]:
    return {
        **approach.model_dump(mode="json", include={"lender", "person", "asked_at"}),
        "state": approach.state if approach.state in STILL else "ended",
        "reasons": [without_content(each) for each in approach.reasons],
    }


def without_content(reason: Reason) -> dict[str, Any]:
    """A reason as whoever runs the machine may read it."""
    return {**reason.model_dump(mode="json"), **({"value": ""} if reason.code in WORDLESS else {})}
