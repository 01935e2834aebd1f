"""What whoever opens a session holds until it is written, so that none slips in while trust is withdrawn."""

from typing import Any, Final
from uuid import UUID

from schemas.refused import Refused

# Shared: those who sign in do not wait for each other, only for who withdraws the trust.
_SHARED: Final = "SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))"

_EMPLOYERS: Final = """
SELECT jsonb_array_elements_text(employers) AS organisation FROM person WHERE id = $1 ORDER BY organisation
"""

_DISTRUSTED: Final = "SELECT EXISTS (SELECT FROM trust WHERE id = $1 AND state->>'distrusted' = 'true')"


def trust_lock(organisation: str) -> str:
    """The lock of whoever changes whether an organisation is trusted."""
    return f"trust:{organisation}"


async def opening(connection: Any, person: UUID, provider: str | None = None) -> None:
    """Take what a new session of this person takes: the first thing in its transaction, before other locks.

    `provider`: the organisation whose identity provider says who it is. Refused: `provider_distrusted`.
    """
    employers = [row["organisation"] for row in await connection.fetch(_EMPLOYERS, str(person))]
    for organisation in sorted({*employers, *([provider] if provider is not None else [])}):
        await connection.execute(_SHARED, trust_lock(organisation))
    if provider is not None and await connection.fetchval(_DISTRUSTED, provider):
        raise Refused("provider_distrusted")
