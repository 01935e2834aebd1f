"""What `aid` keeps, in memory: the doubles of its store and of one unit of work."""

from collections.abc import AsyncIterator, Collection, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from schemas.events.approach import Approach, ApproachState
from schemas.events.commitment import Commitment
from schemas.events.duty import Duty
from schemas.events.help_request import HelpRequest
from schemas.events.incident import Incident
from schemas.events.lending import Lending
from schemas.events.log_entry import LogEntry
from schemas.state import Row
from services.aid.ports import Found, Seen
from services.aid.reach import Reach
from services.aid.rules.world import Picture, World
from services.runtime.ports import Answer, Cause, Written


@dataclass
class Memory:
    """Aggregates in dictionaries; a unit of work that raises leaves them as they were."""

    states: dict[tuple[str, str], Written] = field(default_factory=dict)
    history: list[Written] = field(default_factory=list)
    answers: dict[tuple[UUID, str], Seen] = field(default_factory=dict)

    @asynccontextmanager
    async def unit(self) -> AsyncIterator["MemoryUnit"]:
        unit = MemoryUnit(self)
        yield unit
        unit.commit()

    async def asked(self, person: UUID) -> list[Approach]:
        rows = [each.state for each in self.states.values()]
        return [
            row
            for row in rows
            if isinstance(row, Approach) and row.person == person and row.state is ApproachState.OPEN
        ]


class MemoryUnit:
    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._written: list[Written] = []
        self._answer: tuple[Answer, Seen] | None = None

    async def lock(self, reach: Reach, answer: Answer | None) -> Reach:
        commitments = [each.state for each in self._memory.states.values()]
        found = {
            row.request
            for row in commitments
            if (isinstance(row, Commitment) and row.id in reach.commitments)
            or (isinstance(row, Approach) and row.person in reach.asked_persons)
            or (isinstance(row, Approach | Commitment) and row.lender in reach.asked_organisations)
        }
        found |= {
            row.id
            for row in commitments
            if isinstance(row, HelpRequest) and row.incident in reach.whole_incidents
        }
        return reach.with_requests(frozenset(found))

    async def load(self, reach: Reach, picture: Picture, answer: Answer | None) -> Found:
        seen = None if answer is None else self._memory.answers.get((answer.person, answer.key))
        return Found(self._world(reach, picture), seen)

    def _world(self, reach: Reach, picture: Picture) -> World:
        def shelf(kind: type[Row]) -> dict[Any, Any]:
            rows = [each.state for each in self._memory.states.values() if isinstance(each.state, kind)]
            return {row.model_dump(include={"id"})["id"]: row for row in rows}

        requests = {k: v for k, v in shelf(HelpRequest).items() if k in reach.requests}
        return World(
            picture=picture,
            incidents=shelf(Incident),
            requests=requests,
            approaches={k: v for k, v in shelf(Approach).items() if v.request in requests},
            commitments=shelf(Commitment),
            duties=shelf(Duty),
            lendings=shelf(Lending),
            log={k: v for k, v in shelf(LogEntry).items() if k in reach.lines},
            request_versions={k: self._memory.states["help_request", str(k)].version for k in requests},
        )

    async def read(self, rows: Collection[tuple[str, str]]) -> list[Written]:
        return [self._memory.states[row] for row in rows]

    async def write(self, states: Sequence[Row], cause: Cause, answer: Answer | None) -> list[Written]:
        known = self._memory.states
        self._written = [
            Written(s, known[s.TYPE, s.key].version + 1 if (s.TYPE, s.key) in known else 1) for s in states
        ]
        if answer is not None:
            touched = tuple((each.TYPE, each.key) for each in states)
            self._answer = (answer, Seen(answer.body_hash, touched))
        return self._written

    def commit(self) -> None:
        for each in self._written:
            self._memory.states[each.state.TYPE, each.state.key] = each
            self._memory.history.append(each)
        if self._answer is not None:
            answer, seen = self._answer
            self._memory.answers[answer.person, answer.key] = seen
