"""Asks the running directory what only this machine may ask, with the secret that the services share."""

from pathlib import Path
from typing import Any

import httpx

from deploy.backup import platform_in
from deploy.bootstrap import SetupFailed
from services.runtime.inside import shown


def ask_directory(state: dict[str, Any], path: str, body: dict[str, Any]) -> httpx.Response:
    """What it answers, whatever that is. `state`: of the platform that runs here. Raises SetupFailed."""
    platform = platform_in(Path(state["place"]), int(state["base"]))
    try:
        return httpx.post(
            f"http://127.0.0.1:{platform.port('directory')}{path}",
            json=body,
            headers=shown(platform.secrets.internal_token),
            timeout=10,
        )
    except httpx.HTTPError as away:
        raise SetupFailed("the directory does not answer; see noaber status") from away
