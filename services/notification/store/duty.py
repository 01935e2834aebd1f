"""Who of some people is on duty at a moment, by the replica."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from schemas.events.duty import Duty

_STATES: Final = "SELECT state FROM replica WHERE aggregate = $1 AND key = ANY($2::text[])"


async def on_duty(connection: Any, people: Iterable[UUID], now: datetime) -> frozenset[UUID]:
    """Those of them; who never touched the switch is not."""
    rows = await connection.fetch(_STATES, Duty.TYPE, [str(each) for each in people])
    duties = [Duty.model_validate_json(row["state"]) for row in rows]
    return frozenset(duty.id for duty in duties if duty.is_on(now))
