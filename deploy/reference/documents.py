"""The OpenAPI document of every service that answers people, as each says it over HTTP itself."""

from functools import cache
from typing import Any, Final

from fastapi import FastAPI

from services.aid.app import create_app as aid
from services.aid.settings import AidSettings
from services.directory.app import create_app as directory
from services.directory.settings import DirectorySettings
from services.live.described import document as live
from services.runtime.settings import Mode
from services.runtime.tokens import new_keys
from services.runtime.who import HOST_ONLY

Json = dict[str, Any]

_NOWHERE: Final = "https://noaber.invalid"


@cache
def applications() -> dict[str, FastAPI]:
    """Service -> its application, in the mode that also has what a demonstration has; none of them runs."""
    private, public = new_keys("reference")
    told: Json = {
        "mode": Mode.DEMO,
        "kafka": "127.0.0.1:1",
        "http_port": 1,
        "database": "postgresql://nobody@127.0.0.1:1/nothing",
        "token_public_keys": public,
        "allowed_origins": _NOWHERE,
    }
    at_the_door: Json = {"token_private_key": private, "internal_token": "x" * 32, "rp_id": "noaber.invalid"}
    return {
        "directory": directory(DirectorySettings(**told, **at_the_door)),
        "aid": aid(AidSettings(**told, internal_token="x" * 32)),
    }


@cache
def openapi() -> dict[str, Json]:
    """Service -> its document."""
    return {**{name: app.openapi() for name, app in applications().items()}, "live": live(HOST_ONLY)}
