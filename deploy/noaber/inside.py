"""Asks the directory what only who runs it may ask, with the secret that the services share."""

from dataclasses import dataclass
from typing import Any

import httpx

from deploy.bootstrap import SetupFailed
from services.runtime.inside import shown


@dataclass(frozen=True)
class Inside:
    """A running directory, seen from inside; `origin` is where people go."""

    origin: str
    mode: str
    port: int
    token: str

    def post(self, path: str, body: dict[str, Any], seconds: float = 10) -> httpx.Response:
        """What it answers, whatever that is. Raises SetupFailed where it does not."""
        try:
            return httpx.post(
                f"http://127.0.0.1:{self.port}{path}", json=body, headers=shown(self.token), timeout=seconds
            )
        except httpx.HTTPError as away:
            raise SetupFailed("the directory does not answer; see noaber status") from away

    def ask(self, path: str, body: dict[str, Any], refused: str) -> dict[str, Any]:
        """What it made. Raises SetupFailed, which begins with `refused` where it says no."""
        answer = self.post(path, body)
        if answer.status_code != httpx.codes.OK:
            raise SetupFailed(f"{refused}: {answer.json()['detail']['en']}")
        return dict(answer.json())
