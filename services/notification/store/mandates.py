"""An organisation as its own ladder needs it, by the replica."""

from typing import Any, Final

from schemas.events.organisation import Organisation
from schemas.events.person import Person
from schemas.events.wake_list import WakeList
from services.notification.rules.mandated import Own

_STATE: Final = "SELECT state FROM replica WHERE aggregate = $1 AND key = $2"
_STAFF: Final = """
SELECT state FROM replica
WHERE aggregate = 'person' AND position(convert_to($1, 'UTF8') IN state) > 0 ORDER BY key
"""


class NotKnownYet(Exception):
    """Whose request it is was not taken in yet, so who may confirm it cannot be told: it has to wait."""


async def own_of(connection: Any, organisation: str) -> Own:
    """Its mandates, who may work there, and its wake-up list. Raises NotKnownYet."""
    found = await connection.fetchval(_STATE, Organisation.TYPE, organisation)
    if found is None:
        raise NotKnownYet(organisation)
    # Only who may be of the organisation is read whole: the country has ten thousand people.
    rows = await connection.fetch(_STAFF, f'"{organisation}"')
    kept = await connection.fetchval(_STATE, WakeList.TYPE, organisation)
    return Own(
        organisation=Organisation.model_validate_json(found),
        people=[Person.model_validate_json(row["state"]) for row in rows],
        list=None if kept is None else WakeList.model_validate_json(kept),
    )
