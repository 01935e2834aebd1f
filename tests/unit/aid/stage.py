"""A small platform in memory: people, organisations and a clock, driven through the real handlers."""

from datetime import UTC, datetime, timedelta
from hashlib import sha256
from itertools import count
from typing import Any
from uuid import UUID, uuid5

import pytest

from schemas.catalogue import Function
from schemas.events.approach import Approach
from schemas.events.commitment import Commitment
from schemas.events.duty import Duty
from schemas.events.help_request import CouldAsk, HelpRequest
from schemas.events.incident import CallBack
from schemas.events.lending import Lending, StandingYes
from schemas.events.log_entry import LogEntry
from schemas.events.organisation import Kind, Organisation
from schemas.events.person import Guesthood, Membership, Person
from schemas.events.suggestion import Candidate, Suggestion
from schemas.refused import Refused
from schemas.state import Row
from schemas.values import Command, Level, Right, Where, organisation_key, person_key
from services.aid.handlers.desk import Desk, Done, Sent
from services.aid.rules import commands
from services.aid.rules.world import Picture, Seal, Terms, unsealed
from services.runtime.ports import Written
from tests.unit.aid.memory import Memory

MORNING = datetime(2026, 1, 5, 7, 10, tzinfo=UTC)
NAMES = UUID("00000000-0000-4000-8000-000000000000")


def key(name: str) -> UUID:
    """The id that a name has in every test."""
    return uuid5(NAMES, name)


