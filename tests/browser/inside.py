"""What an operator asks of the directory from inside, for people in Chromium before they begin."""

from typing import Any
from uuid import uuid4

import httpx

from deploy.stack import Platform


def asked(platform: Platform, what: str, body: dict[str, Any]) -> dict[str, Any]:
    """The answer of `/internal/<what>`, which has to be a yes."""
    answer = httpx.post(
        f"http://127.0.0.1:{platform.port('directory')}/internal/{what}",
        json=body,
        headers={
            "Authorization": f"Bearer {platform.secrets.internal_token}",
            "Idempotency-Key": str(uuid4()),
        },
        timeout=30,
    )
    answer.raise_for_status()
    found: dict[str, Any] = answer.json()
    return found
