"""Every row that reached anybody, in a frame, a snapshot or an answer: could they see that, and was it so."""

import json
from collections.abc import Iterator
from typing import Any

from tests.faults.checker.audience import CONTACT_FROM, FIELDS, LEVELS, OF_AN_INCIDENT, fields_of, level_for
from tests.faults.checker.facts import HOLDING, Facts, Spot, State
from tests.faults.checker.history import Line
from tests.faults.checker.upgrade import known_before
from tests.faults.checker.verdict import Verdict

JOINS_CONTACT = ("commitment", "help_request")
"""Of those that hang on an incident: the third number of their version counts a contact's versions too."""

_OPENED = {"call_back": "reach", "on_behalf_of": "caller"}
"""Field that live opens -> where its owner keeps it sealed."""


def opened(state: State) -> set[str]:
    """The fields of a row that say more than its owner wrote, since live opened what is sealed there."""
    return {name for name, sealed in _OPENED.items() if state.get(sealed) is not None}


def check_sight(facts: Facts, verdict: Verdict) -> None:
    """All that ever reached a viewer or a client."""
    sight = Sight(facts, verdict)
    for number, line in enumerate(facts.history.frame):
        frame = json.loads(line["text"])
        ids = {"viewer": line["viewer"], "frame": number}
        for row in rows_in(frame):
            sight.judge(line["person"], row, ids)
        for row in frame.get("removed", ()):
            sight.judge_removal(line["person"], row, ids)
        if "me" in frame:
            sight.judge_me(line["person"], frame["me"], ids)
    for sent in facts.history.sent:
        if 200 <= (sent.get("status") or 0) < 300:
            ids = {"person": sent["person"], "key": sent["key"]}
            for row in (sent.get("answer") or {}).get("rows", ()):
                sight.judge(sent["person"], row, ids)


