"""The rows in which somebody stands, for whoever asks what is kept of them."""

from typing import Any, Final
from uuid import UUID

import asyncpg

from schemas.events.approach import Approach
from schemas.events.commitment import Commitment
from schemas.events.duty import Duty
from schemas.events.help_request import HelpRequest
from schemas.events.incident import Incident
from schemas.events.log_entry import LogEntry
from schemas.state import Row
from services.aid.store.aggregates import TABLES
from services.runtime.acts import Act, acts_of
from services.runtime.ports import Written

_NAMED_IN: Final[dict[type[Row], str]] = {
    Incident: "state->>'reported_by' = $1",
    HelpRequest: "state->>'asked_by' = $1",
    Approach: "person = $1",
    Commitment: "(person = $1 OR state->>'team_lead' = $1)",
    Duty: "id = $1",
    LogEntry: "state->>'by_person' = $1",
}
"""Kind -> where its rows name a person."""


class Own:
    """Questions of one person about themselves."""

    def __init__(self, pool: "asyncpg.Pool[Any]") -> None:
        self._pool = pool

    async def rows(self, person: UUID) -> tuple[list[Written], dict[UUID, Incident]]:
        """The rows that name this person, and the incidents they hang on."""
        found: list[Written] = []
        async with self._pool.acquire() as connection:
            for kind, named in _NAMED_IN.items():
                query = f"SELECT id FROM {kind.TYPE} WHERE {named}"  # noqa: S608 our own words
                keys = [row["id"] for row in await connection.fetch(query, str(person))]
                found += await TABLES.read(connection, kind.TYPE, keys)
            above = {row.state.parent_id for row in found if isinstance(row.state, Row)} - {None}
            incidents = await TABLES.read(connection, Incident.TYPE, [str(each) for each in above])
        known = [each.state for each in (*found, *incidents)]
        return found, {each.id: each for each in known if isinstance(each, Incident)}

    async def acts(self, person: UUID) -> list[Act]:
        """What they did here."""
        async with self._pool.acquire() as connection:
            return await acts_of(connection, person)