class Stage:
    """Hof van Twente is the borrower; Enschede gave a standing yes, Hengelo did not. All are made up."""

    def __init__(self, terms: Terms | None = None, seal: Seal = unsealed) -> None:
        self.now = MORNING
        self.memory = Memory()
        self.people: dict[UUID, Person] = {}
        self.staff: dict[str, dict[UUID, Person]] = {}
        self.organisations = {
            code: Organisation(id=code, kind=Kind.MUNICIPALITY, name=code, region="VR05")
            for code in ("GM1735", "GM0153", "GM0164", "GM0141", "GM0168")
        }
        self.organisations["IBD"] = Organisation(id="IBD", kind=Kind.CSIRT, name="IBD")
        self.organisations["SV01"] = Organisation(
            id="SV01", kind=Kind.PARTNERSHIP, name="SV01", delivers_ict_to=("GM0141",)
        )
        picture = Picture(self.people, self.organisations, self.staff)
        self.desk = Desk(self.memory, picture, lambda: self.now, terms or Terms(), seal=seal)
        self._keys = count()
        self.person("wilma", "GM1735", rights=(Right.REPORT,))
        self.person("gert", "GM1735", rights=(Right.MANDATE, Right.REPORT))
        self.person("ruud", "IBD", rights=(Right.IBD,))
        self.person("kees", "GM0168")
        self.person("fatima", "GM0141", rights=(Right.REPORT,))
        self.person("anouk", "GM0164", rights=(Right.LEND,))
        self.person("bas", "GM0153", rights=(Right.LEND,))
        for name in ("joris", "jet"):
            self.helper(name, "GM0153")
        for name in ("hugo", "hans", "hilde"):
            self.helper(name, "GM0164")
        self.lend("GM0153", standing=(StandingYes(id=key("standing"), at_most=9),))
        self.lend("GM0164")

    def person(
        self,
        name: str,
        organisation: str,
        functions: tuple[Function, ...] = (),
        rights: tuple[Right, ...] = (),
    ) -> Person:
        """Somebody new."""
        member = Membership(organisation=organisation, rights=rights)
        person = Person(
            id=key(name), memberships=(member,), functions=functions, fictitious=True, exercise=False
        )
        self.people[person.id] = person
        self.staff.setdefault(organisation, {})[person.id] = person
        return person

    def guest(self, name: str, sponsor: str, **more: Any) -> UUID:
        """Somebody from outside, as the directory tells of them."""
        said: dict[str, Any] = {
            "incident": key("incident"),
            "organisation": "GM1735",
            "firm": "Spoedhulp BV",
            **more,
        }
        until = said.pop("until", self.now + timedelta(days=2))
        guest = Guesthood(sponsor=key(sponsor), until=until, **said)
        self.people[key(name)] = Person(id=key(name), guest=guest, fictitious=True, exercise=False)
        return key(name)

    def helper(self, name: str, organisation: str, *functions: Function, on: bool = True) -> None:
        """Somebody with a function (back-up and recovery unless said), on duty unless said."""
        person = self.person(name, organisation, functions or (Function.BACKUP_RECOVERY,))
        self._put(
            Duty(
                id=person.id,
                on=on,
                changed_at=self.now,
                exercise=False,
                readers={person_key(person.id): Level.OWN},
            )
        )

    def lend(
        self,
        organisation: str,
        cover: dict[Function, int] | None = None,
        standing: tuple[StandingYes, ...] = (),
    ) -> None:
        """An organisation's lending agreements; its people may be asked directly."""
        self._put(
            Lending(
                id=organisation,
                cover=cover or {},
                standing=standing,
                ask_people=True,
                exercise=False,
                readers={organisation_key(organisation): Level.OWN},
            )
        )

    def _put(self, state: Row) -> None:
        version = self.memory.states.get((state.TYPE, state.key))
        self.memory.states[state.TYPE, state.key] = Written(state, version.version + 1 if version else 1)

    async def do(
        self,
        who: str,
        command: Command,
        target: object = None,
        key_text: str | None = None,
        *,
        vouched: bool = False,
    ) -> Done:
        """Somebody sends a command; `vouched`: an identity provider says who they are."""
        sent = Sent(
            command,
            target,
            self.people[key(who)],
            key_text or f"key-{next(self._keys)}",
            sha256(command.model_dump_json().encode()).digest(),
            vouched,
        )
        return await self.desk.carry_out(sent)

    async def refused(self, code: str, who: str, command: Command, target: object = None) -> Refused:
        """The same, and it is refused with this code."""
        with pytest.raises(Refused) as found:
            await self.do(who, command, target)
        assert found.value.code == code
        return found.value

    async def incident(self, name: str = "incident", *, exercise: bool = False) -> UUID:
        """Wilma reports that passports do not work."""
        report = commands.ReportIncident(
            id=key(name),
            affected="GM1735",
            since=self.now,
            call_back=CallBack(phone="06 00000000"),
            exercise=exercise,
        )
        await self.do("wilma", report)
        return key(name)

    async def request(
        self, number: int = 1, name: str = "request", *, incident: str = "incident", **more: Any
    ) -> UUID:
        """Wilma asks for back-up people and Gert confirms for everybody around."""
        if ("incident", str(key(incident))) not in self.memory.states:
            await self.incident(incident)
        choose_self = more.pop("choose_self", False)
        await self.do("wilma", self.ask(name, incident=key(incident), number=number, **more))
        circle = ("GM0153", "GM0164", "GM0141", "GM0168")
        await self.do("gert", commands.ConfirmRequest(circle=circle, choose_self=choose_self), key(name))
        return key(name)

    def ask(self, name: str = "request", **more: Any) -> commands.AskHelp:
        """The command with which Wilma asks for one who knows back-ups."""
        wanted: dict[str, Any] = {
            "id": key(name),
            "incident": key("incident"),
            "borrower": "GM1735",
            "function": Function.BACKUP_RECOVERY,
            "number": 1,
            "where": Where.ON_SITE,
            "needed_by": self.now + timedelta(hours=48),
            **more,
        }
        return commands.AskHelp(**wanted)

    async def suggest(self, request: UUID, *candidates: str) -> None:
        """Matching's hint arrives."""
        await self.desk.heed(self.hint(request, *candidates), key(f"hint-{next(self._keys)}"))

    def hint(self, request: UUID, *candidates: str) -> Suggestion:
        """These people ("hugo") or organisations ("GM0164") could help, best first."""
        found = [self._candidate(name) for name in candidates]
        return Suggestion(
            id=request,
            request_version=self.memory.states["help_request", str(request)].version,
            terms_version=self.the_request(request).terms_version,
            candidates=tuple(found),
            could_ask=CouldAsk(people=len(found), organisations=1),
        )

    def _candidate(self, name: str) -> Candidate:
        if name in self.organisations:
            return Candidate(lender=name, cost_minutes=1)
        person = self.people[key(name)]
        return Candidate(
            lender=person.memberships[0].organisation, person=person.id, cost_minutes=1, chosen=True
        )

    async def claim(self, who: str, request: UUID) -> Commitment:
        """Somebody who was asked says "I help"."""
        done = await self.do(who, self.a_claim(who, request), request)
        found = done.rows[0].state
        assert isinstance(found, Commitment)
        return found

    def a_claim(self, who: str, request: UUID, **more: Any) -> commands.Claim:
        """The command behind it."""
        mine = self.approach(who, request)
        return commands.Claim(
            **{"approach": mine.id, "terms_version": self.the_request(request).terms_version, **more}
        )

    def approach(self, who: str, request: UUID) -> Approach:
        """The approach to a person, or to an organisation, for a request."""
        person = key(who) if who not in self.organisations else None
        return next(
            each
            for each in self.all(Approach)
            if each.request == request
            and each.person == person
            and (person is not None or each.lender == who)
        )

    def the_request(self, request: UUID) -> HelpRequest:
        """A request as it is now."""
        return next(each for each in self.all(HelpRequest) if each.id == request)

    def commitment(self, commitment: UUID) -> Commitment:
        """A commitment as it is now."""
        return next(each for each in self.all(Commitment) if each.id == commitment)

    def lines(self) -> list[LogEntry]:
        """The log, in order."""
        return self.all(LogEntry)

    def all(self, kind: type[Any]) -> list[Any]:
        """Every aggregate of a kind, as it is now."""
        return [each.state for each in self.memory.states.values() if isinstance(each.state, kind)]

    def later(self, **duration: float) -> None:
        """Time passes."""
        self.now += timedelta(**duration)


async def asked(number: int = 1, *who: str, **more: object) -> tuple[Stage, Any]:
    """A stage with one request, for which these were suggested."""
    stage = Stage()
    request = await stage.request(number, **more)
    await stage.suggest(request, *(who or ("joris", "hugo", "hans")))
    return stage, request
