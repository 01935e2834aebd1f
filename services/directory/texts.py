"""Has `aid` take somebody out of the texts that people wrote there, before they are forgotten here."""

import logging
from collections.abc import Sequence
from typing import Final, Protocol

import httpx
from pydantic import BaseModel, ValidationError

from schemas.refused import Refused
from services.directory.settings import DirectorySettings
from services.runtime.certificates import believed
from services.runtime.inside import shown

log: Final = logging.getLogger(__name__)

SECONDS: Final = 60.0
"""It looks through every version of every text there is."""


class Texts(Protocol):
    """Where people write, somewhere else."""

    async def take_out(self, words: Sequence[str]) -> int:
        """Take these words out of every text; from how many. Refused: `texts_away`."""


class _TakenOut(BaseModel):
    places: int
    too_short: int


class ByAid:
    """The texts of `aid`, over the door that services have for each other."""

    def __init__(self, settings: DirectorySettings) -> None:
        self._url = f"{settings.aid_url}/internal/redact"
        self._token = settings.internal_token

    async def take_out(self, words: Sequence[str]) -> int:
        """As `Texts` says; what was taken out by then stays out, and a repeat does the rest."""
        try:
            async with httpx.AsyncClient(timeout=SECONDS, verify=believed()) as client:
                answer = await client.post(self._url, json={"words": list(words)}, headers=shown(self._token))
                answer.raise_for_status()
            found = _TakenOut.model_validate_json(answer.content)
        except (httpx.HTTPError, ValidationError) as away:
            # Without what was sent: it is a name.
            log.error("aid takes nothing out of its texts now: %s", type(away).__name__)
            raise Refused("texts_away") from None
        if found.too_short:
            log.warning("%d words are too short to be taken out of texts", found.too_short)
        return found.places


class Unreached:
    """Where nobody said how `aid` is reached, nobody is forgotten by halves."""

    async def take_out(self, words: Sequence[str]) -> int:
        """Refused: `texts_away`."""
        raise Refused("texts_away")


def texts_of(settings: DirectorySettings) -> Texts:
    """Where to reach them."""
    return Unreached() if settings.aid_url is None else ByAid(settings)
