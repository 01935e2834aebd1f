"""Asks `notification` for the calls to somebody, over the door that services have for each other."""

import logging
from typing import Final
from uuid import UUID

import httpx
from pydantic import TypeAdapter, ValidationError

from services.directory.settings import DirectorySettings
from services.runtime.calls import Call
from services.runtime.certificates import believed
from services.runtime.inside import shown

log: Final = logging.getLogger(__name__)

SECONDS: Final = 5.0
_CALLS: Final = TypeAdapter(list[Call])


async def calls_to(person: UUID, settings: DirectorySettings) -> list[Call] | None:
    """All that are kept; None where it does not answer now, so that nobody takes silence for nothing."""
    if settings.notification_url is None:
        return []
    try:
        async with httpx.AsyncClient(
            base_url=settings.notification_url, timeout=SECONDS, verify=believed()
        ) as client:
            answer = await client.post(
                "/internal/calls", json={"person": str(person)}, headers=shown(settings.internal_token)
            )
            answer.raise_for_status()
        return _CALLS.validate_json(answer.content)
    except (httpx.HTTPError, ValidationError) as away:
        log.error("the calls to %s could not be asked for: %s", person, type(away).__name__)
        return None
