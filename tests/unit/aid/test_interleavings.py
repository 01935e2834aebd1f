"""Any interleaving of what people, clock and matching can do leaves every law of a commitment whole."""

import asyncio
import os
from collections.abc import Awaitable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from schemas.catalogue import Function
from schemas.events.alarm import Alarm
from schemas.events.approach import Approach, ApproachState
from schemas.events.commitment import Commitment, Party
from schemas.events.incident import CallBack
from schemas.events.lending import StandingYes
from schemas.refused import Refused
from schemas.values import Command, Right
from services.aid.handlers.desk import Done
from services.aid.rules import commands
from tests.unit.aid import laws
from tests.unit.aid.stage import Stage, key

LONG = os.environ.get("NOABER_COUNTS") == "long"

BACKUP, NETWORK = Function.BACKUP_RECOVERY, Function.NETWORK
PEOPLE = {"joris": "GM0153", "jet": "GM0153", "hugo": "GM0164", "hans": "GM0164", "hilde": "GM0164"}
NAMES = {key(name): name for name in PEOPLE}
DESKS = {"GM0153": "bas", "GM0164": "anouk"}
REQUESTS = ("two", "one", "drill")
STANDING = StandingYes(id=key("standing"), at_most=1)

person = st.sampled_from(sorted(PEOPLE))
lender = st.sampled_from(sorted(DESKS))
request = st.sampled_from(REQUESTS)
nth = st.integers(0, 11)
seldom = st.integers(0, 9).map(lambda number: number == 9)


