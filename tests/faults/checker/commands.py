"""What was acknowledged is there exactly once, what was refused is not, and a repeat hears the same."""

from collections import defaultdict
from dataclasses import dataclass
from uuid import UUID, uuid5

from tests.faults.checker.effects import EFFECTS, command_of, says_lending
from tests.faults.checker.facts import Deed, Facts
from tests.faults.checker.history import Line
from tests.faults.checker.verdict import Lost, Verdict

CAUSES = UUID("6f1d7a86-7f0e-5c56-9c0e-0d2f9f3c7b11")
"""All that a command leaves carries uuid5(this, "person/key") as its correlation."""


@dataclass
class Command:
    """Every attempt with one key: together they are one command."""

    person: str
    key: str
    attempts: list[Line]

    @property
    def cause(self) -> str:
        """The correlation of what it leaves."""
        return str(uuid5(CAUSES, f"{self.person}/{self.key}"))

    @property
    def acknowledged(self) -> list[Line]:
        """The attempts that were answered with a success."""
        return [each for each in self.attempts if 200 <= (each.get("status") or 0) < 300]

    @property
    def may_have_happened(self) -> bool:
        """Whether some attempt was not clearly refused: no answer and 5xx say nothing."""
        return any(not 400 <= (each.get("status") or 0) < 500 for each in self.attempts)

    @property
    def ids(self) -> dict[str, str]:
        """What a violation names it by."""
        return {"person": self.person, "key": self.key, "path": self.attempts[0]["path"]}


def check_commands(facts: Facts, verdict: Verdict) -> None:
    """Every command of every client against what the owners wrote down."""
    by_key: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for line in facts.history.sent:
        by_key[line["person"], line["key"]].append(line)
    deeds: dict[str, list[Deed]] = defaultdict(list)
    for deed in facts.deeds:
        deeds[deed.correlation].append(deed)
    for (person, key), attempts in by_key.items():
        command = Command(person, key, attempts)
        _check_same_answer(command, verdict)
        if command_of(attempts[0]["path"]) is None:
            _check_session(facts, command, verdict)
            continue
        if facts.journalled:
            _check_deeds(facts, command, deeds[command.cause], verdict)
        _check_answered_rows(facts, command, verdict)
    _check_winners(facts, verdict)
    _check_refused_ids(facts, verdict)


def _check_deeds(facts: Facts, command: Command, deeds: list[Deed], verdict: Verdict) -> None:
    done = [deed for deed in deeds if not deed.only_applies_deadlines]
    if len(done) > 1:
        left = [[spot for spot, *_ in deed.rows] for deed in done]
        verdict.wrong("command_applied_twice", "one transaction of this command", left, **command.ids)
    if done and not command.may_have_happened:
        codes = [_code(each) for each in command.attempts]
        spots = [spot for spot, *_ in done[0].rows]
        verdict.wrong("refused_command_happened", f"nothing of it, as {codes} said", spots, **command.ids)
    for sent in command.acknowledged[:1]:
        name, target = command_of(sent["path"]) or ("", "")
        if done and not EFFECTS[name][1](done[0], sent, target):
            body = sent["body"]
            states = [state for _, _, state in done[0].rows]
            verdict.wrong("command_left_something_else", f"{name} as asked: {body}", states, **command.ids)
        if not done and not (name == "lending" and _stood_already(facts, target, sent)):
            _note_missing(facts, command, verdict)


def _stood_already(facts: Facts, organisation: str, sent: Line) -> bool:
    """Agreements that change nothing leave nothing."""
    known = facts.states.get(("lending", organisation), {}).values()
    return any(says_lending(state, sent["body"]) for state in known)


def _note_missing(facts: Facts, command: Command, verdict: Verdict) -> None:
    if protected(facts, command.acknowledged):
        expected = "one transaction of this acknowledged command"
        verdict.wrong("acknowledged_command_missing", expected, "none", **command.ids)
    else:
        last = max(each["answered"] for each in command.acknowledged)
        verdict.lost.append(Lost(command.person, command.key, command.attempts[0]["path"], last))


