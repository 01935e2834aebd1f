"""One holder per slot, nobody in two places, no lender below cover: judged at every step that was taken."""

from collections import Counter, defaultdict
from collections.abc import Iterable

from tests.faults.checker.effects import moment
from tests.faults.checker.facts import HOLDING, Deed, Facts, State
from tests.faults.checker.verdict import Verdict

Rows = dict[str, State]


def check_promises(facts: Facts, verdict: Verdict) -> None:
    """Replay the deeds one by one; without journals judge the newest states as one step."""
    stage = Stage(facts, verdict)
    if "commitment" in facts.journalled:
        for deed in facts.deeds:
            stage.play(deed)
        return
    rows = ((spot, version[1], state) for spot, (version, state) in facts.newest.items())
    # Agreements may have become stricter since, and what has a deadline may be past it: neither is judged.
    judged = tuple(row for row in rows if row[0][0] != "lending")
    stage.play(Deed(0, "9999-01-01T00:00:00+00:00", "", judged))


class Stage:
    """The states as they were after the deeds so far, and what each next one must keep whole."""

    def __init__(self, facts: Facts, verdict: Verdict) -> None:
        self._facts = facts
        self._verdict = verdict
        self._commitments: Rows = {}
        self._requests: Rows = {}
        self._held: dict[str, Rows] = defaultdict(dict)
        self._cover = {line["id"]: line["cover"] for line in facts.history.lender}

    def play(self, deed: Deed) -> None:
        """One transaction."""
        self._requests |= {state["id"]: state for state in deed.of("help_request")}
        taken = [state for state in deed.of("commitment") if self._takes_somebody(state)]
        for state in deed.of("commitment"):
            self._commitments[state["id"]] = state
            self._held[state["request"]].pop(state["id"], None)
            if state["state"] in HOLDING:
                self._held[state["request"]][state["id"]] = state
        self._cover |= {state["id"]: state["cover"] for state in deed.of("lending")}
        touched = {state["id"] for state in deed.of("help_request")}
        for request in touched | {state["request"] for state in deed.of("commitment")}:
            self._check_slots(request)
        for state in taken:
            self._check_elsewhere(state, deed.at)
            self._check_cover(state, deed.at)

    def _takes_somebody(self, state: State) -> bool:
        known = self._commitments.get(state["id"], {})
        fresh = known.get("state") not in HOLDING
        # Whoever was named and says no leaves the slot held and unnamed: that takes nobody.
        named = state["person"] is not None and not fresh and known["person"] != state["person"]
        return state["state"] in HOLDING and (fresh or named)

    def _check_slots(self, request: str) -> None:
        """Slots and commitments say the same: each held slot has one holder, each holder one slot."""
        state = self._requests.get(request)
        holders = self._held[request]
        if state is None:
            if holders:
                self._verdict.wrong("holder_without_slot", "a request", sorted(holders), request=request)
            return
        named = Counter(slot["commitment"] for slot in state["slots"] if slot["commitment"] is not None)
        ids = {"request": request}
        for key in sorted(set(holders) - set(named)):
            expected = f"one of its {len(state['slots'])} slots, which {sorted(named)} hold"
            self._verdict.wrong("holder_without_slot", expected, "none", **ids, commitment=key)
        for key, times in sorted(named.items()):
            if times > 1:
                self._verdict.wrong("holder_of_two_slots", "one slot", times, **ids, commitment=key)
            if key not in holders:
                self._verdict.wrong("slot_without_holder", "a commitment that holds", key, **ids)
        for slot in state["slots"]:
            holder = holders.get(slot["commitment"] or "")
            expected = "open" if holder is None else holder["state"]
            if slot["state"] != expected and (holder is not None or slot["commitment"] is None):
                ids = {"request": request, "commitment": slot["commitment"]}
                self._verdict.wrong("slot_says_otherwise", expected, slot["state"], **ids)

    def _bound(self, state: State, now: str) -> Iterable[State]:
        """Others that bind somebody in an overlapping period: an exercise never counts against real help."""
        for held in self._held.values():
            for other in held.values():
                if (
                    other["id"] != state["id"]
                    and (state["exercise"] or not other["exercise"])
                    and _overlap(state, other)
                    and not _expired(other, now)
                ):
                    yield other

    def _check_elsewhere(self, state: State, now: str) -> None:
        for other in self._bound(state, now):
            if state["person"] is not None and other["person"] == state["person"]:
                self._verdict.wrong(
                    "person_in_two_places",
                    "no other commitment in an overlapping period",
                    [state["starts"], state["ends"], other["starts"], other["ends"]],
                    person=state["person"],
                    commitment=state["id"],
                    other=other["id"],
                )

    def _check_cover(self, state: State, now: str) -> None:
        lender, staff = state["lender"], self._facts.staff(state["lender"])
        if not staff:
            return
        bound = [*self._bound(state, now), state]
        away = {each["person"] for each in bound}
        for function in sorted(self._functions_at_stake(state)):
            unnamed = sum(
                each["person"] is None and each["lender"] == lender and each["function"] == function
                for each in bound
            )
            able = {person for person, functions in staff.items() if function in functions}
            home, minimum = len(able - away) - unnamed, self._cover.get(lender, {}).get(function, 0)
            if home < minimum:
                ids = {"lender": lender, "function": function, "commitment": state["id"]}
                self._verdict.wrong("below_cover", f"at least {minimum} at home", home, **ids)

    def _functions_at_stake(self, state: State) -> set[str]:
        """An unnamed slot takes one of its own function; a person takes along all that they can do.

        Whoever is named later takes the place of a unit that was taken then, under the cover of then.
        """
        if state["person"] is None:
            return {state["function"]}
        functions = set(self._facts.staff(state["lender"]).get(state["person"], ()))
        named_later = "person" in state["waits_for"]
        return functions - {state["function"]} if named_later else functions


def _overlap(one: State, other: State) -> bool:
    starts, ends = moment(one["starts"]), moment(one["ends"])
    others, othere = moment(other["starts"]), moment(other["ends"])
    assert starts and ends and others and othere
    return starts < othere and others < ends


def _expired(state: State, now: str) -> bool:
    at = moment(now)
    due = [moment(each["due"]) for each in state["deadlines"]]
    return any(each is not None and at is not None and each <= at for each in due)
