"""The tables as SQLModel sees them, for reading rows by id; commands go past it (see `postgres.py`)."""

from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine
from sqlmodel.ext.asyncio.session import AsyncSession

from schemas.events.approach import Approach
from schemas.events.commitment import Commitment
from schemas.events.help_request import HelpRequest
from schemas.events.incident import Incident
from schemas.state import Row
from services.runtime.ports import Written
from services.runtime.tables import Stored


class IncidentRow(Stored, table=True):
    """Incidents."""

    __tablename__ = "incident"


class HelpRequestRow(Stored, table=True):
    """Help requests."""

    __tablename__ = "help_request"


class ApproachRow(Stored, table=True):
    """Approaches."""

    __tablename__ = "approach"


class CommitmentRow(Stored, table=True):
    """Commitments."""

    __tablename__ = "commitment"


TABLES: Final[dict[str, tuple[type[Stored], type[Row]]]] = {
    Incident.TYPE: (IncidentRow, Incident),
    HelpRequest.TYPE: (HelpRequestRow, HelpRequest),
    Approach.TYPE: (ApproachRow, Approach),
    Commitment.TYPE: (CommitmentRow, Commitment),
}
"""Kind -> its table and its state."""


@dataclass(frozen=True)
class Found:
    """A row, if it is there, and the incident it hangs on."""

    rows: list[Written] = field(default_factory=list)
    incidents: dict[UUID, Incident] = field(default_factory=dict)


async def read_row(engine: AsyncEngine, kind: str, key: UUID) -> Found:
    """One row by its id; visibility is judged by the caller."""
    async with AsyncSession(engine) as session:
        row = await _get(session, kind, key)
        if row is None:
            return Found()
        parent = row.state if isinstance(row.state, Incident) else None
        if parent is None and isinstance(row.state, Row) and row.state.parent_id is not None:
            above = await _get(session, Incident.TYPE, row.state.parent_id)
            parent = above.state if above is not None and isinstance(above.state, Incident) else None
        return Found([row], {} if parent is None else {parent.id: parent})


async def _get(session: AsyncSession, kind: str, key: UUID) -> Written | None:
    table, model = TABLES[kind]
    row: Any = await session.get(table, str(key))
    return None if row is None else Written(model.model_validate(row.state), row.version)
