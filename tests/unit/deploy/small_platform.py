"""A platform in memory for stories: the real rules of `aid`, made-up people, and a simple matching."""

import asyncio
import json
import re
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any, Self
from uuid import UUID, uuid4

from deploy.client import Refusal
from schemas.events.help_request import CouldAsk, HelpRequest, RequestState
from schemas.events.incident import Incident
from schemas.events.lending import Lending
from schemas.events.person import Person
from schemas.events.suggestion import Candidate, Suggestion
from schemas.live import Kind
from schemas.refused import Refused
from schemas.values import Command
from services.aid.app import AGGREGATE_ROUTES, NEW_ROUTES, PREFIX, READS
from services.aid.handlers.desk import Desk, Sent
from services.aid.render import shown
from services.aid.rules.world import Picture, Terms
from services.aid.store import welcome
from services.directory.rules.fictitious import make_people
from services.directory.seed import demo_organisations
from services.runtime.ports import Written
from tests.unit.aid.memory import Memory

CONFLICT = 409
SHOWN = frozenset(READS.values())


class SmallPlatform:
    """`regions`: whose people there are, beside the IBD's; `runner`: where the handlers run."""

    def __init__(self, runner: asyncio.Runner, *regions: str) -> None:
        self.runner = runner
        there = demo_organisations()
        self.organisations = {each.id: each for each in there}
        self.people: dict[UUID, Person] = {}
        self.staff: dict[str, dict[UUID, Person]] = {}
        self.memory = Memory()
        for made in make_people(there):
            home = made.person.memberships[0].organisation
            if self.organisations[home].region in {*regions, None}:
                self.people[made.person.id] = made.person
                self.staff.setdefault(home, {})[made.person.id] = made.person
        now = datetime.now(UTC)
        states = [welcome._duty(each, now) for each in self.people.values()]
        for state in (*states, *map(welcome._lending, self.staff)):
            self.memory.states[state.TYPE, state.key] = Written(state, 1)
        picture = Picture(self.people, self.organisations, self.staff)
        self.desk = Desk(self.memory, picture, lambda: datetime.now(UTC), Terms())

    def carry_out(self, asker: Person, path: str, body: dict[str, Any]) -> dict[str, Any] | Refusal:
        """A command, and after it what matching suggests."""
        kind, target = _meant(path)
        command = kind.model_validate_json(json.dumps(body))
        sent = Sent(command, target, asker, str(uuid4()), sha256(json.dumps(body).encode()).digest())
        try:
            done = self.runner.run(self.desk.carry_out(sent))
        except Refused as no:
            return Refusal(CONFLICT, no.code, no.facts)
        self.suggest()
        rows = [json.loads(each.model_dump_json()) for each in shown(done.rows, done.incidents, asker, 1)]
        return {"row": rows[0] if rows else None, "rows": rows}

    def suggest(self) -> None:
        """Everybody with the function in the circle, in any order; `aid` checks every limit itself."""
        for written in list(self.memory.states.values()):
            request = written.state
            if isinstance(request, HelpRequest) and request.state is RequestState.OPEN and request.open_slots:
                hint = Suggestion(
                    id=request.id,
                    request_version=written.version,
                    terms_version=request.terms_version,
                    candidates=tuple(self._candidates(request)),
                    could_ask=CouldAsk(people=1, organisations=1),
                )
                self.runner.run(self.desk.heed(hint, uuid4()))

    def _candidates(self, request: HelpRequest) -> list[Candidate]:
        found: list[Candidate] = []
        for lender in request.circle:
            agreements = self.memory.states.get((Lending.TYPE, lender))
            if agreements is None or not isinstance(agreements.state, Lending):
                continue
            able = [each for each in self.staff[lender].values() if request.function in each.functions]
            if agreements.state.ask_people:
                found += [Candidate(lender=lender, person=each.id, cost_minutes=1) for each in able]
            elif able:
                found.append(Candidate(lender=lender, cost_minutes=1))
        return found

    def seen_by(self, viewer: Person) -> list[dict[str, Any]]:
        """Every row that the viewer may see."""
        states = self.memory.states.values()
        incidents = {each.state.id: each.state for each in states if isinstance(each.state, Incident)}
        rows = [each for each in states if each.state.TYPE in SHOWN]
        return [json.loads(each.model_dump_json()) for each in shown(rows, incidents, viewer, 1)]


class SmallClient:
    """Somebody at it, with the interface of `deploy.client.Client`."""

    platform: SmallPlatform

    def __init__(self, origin: str) -> None:
        self.person: Person | None = None

    def __exit__(self, *_: object) -> None:
        return None

    def sign_in(self, person: UUID) -> Self:
        self.person = self.platform.people[person]
        return self

    def send(self, path: str, body: dict[str, Any]) -> dict[str, Any] | Refusal:
        assert self.person is not None
        return self.platform.carry_out(self.person, path, body)

    def read(self, path: str) -> dict[str, Any] | Refusal:
        if path == "/api/directory/organisations":
            return {"organisations": [_place(each) for each in self.platform.organisations.values()]}
        if path.startswith("/api/directory/demo/people"):
            staff = self.platform.staff.get(path.partition("=")[2], {}).values()
            return {"people": [_colleague(each) for each in staff]}
        assert self.person is not None
        kind, key = READS[path.split("/")[3]], path.split("/")[4]
        found = (r for r in self.platform.seen_by(self.person) if (r["kind"], r["id"]) == (kind, key))
        return next(found, Refusal(404, "not_found"))

    def rows(self) -> dict[str, dict[str, Any]]:
        assert self.person is not None
        kinds: dict[str, dict[str, Any]] = {kind.value: {} for kind in Kind}
        for row in self.platform.seen_by(self.person):
            kinds[row["kind"]][row["id"]] = {**row["data"], "level": row["level"], "v": row["v"]}
        return kinds


def _meant(path: str) -> tuple[type[Command], UUID | None]:
    for route, kind in (AGGREGATE_ROUTES | NEW_ROUTES).items():
        found = re.fullmatch(PREFIX + route.replace("{target}", "(.+)"), path)
        if found is not None:
            return kind, UUID(found[1]) if found.groups() else None
    raise AssertionError(f"no command has the path {path}")


def _place(each: Any) -> dict[str, Any]:
    place = each.place.model_dump() if each.place is not None else {}
    return {"id": each.id, "kind": each.kind.value, "region": each.region, **place}


def _colleague(person: Person) -> dict[str, Any]:
    rights = [right.value for right in person.memberships[0].rights]
    functions = [function.value for function in person.functions]
    return {"person": str(person.id), "rights": rights, "functions": functions}
