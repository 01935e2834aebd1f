"""What people tell of themselves and of who called them: kept sealed under the key of who told it."""

from typing import Any

from schemas.events.incident import CallBack, OnBehalfOf
from services.aid.rules.world import Context


def call_back(told: CallBack, context: Context) -> dict[str, Any]:
    """The fields of an incident or request that hold whom to call.

    In clear only for who has no key to seal with yet: somebody must be able to call.
    """
    sealed = context.seal(told.model_dump_json(), context.person, "call_back")
    return {"call_back": told if sealed is None else None, "reach": sealed}


def caller(told: OnBehalfOf | None, context: Context) -> dict[str, Any]:
    """The fields of an incident that hold for whom the IBD entered it."""
    sealed = None if told is None else context.seal(told.caller, context.person, "caller")
    if told is None or sealed is None:
        return {"on_behalf_of": told, "caller": None}
    return {"on_behalf_of": told.model_copy(update={"caller": ""}), "caller": sealed}