class Days(RuleBasedStateMachine):
    """Two real requests for the same days and one of an exercise; two lenders with five people."""

    def __init__(self) -> None:
        super().__init__()
        self._loop = asyncio.new_event_loop()
        self.stage = Stage()
        self.stage.lend("GM0153", {BACKUP: 0}, (STANDING,))
        self.stage.lend("GM0164", {BACKUP: 1, NETWORK: 1})
        self.stage.helper("hans", "GM0164", BACKUP, NETWORK)
        self.stage.helper("hilde", "GM0164", NETWORK, BACKUP)
        for organisation, name in (("GM0153", "bea"), ("GM0164", "bob")):
            self.stage.person(name, organisation, rights=(Right.REPORT, Right.MANDATE))
        self.requests = {
            "two": self._run(self.stage.request(2, "two")),
            "one": self._run(self.stage.request(1, "one", choose_self=True)),
        }
        self._run(self.stage.incident("drill incident", exercise=True))
        self.requests["drill"] = self._run(self.stage.request(1, "drill", incident="drill incident"))
        self.hits = 0
        for each in self.requests.values():
            self._run(self.stage.suggest(each, *PEOPLE))

    def teardown(self) -> None:
        self._loop.close()

    def _run(self, work: Awaitable[Any]) -> Any:
        return self._loop.run_until_complete(work)

    def _try(self, work: Awaitable[Any]) -> Any:
        """What came of it; None where a rule said no."""
        try:
            return self._run(work)
        except Refused:
            return None

    def _do(self, who: str, command: Command, target: UUID, request: UUID) -> Done | None:
        """Somebody does something about a request; what came of it, None where a rule said no."""
        try:
            done = self._run(self.stage.do(who, command, target))
        except Refused as no:
            if no.code != "not_found":
                laws.nothing_is_overdue(self.stage, request)
            return None
        laws.nothing_is_overdue(self.stage, request)
        return done

    def _commitment(self, number: int) -> Commitment | None:
        """One of those that hold or, where none does, that did."""
        made = self.stage.all(Commitment)
        found = [each for each in made if each.holds] or made
        return found[number % len(found)] if found else None

    def _asked(self, number: int) -> Approach | None:
        """One of the approaches that may be answered or, seldom, one that may not."""
        made = self.stage.all(Approach)
        standing = [each for each in made if _standing(each)]
        found = standing if standing and number else made
        return found[number % len(found)] if found else None

    def _taken(self, done: Any) -> None:
        for written in done.rows if done is not None else ():
            taken = written.state
            if isinstance(taken, Commitment) and written.version == 1:
                somebody = self.stage.people.get(taken.person)
                functions = (taken.function,) if somebody is None else somebody.functions
                laws.keeps_its_cover(self.stage, taken, functions)

    @rule(which=request, first=st.permutations([*PEOPLE, *DESKS]), number=st.integers(1, 7))
    def suggest(self, which: str, first: list[str], number: int) -> None:
        self._try(self.stage.suggest(self.requests[which], *first[:number]))

    @rule(number=nth)
    def claim(self, number: int) -> None:
        asked = self._asked(number)
        if asked is not None and asked.person is not None:
            self._claim(asked)

    def _claim(self, asked: Approach) -> None:
        terms = self.stage.the_request(asked.request).terms_version
        body = commands.Claim(approach=asked.id, terms_version=terms)
        self._taken(self._do(NAMES[asked.person], body, asked.request, asked.request))

    @rule(number=nth, desk=st.booleans())
    def decline(self, number: int, *, desk: bool) -> None:
        asked = self._asked(number)
        if asked is None:
            return
        sender = DESKS[asked.lender] if desk or asked.person is None else NAMES[asked.person]
        self._do(sender, commands.Decline(approach=asked.id), asked.request, asked.request)

    @rule(number=nth, unnamed=st.integers(0, 3), waiting=st.booleans())
    def lend(self, number: int, unnamed: int, *, waiting: bool) -> None:
        asked = self._asked(number)
        if asked is None:
            return
        target, by = asked.request, asked.lender
        reservations = tuple(
            each.id
            for each in self.stage.all(Commitment)
            if waiting and each.request == target and each.lender == by and Party.LENDER in each.waits_for
        )
        body = commands.Lend(
            lender=by,
            reservations=reservations,
            unnamed=unnamed,
            terms_version=self.stage.the_request(target).terms_version,
        )
        self._taken(self._do(DESKS[by], body, target, target))

    @rule(number=nth)
    def claim_somewhere_else_too(self, number: int) -> None:
        busy = {each.person for each in self.stage.all(Commitment) if each.holds} - {None}
        found = [each for each in self.stage.all(Approach) if each.person in busy and _standing(each)]
        if found:
            self._claim(found[number % len(found)])

    @rule(number=nth, other=nth)
    def name_somebody(self, number: int, other: int) -> None:
        held = self._commitment(number)
        if held is None:
            return
        unnamed = [each for each in self.stage.all(Commitment) if each.holds and each.person is None]
        held = unnamed[number % len(unnamed)] if unnamed else held
        own = sorted(name for name, lender in PEOPLE.items() if lender == held.lender)
        who = [*own, *own, *PEOPLE][other % (2 * len(own) + len(PEOPLE))]
        body = commands.NamePerson(person=key(who))
        if self._do(DESKS[held.lender], body, held.id, held.request) is not None:
            others = set(self.stage.people[key(who)].functions) - {held.function}
            laws.keeps_its_cover(self.stage, self.stage.commitment(held.id), others)

    @rule(number=nth)
    def accept(self, number: int) -> None:
        held = self._commitment(number)
        if held is not None and held.person is not None:
            self._do(NAMES[held.person], commands.AcceptCommitment(), held.id, held.request)

    @rule(number=nth)
    def approve(self, number: int) -> None:
        held = self._commitment(number)
        if held is not None:
            self._do("gert", commands.ApproveCommitment(), held.id, held.request)

    @rule(number=nth, by=st.sampled_from(("person", "lender", "borrower")), back=st.booleans())
    def say_no_or_give_back(self, number: int, by: str, *, back: bool) -> None:
        held = self._commitment(number)
        if held is None or (by == "person" and held.person is None):
            return
        senders = {"person": NAMES.get(held.person), "lender": DESKS[held.lender], "borrower": "gert"}
        command = commands.GiveBack() if back else commands.RefuseCommitment()
        self._do(senders[by], command, held.id, held.request)

    @rule(which=request, number=st.integers(1, 4))
    def change_number(self, which: str, number: int) -> None:
        self._try(self.stage.do("gert", commands.ChangeNumber(number=number), self.requests[which]))

    @rule(which=request, circle=st.sampled_from((tuple(DESKS), tuple(DESKS), ("GM0153",), ("GM0164",))))
    def confirm_again(self, which: str, circle: tuple[str, ...]) -> None:
        body = commands.ConfirmRequest(circle=circle)
        self._try(self.stage.do("gert", body, self.requests[which]))

    @rule(which=request, really=seldom)
    def withdraw(self, which: str, *, really: bool) -> None:
        if not really:
            return
        self._try(self.stage.do("gert", commands.WithdrawRequest(), self.requests[which]))

    @rule(who=person, on=st.sampled_from((True, True, False)), hours=st.none() | st.integers(5, 90))
    def switch_duty(self, who: str, *, on: bool, hours: int | None) -> None:
        until = None if hours is None else self.stage.now + timedelta(hours=hours)
        self._run(self.stage.do(who, commands.ChangeDuty(on=on, until=until)))

    @rule(by=lender, keeps=st.sampled_from((0, 0, 1, 2)))
    def change_cover(self, by: str, keeps: int) -> None:
        standing = (STANDING,) if by == "GM0153" else ()
        cover = {BACKUP: keeps, NETWORK: 1 if by == "GM0164" else 0}
        body = commands.ChangeLending(cover=cover, standing=standing, ask_people=True)
        self._run(self.stage.do(DESKS[by], body, by))

    @rule(by=lender, really=st.integers(0, 3).map(lambda number: number == 3))
    def hit(self, by: str, *, really: bool) -> None:
        if not really:
            return
        self.hits += 1
        body = commands.ReportIncident(
            id=key(f"hit {self.hits}"),
            affected=by,
            since=self.stage.now,
            call_back=CallBack(phone="06 00000000"),
        )
        self._run(self.stage.do({"GM0153": "bea", "GM0164": "bob"}[by], body))

    @rule()
    def recover(self) -> None:
        for number in range(1, self.hits + 1):
            for who in ("bea", "bob"):
                self._try(self.stage.do(who, commands.CloseIncident(), key(f"hit {number}")))
        for each in self.requests.values():
            self._try(self.stage.suggest(each, *PEOPLE, *DESKS))

    @rule(minutes=st.sampled_from((1, 1, 1, 29, 31, 240)))
    def time_passes(self, minutes: int) -> None:
        self.stage.later(minutes=minutes)

    @rule(number=nth, early=st.booleans())
    def the_clock_fires(self, number: int, *, early: bool) -> None:
        held = self._commitment(number)
        for due in held.deadlines if held is not None else ():
            if early or due.due <= self.stage.now:
                alarm = Alarm(id=due.id, commitment=held.id, due=due.due)
                self._try(self.stage.desk.heed(alarm, key("alarm")))

    @invariant()
    def every_law_holds(self) -> None:
        laws.check(self.stage)


def _standing(approach: Approach) -> bool:
    return approach.state in {ApproachState.OPEN, ApproachState.FULL}


Days.TestCase.settings = settings(
    max_examples=2_000 if LONG else 120,
    stateful_step_count=60 if LONG else 40,
)


@pytest.mark.timeout(900 if LONG else 120)
class TestEveryInterleavingKeepsTheLaws(Days.TestCase):
    pass