def protected(facts: Facts, acknowledged: list[Line], owner: str = "aid") -> bool:
    """Whether one of these answers was given where no restore could take it back."""
    restores = [each for each in facts.history.restore if each["owner"] == owner]
    return any(
        all(sent["answered"] < each["backup_at"] or sent["sent"] > each["restored_at"] for each in restores)
        for sent in acknowledged
    )


def _check_same_answer(command: Command, verdict: Verdict) -> None:
    """Whoever repeats a command hears of the same row again."""
    bodies = {str(each["body"]) + each["path"] for each in command.acknowledged}
    if len(bodies) > 1:
        verdict.wrong("key_answered_twice", "one body for one key", sorted(bodies), **command.ids)
    answers = [(each.get("answer") or {}).get("row") for each in command.acknowledged]
    rows = {(row["kind"], row["id"]) for row in answers if row is not None}
    if len(rows) > 1:
        verdict.wrong("repeat_told_otherwise", "the same row in every answer", sorted(rows), **command.ids)


def _check_answered_rows(facts: Facts, command: Command, verdict: Verdict) -> None:
    """A version that an answer showed was written, and nothing before it is the newest."""
    for sent in command.acknowledged:
        if not protected(facts, [sent]):
            continue
        for row in (sent.get("answer") or {}).get("rows", ()):
            spot = (row["kind"], row["id"])
            known = facts.newest.get(spot)
            if known is None or (known[0][1] < row["v"][1] and known[0][0] <= row["v"][0]):
                found = None if known is None else known[0]
                expected = f"{spot[0]} {spot[1]} at version {row['v'][1]} or later, as it was acknowledged"
                verdict.wrong("acknowledged_version_missing", expected, found, **command.ids)


def _check_session(facts: Facts, command: Command, verdict: Verdict) -> None:
    """Whoever signed in has a session; a session that was ended stays ended."""
    if not any(record["topic"] == "sessions" for record in facts.history.record):
        return
    for sent in command.acknowledged:
        if not protected(facts, [sent], "directory"):
            continue
        path = sent["path"].removeprefix("/api/directory")
        ended = path.startswith("/sessions/") and path.endswith("/end")
        key = path.split("/")[2] if ended else (sent.get("answer") or {}).get("session")
        if key is None:
            continue
        state = facts.newest.get(("session", key), ((0, 0), {}))[1]
        if not state or (ended and not state["revoked"]):
            expected = f"session {key} {'revoked' if ended else 'known'}"
            verdict.wrong("acknowledged_command_missing", expected, state, **command.ids)


def _check_winners(facts: Facts, verdict: Verdict) -> None:
    """Who comes too late hears of commitments that are really there."""
    for sent in facts.history.sent:
        named = (sent.get("answer") or {}).get("facts", {}) if _code(sent) == "taken" else {}
        for winner in named.get("commitments", ()):
            state = facts.newest.get(("commitment", winner["id"]), ((0, 0), {}))[1]
            if state.get("lender") != winner["lender"] and not facts.was_restored("commitment"):
                ids = {"person": sent["person"], "key": sent["key"], "commitment": winner["id"]}
                verdict.wrong("winner_unknown", f"a commitment of {winner['lender']}", state, **ids)


def _check_refused_ids(facts: Facts, verdict: Verdict) -> None:
    """An id that only refused commands brought along does not exist."""
    kinds = {"report": "incident", "ask": "help_request", "log": "log_entry"}
    brought: dict[tuple[str, str], list[Line]] = defaultdict(list)
    for sent in facts.history.sent:
        name = (command_of(sent["path"]) or ("", ""))[0]
        key = sent["body"].get("id") if isinstance(sent["body"], dict) else None
        if name in kinds and isinstance(key, str):
            brought[kinds[name], key.lower()].append(sent)
    for spot, attempts in brought.items():
        refused = all(400 <= (each.get("status") or 0) < 500 for each in attempts)
        if refused and spot in facts.newest:
            expected = f"no {spot[0]} {spot[1]}, as {[_code(each) for each in attempts]} said"
            ids = {"person": attempts[0]["person"], "key": attempts[0]["key"], "path": attempts[0]["path"]}
            verdict.wrong("refused_command_happened", expected, facts.newest[spot][1], **ids)


def _code(sent: Line) -> object:
    answer = sent.get("answer")
    code = answer.get("code") if isinstance(answer, dict) else None
    return code or sent.get("status") or "no answer"
