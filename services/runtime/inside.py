"""The door that services and an operator have for each other: what is shown there, and how it is judged."""

import secrets
from uuid import uuid4

from services.runtime.problems import Problem


def shown(token: str) -> dict[str, str]:
    """Headers of one command; `token`: the secret that the services share."""
    return {"Authorization": f"Bearer {token}", "Idempotency-Key": str(uuid4())}


def judge(authorization: str, token: str) -> None:
    """Raises Problem (401) where another secret is shown, or none."""
    if not secrets.compare_digest(authorization.encode(), f"Bearer {token}".encode()):
        raise Problem(401, "not_signed_in")
