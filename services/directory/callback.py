"""A call-back: the phone that somebody registered rings, and they key in the code that is on their screen."""

import asyncio
import logging
from typing import Final, Protocol
from uuid import UUID

import httpx

from services.runtime.certificates import believed
from services.runtime.inside import shown

log: Final = logging.getLogger(__name__)

SECONDS: Final = 10.0
ASK_SECONDS: Final = 2.0
MOST_ASKED: Final = 100
"""More than the three minutes for which `notification` lets a call run."""

RUNNING: Final = frozenset({"placing", "ringing"})


class CallBack(Protocol):
    """Whoever can ring somebody."""

    async def keyed_in(self, call: UUID, person: UUID, code: str) -> bool:
        """Ring this person, at most once for this id, and wait: whether they keyed in the code."""


class NoTelephone:
    """There is none here: nobody is rung, and the second factor is a colleague's yes."""

    async def keyed_in(self, call: UUID, person: UUID, code: str) -> bool:
        """Nobody is rung."""
        log.warning("call %s: there is no telephone, so %s is not rung", call, person)
        return False


class ByNotification:
    """`notification` rings, over the door that services have for each other."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url
        self._token = token

    async def keyed_in(self, call: UUID, person: UUID, code: str) -> bool:
        """As `CallBack`; a telephone that cannot be reached is logged, and nobody was rung."""
        order = {"id": str(call), "person": str(person), "code": code}
        try:
            async with httpx.AsyncClient(base_url=self._url, timeout=SECONDS, verify=believed()) as client:
                state = await self._post(client, "/internal/code-calls", order)
                for _ in range(MOST_ASKED):
                    if state not in RUNNING:
                        break
                    await asyncio.sleep(ASK_SECONDS)
                    state = await self._post(client, "/internal/code-calls/outcome", {"id": str(call)})
        except httpx.HTTPError as away:
            log.error("call %s: %s could not be rung: %s", call, person, type(away).__name__)
            return False
        log.warning("call %s to %s: %s", call, person, state)
        return state == "right"

    async def _post(self, client: httpx.AsyncClient, path: str, body: dict[str, str]) -> str:
        answer = await client.post(path, json=body, headers=shown(self._token))
        answer.raise_for_status()
        return str(answer.json()["state"])
