"""What whoever opens a session holds until it is written, so that none slips in while trust is withdrawn."""

from typing import Any, Final
from uuid import UUID

from schemas.refused import Refused

# Shared: those who sign in do not wait for each other, only for who withdraws the trust.
_SHARED: Final = "SELECT pg_advisory_xact_lock_shared(hashtextextended($1, 0))"

HOSTS: Final = """(jsonb_path_query_array(state, '$.guest.organisation')
|| jsonb_path_query_array(state, '$.guest.firm_is[*]')
|| jsonb_path_query_array(state, '$.system ? (@ != null)'))"""
"""Of a row of `person`: whose trust a guest or a system hangs on; empty for everybody else."""

_TIES: Final = f"""
SELECT jsonb_array_elements_text(employers) AS organisation, false AS host FROM person WHERE id = $1
UNION ALL SELECT jsonb_array_elements_text({HOSTS}), true FROM person WHERE id = $1
"""  # noqa: S608 our own words alone

_DISTRUSTED: Final = """
SELECT EXISTS (SELECT FROM trust WHERE id = ANY($1::text[]) AND state->>'distrusted' = 'true')
"""


def trust_lock(organisation: str) -> str:
    """The lock of whoever changes whether an organisation is trusted."""
    return f"trust:{organisation}"


async def opening(connection: Any, person: UUID, provider: str | None = None) -> None:
    """Take what a new session of this person takes: the first thing in its transaction, before other locks.

    `provider`: the organisation whose identity provider says who it is.
    Refused: `provider_distrusted`; and of a guest or a system `host_distrusted`, since they prove nothing
    with a key of their own.
    """
    ties = await connection.fetch(_TIES, str(person))
    for organisation in sorted({row["organisation"] for row in ties} | ({provider} if provider else set())):
        await connection.execute(_SHARED, trust_lock(organisation))
    if provider is not None and await connection.fetchval(_DISTRUSTED, [provider]):
        raise Refused("provider_distrusted")
    hosts = [row["organisation"] for row in ties if row["host"]]
    if hosts and await connection.fetchval(_DISTRUSTED, hosts):
        raise Refused("host_distrusted")


async def opened_for(connection: Any, organisation: str) -> bool:
    """Whether a way in may be made there: it is trusted, and stays so until the caller's transaction ends."""
    await connection.execute(_SHARED, trust_lock(organisation))
    return not await connection.fetchval(_DISTRUSTED, [organisation])
