"""The directory as another owner knows it: read from its own replica at start, kept new by its intake."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from schemas.envelope import Event
from schemas.events.organisation import Organisation
from schemas.events.person import Person
from schemas.events.session import Session
from schemas.state import State

KINDS: Final[tuple[type[State], ...]] = (Organisation, Person, Session)

Order = tuple[int, int]
"""(epoch, version) of a state: the higher one is newer."""


class Directory:
    """People, organisations and sessions by id; living views, so that who holds one sees what is new."""

    def __init__(self) -> None:
        self.people: dict[UUID, Person] = {}
        self.organisations: dict[str, Organisation] = {}
        self.staff: defaultdict[str, dict[UUID, Person]] = defaultdict(dict)
        self._sessions: dict[UUID, Session] = {}
        self._orders: dict[tuple[str, str], Order] = {}

    async def load(self, pool: "asyncpg.Pool[Any]") -> None:
        """Everything that was taken in before this process started."""
        by_type = {kind.TYPE: kind for kind in KINDS}
        rows = await pool.fetch(
            "SELECT aggregate, key, epoch, version, state FROM replica WHERE aggregate = ANY($1)",
            list(by_type),
        )
        for row in rows:
            self._orders[row["aggregate"], row["key"]] = (row["epoch"], row["version"])
            self._keep(by_type[row["aggregate"]].model_validate_json(row["state"]))

    async def forget_sessions(self, pool: "asyncpg.Pool[Any]", now: datetime) -> None:
        """Drop the sessions that are long over, here and in the replica; read anew, they are dropped anew."""
        over = [str(key) for key, session in self._sessions.items() if session.may_be_forgotten(now)]
        await pool.execute(
            "DELETE FROM replica WHERE aggregate = $1 AND key = ANY($2::text[])", Session.TYPE, over
        )
        for key in over:
            del self._sessions[UUID(key)], self._orders[Session.TYPE, key]

    def take(self, events: Iterable[Event]) -> None:
        """States came in; one that is not newer than the one held changes nothing."""
        for event in events:
            place = (event.state.TYPE, event.envelope.key)
            if event.envelope.order > self._orders.get(place, (0, 0)):
                self._orders[place] = event.envelope.order
                self._keep(event.state)

    def session(self, session: UUID) -> Session | None:
        """The newest state of a session."""
        return self._sessions.get(session)

    def person(self, person: UUID) -> Person | None:
        """The newest state of a person."""
        return self.people.get(person)

    def _keep(self, state: State) -> None:
        if isinstance(state, Session):
            self._sessions[state.id] = state
        elif isinstance(state, Organisation):
            self.organisations[state.id] = state
        elif isinstance(state, Person):
            self._keep_person(state)

    def _keep_person(self, person: Person) -> None:
        before = self.people.get(person.id)
        for member in before.memberships if before is not None else ():
            self.staff[member.organisation].pop(person.id, None)
        self.people[person.id] = person
        for member in person.memberships:
            self.staff[member.organisation][person.id] = person
