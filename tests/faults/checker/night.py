"""Who was woken: nobody twice for one thing, nobody forgotten, nobody off duty or outside their hours."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from tests.faults.checker.commands import protected
from tests.faults.checker.effects import moment
from tests.faults.checker.facts import Facts, State
from tests.faults.checker.history import Line
from tests.faults.checker.verdict import Verdict

HOUR = 3600.0

CALM_SECONDS = 40.0
"""So long after all was well a switch has travelled, and what was ordered before it is settled: an answer
is waited for (10 s), then an order without one is held (15 s) and looked up."""

TURN_SECONDS = 100.0
"""A bell that was missed is rung again after 30 s, and its record and the rule's take a moment."""


@dataclass(frozen=True)
class Thing:
    """One person, to be told one thing: a step of the ladder of one request and organisation.

    `own`: it is their own organisation's request, so they are called at any hour, on duty or not.
    """

    delivery: str
    organisation: str
    person: str
    own: bool = False

    @property
    def ids(self) -> dict[str, str]:
        """What a violation names it by."""
        return {"delivery": self.delivery, "person": self.person}


def check_night(facts: Facts, verdict: Verdict) -> None:
    """The log of the telephone's provider against ladders, lists, and what people said of their duty."""
    if facts.history.over:
        Night(facts, verdict).check()


