"""The OpenAPI document of `live`: the snapshot, and where the websocket is that goes on from it."""

from typing import Any, Final

from pydantic.json_schema import models_json_schema

from schemas.component_names import renamed
from schemas.live import SNAPSHOT, SOCKET, Snapshot
from schemas.version import VERSION
from services.runtime.documented import (
    API_VERSION,
    LICENCE,
    READERS,
    SERVERS,
    VERSION_HEADER,
    problem_shape,
    refusal,
    ways_in,
)
from services.runtime.problems import COMMON

DESCRIPTION: Final = "/api/live/openapi.json"

_REFUSALS: Final = {
    401: "Not signed in; this comes before everything else.",
    404: "There is nothing under this address.",
    429: "Too much at once; Retry-After says when there is room again.",
    503: "The topics are not read to their end yet; try again in a second.",
}


def document(cookie: str) -> dict[str, Any]:
    """The document; `cookie` is the name of the one that a session travels in."""
    _, shapes = models_json_schema([(Snapshot, "serialization")], ref_template="#/components/schemas/{model}")
    shown = {
        "description": "Everything that the asker may see now, and the cursor from which the deltas go on.",
        "headers": {API_VERSION: VERSION_HEADER},
        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Snapshot"}}},
    }
    snapshot = {
        "summary": "Snapshot",
        "description": (
            "Rows by columns: a table has the kind of its rows, the level at which the asker sees them, and "
            f"the names of its fields. What changes afterwards comes over the websocket {SOCKET}: see the "
            "AsyncAPI document at /reference/asyncapi.json."
        ),
        "operationId": "snapshot_api_live_snapshot_get",
        "security": READERS,
        "responses": {
            "200": shown,
            **{str(status): refusal(status, says) for status, says in _REFUSALS.items()},
        },
    }
    return renamed(
        {
            "openapi": "3.1.0",
            "info": {"title": "Noaber live", "version": VERSION, "license": LICENCE},
            "servers": list(SERVERS),
            "paths": {SNAPSHOT: {"get": snapshot}},
            "components": {
                "schemas": {**shapes["$defs"], "Problem": problem_shape(sorted(COMMON))},
                "securitySchemes": ways_in(cookie),
            },
        }
    )
