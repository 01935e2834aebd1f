"""Gives made-up people a duty and their organisations lending agreements; only demonstrations have it."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID, uuid5

import asyncpg

from schemas.catalogue import Function
from schemas.events.duty import Duty
from schemas.events.lending import Lending, StandingYes
from schemas.events.person import Person
from schemas.state import Row
from schemas.values import Level, organisation_key, person_key
from services.aid.store.aggregates import TABLES
from services.runtime.database import LOCK
from services.runtime.now import Now
from services.runtime.ports import Cause, Written

WELCOME: Final = UUID("1b0a4a0e-6d5c-5f43-8b53-2f6f1f0f7d10")
"""Namespace of ids, so that the same made-up people always have the same duty and agreements."""

STANDING_DAYS: Final = 30


class Welcome:
    """Writes what is missing for made-up people who came in; what exists already is left alone."""

    def __init__(self, pool: "asyncpg.Pool[Any]", now: Now, wake: Callable[[], None]) -> None:
        self._pool = pool
        self._now = now
        self._wake = wake

    async def greet(self, people: Sequence[Person]) -> None:
        """One transaction for all of them. A guest or a system helps nobody, so has no duty."""
        made_up = [person for person in people if person.fictitious and person.memberships]
        if not made_up:
            return
        now = self._now()
        employers = {member.organisation for person in made_up for member in person.memberships}
        states: list[Row] = [*(_duty(person, now) for person in made_up), *map(_lending, sorted(employers))]
        async with self._pool.acquire() as connection, connection.transaction():
            await connection.execute(LOCK, "welcome")
            known = await _known(connection, states)
            new = [Written(state, 1) for state in states if state.key not in known]
            batch = uuid5(WELCOME, ",".join(each.state.key for each in new))
            await TABLES.write(connection, new, Cause(batch, None, now))
        self._wake()


async def _known(connection: Any, states: Sequence[Row]) -> set[str]:
    keys = [state.key for state in states]
    kinds = {state.TYPE for state in states}
    return {each.state.key for kind in kinds for each in await TABLES.read(connection, kind, keys)}


def _duty(person: Person, now: datetime) -> Duty:
    # Two in three are on duty; whoever may lend, report or decide always is.
    on = person.id.int % 3 != 0 or any(member.rights for member in person.memberships)
    readers = {person_key(person.id): Level.OWN}
    return Duty(id=person.id, on=on, changed_at=now, exercise=False, readers=readers)


def _lending(organisation: str) -> Lending:
    """One in two gave a standing yes; three in four let their people be asked directly.

    Enschede did both and Hengelo, which answers at its desk, neither, as in the story that the demo tells.
    """
    number = uuid5(WELCOME, organisation).int
    standing = StandingYes(id=uuid5(WELCOME, f"{organisation}/standing"), at_most=3, max_days=STANDING_DAYS)
    gave = organisation != "GM0164" and (organisation == "GM0153" or number % 2 == 0)
    asks = organisation != "GM0164" and (organisation == "GM0153" or number % 4 != 0)
    return Lending(
        id=organisation,
        cover={Function.BACKUP_RECOVERY: 0, Function.CIVIL_AFFAIRS: 1},
        standing=(standing,) if gave else (),
        ask_people=asks,
        exercise=False,
        readers={organisation_key(organisation): Level.OWN},
    )
