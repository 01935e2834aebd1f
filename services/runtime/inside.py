"""The door that services and an operator have for each other: what is shown there, and how it is judged."""

import secrets
from typing import Any, Final
from uuid import uuid4

import httpx

from services.runtime.certificates import believed
from services.runtime.problems import Problem

SECONDS: Final = 10.0


def shown(token: str) -> dict[str, str]:
    """Headers of one command; `token`: the secret that the services share."""
    return {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}


async def tell(url: str, token: str, body: dict[str, Any]) -> None:
    """One thing that another service is to know. Raises httpx.HTTPError where it did not take it."""
    async with httpx.AsyncClient(timeout=SECONDS, verify=believed()) as client:
        answer = await client.post(url, json=body, headers=shown(token))
        answer.raise_for_status()


def judge(authorization: str, token: str) -> None:
    """Raises Problem (401) where another secret is shown, or none."""
    if not secrets.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
        raise Problem(401, "not_signed_in")
