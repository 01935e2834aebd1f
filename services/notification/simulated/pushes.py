"""The push services of all browsers, played: what came is kept as it came, and nobody here can read it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from schemas.push import text_of

PLAYED: Final = "/simulated/push"
"""Below it stand host and path of the address at which a real one would be."""

LIMIT: Final = 4_096
"""Bytes that a push service takes at least, and here at most (RFC 8030, 7.2)."""


@dataclass(frozen=True)
class Pushed:
    """One message as a push service sees it. `endpoint`: the address without its scheme."""

    endpoint: str
    headers: Mapping[str, str]
    body: bytes
    at: datetime

    def shown(self) -> dict[str, str]:
        """For whoever plays the browser: the message as it came, in base64url."""
        return {"endpoint": self.endpoint, "body": text_of(self.body)}


class Pushes:
    """What came, the newest last, and what is answered."""

    def __init__(self, kept: int) -> None:
        self._kept = kept
        self.taken: list[Pushed] = []
        self.answers: dict[str, list[int]] = {}
        """Endpoint -> status of the next answers there, in turn; the last stays. Without one it is taken."""

    def take(self, endpoint: str, headers: Mapping[str, str], body: bytes) -> int:
        """The status that is answered."""
        answers = self.answers.get(endpoint, [201])
        status = answers.pop(0) if len(answers) > 1 else answers[0]
        if len(body) > LIMIT:
            return 413
        if status == 201:
            new = Pushed(endpoint, headers, body, datetime.now(UTC))
            same = [each for each in self.taken if _topic(each) == _topic(new) and each.endpoint == endpoint]
            self.taken = [*(each for each in self.taken if each not in same), new][-self._kept :]
        return status


def _topic(pushed: Pushed) -> str:
    return pushed.headers.get("topic", "")


def add_pushes(app: FastAPI, pushes: Pushes) -> None:
    """Add the route."""

    @app.post(f"{PLAYED}/{{endpoint:path}}", include_in_schema=False)
    async def push(request: Request, endpoint: str) -> Response:
        status = pushes.take(endpoint, dict(request.headers), await request.body())
        elsewhere = {"location": f"{PLAYED}/{endpoint}/elsewhere"} if 300 <= status < 400 else {}
        return Response(status_code=status, headers=elsewhere)