def rows_in(frame: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The rows of a snapshot or a frame, each as {kind, id, v, level, data}."""
    yield from frame.get("changed", ())
    for table in frame.get("tables", ()):
        for key, version, *values in table["rows"]:
            data = dict(zip(table["fields"], values, strict=True))
            yield {"kind": table["kind"], "id": key, "v": version, "level": table["level"], "data": data}


class Sight:
    """Judges rows; the same row to the same keys at the same version is judged once."""

    def __init__(self, facts: Facts, verdict: Verdict) -> None:
        self._facts = facts
        self._verdict = verdict
        self._fine: set[tuple[object, ...]] = set()

    def judge(self, person: str, row: Line, ids: Line) -> None:
        """One row that a person received."""
        about = (person, json.dumps(row, sort_keys=True))
        if about in self._fine:
            return
        self._fine.add(about)
        spot: Spot = (row["kind"], row["id"])
        ids = {**ids, "person": person, "aggregate": spot[0], "id": spot[1], "v": row["v"]}
        if row["kind"] not in FIELDS:
            self._verdict.wrong("row_leaked", f"only rows of {sorted(FIELDS)}", row["kind"], **ids)
            return
        self._judge_fields(row, ids)
        state = self._facts.state_at(spot, row["v"][0], row["v"][1])
        if state is None:
            if spot[0] in self._facts.journalled and not self._facts.was_restored(spot[0]):
                self._verdict.wrong("row_never_decided", "a version that its owner wrote", row["data"], **ids)
            return
        self._judge_level(person, state, row, ids)
        state = known_before(self._facts.added, row["kind"], state)
        data = known_before(self._facts.added, row["kind"], row["data"])
        told = {name: value for name, value in data.items() if name not in opened(state)}
        wrong = {name: value for name, value in told.items() if name in state and state[name] != value}
        if wrong:
            expected = f"{ {name: state[name] for name in wrong} } as its owner wrote"
            self._verdict.wrong("told_otherwise", expected, wrong, **ids)
        self._judge_contact(state, row, ids)

    def _judge_fields(self, row: Line, ids: Line) -> None:
        allowed = fields_of(row["kind"], row["level"])
        shown = set(row["data"]) - {"contact"}
        if shown - allowed:
            expected = f"of a {row['kind']} at level {row['level']} only {sorted(allowed)}"
            self._verdict.wrong("field_leaked", expected, sorted(shown - allowed), **ids)
        if allowed - shown - self._facts.added.get(row["kind"], {}).keys():
            expected = f"of a {row['kind']} at level {row['level']} all of {sorted(allowed)}"
            self._verdict.wrong("field_missing", expected, sorted(shown), **ids)

    def _judge_level(self, person: str, state: State, row: Line, ids: Line) -> None:
        may = self._highest(person, state, row)
        if may is None:
            expected = f"nothing of this row; its readers are {state['readers']}"
            self._verdict.wrong("row_leaked", expected, row["level"], **ids)
        elif LEVELS.index(row["level"]) > LEVELS.index(may):
            self._verdict.wrong("level_too_high", f"level {may}", row["level"], **ids)

    def _highest(self, person: str, state: State, row: Line) -> str | None:
        if row["kind"] == "incident":
            return level_for(state, (), self._facts.keys_at(person, row["id"], [state]))
        if row["kind"] == "delivery":
            return level_for(state, (), self._keys_of_a_ladder(person, state))
        if row["kind"] not in OF_AN_INCIDENT:
            return level_for(state, (), self._facts.own_keys(person))
        parents = self._parents(state["incident"], row)
        return level_for(state, parents, self._facts.keys_at(person, state["incident"], parents))

    def _keys_of_a_ladder(self, person: str, state: State) -> set[str]:
        """It names no incident, and the case that may read it by the key of its coordinators."""
        keys = self._facts.own_keys(person)
        for reader in state["readers"]:
            if reader.startswith("incident:"):
                incident = reader.split(":")[1]
                known = self._facts.states.get(("incident", incident), {}).values()
                keys |= self._facts.keys_at(person, incident, known)
        return keys

    def _parents(self, incident: str, row: Line) -> list[State]:
        """The incident as it could have been: the third number of a version says with which audience."""
        known = self._facts.states.get(("incident", incident), {}).values()
        if row["kind"] in JOINS_CONTACT:
            return [each for each in known if each["audience_version"] <= row["v"][2]]
        return [each for each in known if each["audience_version"] == row["v"][2]]

    def _judge_contact(self, state: State, row: Line, ids: Line) -> None:
        contact = row["data"].get("contact")
        if contact is None:
            return
        whose = state.get("person") if row["kind"] == "commitment" else None
        over = whose is not None and state["state"] not in HOLDING
        if whose is None or over or LEVELS.index(row["level"]) < CONTACT_FROM:
            self._verdict.wrong("contact_leaked", "no name or number", contact, **ids)
            return
        known = [line for line in self._facts.people.get(whose, ()) if "phone" in line]
        right = [{"name": line.get("name", ""), "phone": line["phone"]} for line in known]
        if right and contact not in right:
            self._verdict.wrong("contact_leaked", f"the contact of {whose}", contact, **ids)

    def judge_removal(self, person: str, row: Line, ids: Line) -> None:
        """That a row went is told to those who could once see it, and to nobody else."""
        states = self._facts.states.get((row["kind"], row["id"]), {}).values()
        incident = next((each["incident"] for each in states if "incident" in each), row["id"])
        parents = self._facts.states.get(("incident", incident), {}).values()
        keys = self._facts.keys_at(person, incident, parents)
        if row["kind"] == "delivery":
            keys = set().union(*(self._keys_of_a_ladder(person, state) for state in states))
        if states and not any(keys & set(state["readers"]) for state in states):
            ids = {**ids, "person": person, "aggregate": row["kind"], "id": row["id"], "v": row["v"]}
            self._verdict.wrong("removal_leaked", "silence about a row they never could see", row, **ids)

    def judge_me(self, person: str, me: dict[str, Any], ids: Line) -> None:
        """Who a snapshot says is looking."""
        keys = self._facts.own_keys(person)
        given = {key for key in me["keys"] if key.startswith("incident:") and key.endswith(":coordinator")}
        foreign = set(me["keys"]) - keys - {key for key in given if self._was_given(person, key)}
        if me["person"] != person or foreign:
            self._verdict.wrong("keys_leaked", f"person {person} with {sorted(keys)}", me, **ids)

    def _was_given(self, person: str, key: str) -> bool:
        incident = key.split(":")[1]
        states = self._facts.states.get(("incident", incident), {}).values()
        return key in self._facts.keys_at(person, incident, states)