class Night:
    """All calls of a life that is over; moments of the platform and the harness are of one clock."""

    def __init__(self, facts: Facts, verdict: Verdict) -> None:
        self._facts = facts
        self._verdict = verdict
        self._over = float(facts.history.over[-1]["at"])
        self._called = {call["reference"] for call in facts.history.call}
        self._things: dict[str, Thing] = {}
        for (kind, key), versions in facts.states.items():
            for state in versions.values() if kind == "delivery" else ():
                for each in state["attempts"]:
                    own = _is_own(state)
                    self._things[each["id"]] = Thing(key, state["organisation"], each["person"], own)

    def check(self) -> None:
        """Every call, and every step of every ladder."""
        calls: dict[Thing, list[Line]] = defaultdict(list)
        for call in sorted(self._facts.history.call, key=lambda each: float(each["at"])):
            thing = self._things.get(call["reference"])
            if thing is not None:
                calls[thing].append(call)
                if thing.own:
                    self._check_mandate(thing, call)
                else:
                    self._check_turn(thing, call)
                    self._check_duty(thing, call)
            elif not self._facts.was_restored("delivery"):
                ids = {"reference": call["reference"], "at": call["at"]}
                self._verdict.wrong("woken_for_nothing", "a call for a step of some ladder", call, **ids)
        for thing, found in calls.items():
            self._check_once(thing, found)
        self._check_own()
        asked = self._asked()
        ladders = {key: each for key, each in self._facts.kind("delivery") if not _is_own(each)}
        for key, state in ladders.items():
            self._check_ladder(key, state, asked.get((state["request"], state["organisation"]), set()))
        begun = {(state["request"], state["organisation"]) for state in ladders.values()}
        for request, organisation in sorted(at for at in asked.keys() - begun if "open" in asked[at]):
            ids = {"request": request, "organisation": organisation}
            self._verdict.wrong("forgotten", "a ladder for what is asked now", "none", **ids)

    def _check_own(self) -> None:
        """The ladders of organisations for their own requests, and what is said to have come from them."""
        ladders = {key: each for key, each in self._facts.kind("delivery") if _is_own(each)}
        requests = dict(self._facts.kind("help_request"))
        for key, state in ladders.items():
            request = requests.get(state["request"])
            asked = set() if request is None else {"open" if _waits(request) else "over"}
            if request is not None and _seconds(request["needed_by"]) <= self._over:
                # A yes would be refused: it ends, or did before.
                asked -= {"open"}
            self._check_ladder(key, state, asked)
            self._check_yeses(key, state)
        begun = {each["request"] for each in ladders.values()}
        yeses = {
            step["id"] for each in ladders.values() for step in each["attempts"] if step["state"] == "yes"
        }
        for key, request in requests.items():
            if _waits(request) and key not in begun and not self._may_confirm(request):
                self._verdict.wrong("forgotten", "a ladder for what waits for a yes", "none", request=key)
            for each in request.get("spoken", ()):
                if each["attempt"] not in yeses and not self._facts.was_restored("delivery"):
                    self._verdict.wrong("confirmed_by_nobody", "a key that was pressed", each, request=key)

    def _check_yeses(self, key: str, state: State) -> None:
        """What somebody keyed in came to something, or a rule's no is written beside it."""
        for each in state["attempts"]:
            waits = each["state"] == "yes" and each.get("offer") is not None and each.get("became") is None
            if waits and self._over - self._told(each["answered_at"]) > CALM_SECONDS:
                self._verdict.wrong(
                    "forgotten", "what became of this yes", each, delivery=key, person=each["person"]
                )

    def _check_mandate(self, thing: Thing, call: Line) -> None:
        """Nobody is woken for a yes that is not theirs to give."""
        if not self._mandated(thing.person, thing.organisation):
            expected = "no call: no right to confirm for " + thing.organisation
            self._verdict.wrong("called_out_of_turn", expected, call, **thing.ids)

    def _may_confirm(self, request: State) -> bool:
        return self._mandated(request["asked_by"], request["borrower"])

    def _mandated(self, person: str, organisation: str) -> bool:
        """Whether the directory ever gave the person the right to confirm for it."""
        return any(
            each["organisation"] == organisation and "mandate" in each["rights"]
            for line in self._facts.people[person]
            for each in line["memberships"]
        )

    def _check_once(self, thing: Thing, calls: list[Line]) -> None:
        """One call a thing. A restore that may have taken its receipt excuses one more, once."""
        excuses = [each for each in self._facts.history.restore if each["owner"] == "notification"]
        for first, again in pairwise(calls):
            excuse = next((each for each in excuses if _may_forget(each, first, again)), None)
            if excuse is None:
                moments = [first["at"], again["at"]]
                self._verdict.wrong("called_twice", "one call for one thing", moments, **thing.ids)
            else:
                excuses.remove(excuse)

    def _check_duty(self, thing: Thing, call: Line) -> None:
        for since, until in self._off.get(thing.person, ()):
            if since < call["at"] < until and self._calm(since, call["at"]) > CALM_SECONDS:
                expected = f"no call: off duty since {since:.0f}, acknowledged"
                self._verdict.wrong("called_off_duty", expected, call, **thing.ids)

    def _check_turn(self, thing: Thing, call: Line) -> None:
        """On the list, and within the hours there; a clock may have been an hour ahead."""
        states = self._facts.states.get(("wake_list", thing.organisation), {})
        turns = [
            turn for state in states.values() for turn in state["turns"] if turn["person"] == thing.person
        ]
        hours = {(call["hour"] + off) % 24 for off in (-1, 0, 1)}
        if states and not any(_covers(turn, hour) for turn in turns for hour in hours):
            hour = call["hour"]
            self._verdict.wrong(
                "called_out_of_turn", f"no call at {hour} h; on the list: {turns}", call, **thing.ids
            )

    def _check_ladder(self, key: str, state: State, asked: set[str]) -> None:
        ids = {"delivery": key, "organisation": state["organisation"]}
        goes_on = state["state"] in ("waiting", "calling")
        if goes_on and asked and "open" not in asked:
            self._verdict.wrong("woken_for_nothing", "an end: nobody is asked any more", state, **ids)
        if state["state"] == "over" and "open" in asked:
            self._verdict.wrong("forgotten", "a ladder that goes on: somebody is asked", state, **ids)
        due = _seconds(state["turn"]["due"]) if goes_on and state["turn"] else self._over
        if self._over - due > TURN_SECONDS:
            self._verdict.wrong("forgotten", "the next one's turn, due long ago", state["turn"], **ids)
        for attempt in state["attempts"]:
            waits = attempt["state"] == state["state"] == "calling"
            waits = waits and self._over - self._told(attempt["at"]) > CALM_SECONDS
            passed = attempt["state"] in ("unanswered", "failed")
            # Who was called for several things at once was called once.
            is_called = not self._called.isdisjoint((attempt["id"], attempt.get("called_with")))
            if not is_called and (waits or passed) and not self._excused(attempt):
                self._verdict.wrong(
                    "forgotten", "a call for this step", attempt, **ids, person=attempt["person"]
                )

    def _excused(self, attempt: State) -> bool:
        """Whether something was broken in that turn: nothing is ordered then, and the next is called."""
        begun = self._told(attempt["at"])
        ended = self._told(attempt["answered_at"]) if attempt["answered_at"] else self._over
        return any(span["since"] <= ended and begun <= span["until"] for span in self._facts.history.broken)

    def _told(self, text: str) -> float:
        """A moment that the platform wrote; a clock that was an hour ahead told what has not been yet."""
        found = _seconds(text)
        return found if found <= self._over else found - HOUR

    def _calm(self, since: float, until: float) -> float:
        """Seconds between the two in which nothing was broken."""
        broken = (_overlap(span, since, until) for span in self._facts.history.broken)
        return until - since - sum(broken)

    def _asked(self) -> dict[tuple[str, str], set[str]]:
        """(request, lender) -> the states of all approaches there for which somebody is to be woken now."""
        found: dict[tuple[str, str], set[str]] = defaultdict(set)
        for _, state in self._facts.kind("approach"):
            if state["wake"] == "now":
                found[state["request"], state["lender"]].add(state["state"])
        return found

    @cached_property
    def _off(self) -> dict[str, list[tuple[float, float]]]:
        """Person -> from when until when they surely were off duty: acknowledged, until they switch on."""
        switches: dict[str, list[Line]] = defaultdict(list)
        for sent in self._facts.history.sent:
            if sent["path"] == "/api/aid/duty":
                switches[sent["person"]].append(sent)
        return {person: list(self._offs(found)) for person, found in switches.items()}

    def _offs(self, switches: list[Line]) -> Iterator[tuple[float, float]]:
        for sent in switches:
            if sent.get("status") == 200 and not sent["body"]["on"] and protected(self._facts, [sent]):
                later = [
                    each["sent"] for each in switches if each["body"]["on"] and each["sent"] > sent["sent"]
                ]
                yield sent["answered"], min(later, default=float("inf"))


def _is_own(ladder: State) -> bool:
    return bool(ladder.get("asks") == "confirm")


def _waits(request: State) -> bool:
    return request["state"] == "provisional" and not request.get("is_over")


def _may_forget(restore: Line, first: Line, again: Line) -> bool:
    """Whether the first call's receipt may be newer than the backup, and the second came after its loss."""
    return bool(
        restore["backup_at"] <= first["at"] <= restore["restored_at"] and restore["backup_at"] < again["at"]
    )


def _covers(turn: State, hour: int) -> bool:
    begin, end = turn["from_hour"], turn["to_hour"]
    return begin == end or (begin <= hour < end if begin < end else hour >= begin or hour < end)


def _overlap(span: Line, since: float, until: float) -> float:
    return max(0.0, min(until, span["until"]) - max(since, span["since"]))


def _seconds(text: str) -> float:
    found = moment(text)
    assert found is not None
    return found.timestamp()
