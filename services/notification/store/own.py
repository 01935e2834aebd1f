"""The calls and text messages to somebody, for whoever asks what is kept of them."""

from typing import Any, Final
from uuid import UUID

import asyncpg

from services.runtime.calls import Call

_WOKEN: Final = """
SELECT 'wake' AS why, (tried->>'at')::timestamptz AS at, tried->>'state' AS state,
    delivery.state->>'organisation' AS organisation, (delivery.state->>'request')::uuid AS request,
    (tried->>'answered_at')::timestamptz AS answered_at, receipt.ordered_at,
    coalesce(receipt.call, whole.call) AS provider_id
FROM delivery CROSS JOIN jsonb_array_elements(delivery.state->'attempts') AS tried
LEFT JOIN receipt ON receipt.attempt = (tried->>'id')::uuid
LEFT JOIN receipt AS whole ON whole.attempt = receipt.within
WHERE delivery.state->'attempts' @> jsonb_build_array(jsonb_build_object('person', $1::text))
    AND tried->>'person' = $1
ORDER BY at DESC
"""

_CODES: Final = """
SELECT 'code' AS why, placed_at AS at, state FROM code_call WHERE person = $1 ORDER BY placed_at DESC
"""

_TEXTS: Final = """
SELECT CASE WHEN text.device IS NULL THEN 'text' ELSE 'push' END AS why, notice.at, text.state,
    nullif(notice.organisation, '') AS organisation,
    text.message AS provider_id, text.body
FROM text_message text JOIN notice ON notice.id = text.notice
WHERE text.person = $1 ORDER BY why, notice.at DESC
"""


class Own:
    """Questions of one person about themselves, on a pool of connections to the own schema."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def calls(self, person: UUID) -> list[Call]:
        """Each, the newest of its kind first; codes are of the last hour, messages of some weeks."""
        woken = await self._pool.fetch(_WOKEN, str(person))
        codes = await self._pool.fetch(_CODES, person)
        texts = await self._pool.fetch(_TEXTS, person)
        return [Call(**row) for row in (*woken, *codes, *texts)]
