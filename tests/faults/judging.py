"""Hands the history of one life to the checker: the same run in the words of `checker/history.py`."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from services.directory.rules.fictitious import PEOPLE, MadeUp, make_people
from services.directory.seed import demo_organisations
from tests.faults.checker import History, Verdict, judge

Line = dict[str, Any]

JOURNAL = ("owner", "aggregate", "key", "version", "epoch", "previous", "hash", "event_id", "correlation")

EMPTIES = ("kafka_lost", "topic", "postgres_restored")
"""Kinds of faults after which topics begin anew."""


def judged(file: Path) -> Verdict:
    """What the checker finds in a life that is over."""
    return judge(history_of(without_lost_sights(list(_lines(file)))))


def without_lost_sights(lines: list[Line]) -> Iterator[Line]:
    """All but what viewers saw between a backup and the new start from it.

    Who might see it depends on rows that are in no journal any more: nobody can tell whether that was right.
    It ends with the new start and not with the loss, since a busy viewer reads its last frames a moment late.
    """
    spans = [(line["backup_at"], line["anew_at"]) for line in lines if line["what"] == "restore"]
    return (
        line
        for line in lines
        if line["what"] not in ("frame", "snapshot")
        or not any(begin <= line["at"] <= end for begin, end in spans)
    )


def history_of(lines: Iterator[Line]) -> History:
    """The run in the checker's words."""
    history = History()
    _note_everybody(history)
    commands: dict[str, Line] = {}
    heard: set[str] = set()
    people: dict[str, str] = {}
    broken_at: float | None = None
    for line in lines:
        what = line["what"]
        if what == "command":
            commands[line["key"]] = line
        elif what in ("answer", "lost"):
            heard.add(line["key"])
            _note_attempt(history, commands[line["key"]], line)
        elif what in ("snapshot", "fresh"):
            _note_snapshot(history, line, people)
        elif what == "frame":
            _note_seen(history, "frame", line["viewer"], people, line["frame"])
        elif what == "picture":
            _note_picture(history, line, people)
        elif what == "fault":
            broken_at = line["at"]
            if line["kind"] in EMPTIES:
                history.add("emptied", topic="*", at=line["at"])
        elif what == "recovered":
            history.add("broken", since=broken_at, until=line["at"])
        elif what in ("record", "journal", "outbox", "restore", "call", "over", "upgrade"):
            _note_owned(history, line)
    for key, command in commands.items():
        if key not in heard:
            _note_attempt(history, command, {"sent": command["at"]})
    return history


def _lines(file: Path) -> Iterator[Line]:
    with file.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def _note_everybody(history: History) -> None:
    organisations = demo_organisations()
    for each in organisations:
        history.add("organisation", id=each.id, members=list(each.delivers_ict_to))
    note_people(history, make_people(organisations, PEOPLE))


def note_people(history: History, people: Sequence[MadeUp]) -> None:
    """Who is who, from the list that the platform was filled with."""
    for each in people:
        memberships = [
            {"organisation": member.organisation, "rights": list(member.rights)}
            for member in each.person.memberships
        ]
        about = {"memberships": memberships, "functions": list(each.person.functions)}
        history.add("person", id=str(each.person.id), **about, name=each.name, phone=each.phone)


def _note_attempt(history: History, command: Line, heard: Line) -> None:
    about = {name: command[name] for name in ("person", "key", "path", "body")}
    outcome: Line = {}
    if "status" in heard:
        outcome = {"answered": heard["at"], "status": heard["status"], "answer": heard["body"]}
    history.add("sent", **about, method="POST", sent=heard["sent"], **outcome)


def _note_snapshot(history: History, line: Line, people: dict[str, str]) -> None:
    snapshot = line["snapshot"]
    if "me" in snapshot:
        people[line["viewer"]] = snapshot["me"]["person"]
        what = "frame" if line["what"] == "snapshot" else "fresh"
        _note_seen(history, what, line["viewer"], people, snapshot)


def _note_seen(history: History, what: str, viewer: str, people: dict[str, str], seen: Line) -> None:
    history.add(what, viewer=viewer, person=people[viewer], text=json.dumps(seen))


def _note_picture(history: History, line: Line, people: dict[str, str]) -> None:
    # Who never got a snapshot shows nothing.
    if line["viewer"] in people:
        history.add("picture", viewer=line["viewer"], person=people[line["viewer"]], rows=line["rows"])


def _note_owned(history: History, line: Line) -> None:
    facts = {name: value for name, value in line.items() if name != "what"}
    if line["what"] == "journal":
        about = {name: line[name] for name in JOURNAL}
        payload = bytes.fromhex(line["payload"]).decode()
        history.add("journal", **about, payload=payload, at=_moment(line["at"]), order=int(line["order"]))
        return
    if line["what"] in ("record", "outbox", "upgrade"):
        facts.pop("at")
    # The checker asks when the backup was made and when it served again.
    facts.pop("anew_at", None)
    history.add(line["what"], **facts)


def _moment(text: str) -> str:
    """A moment as Postgres prints it, with the T that ISO 8601 asks."""
    return text.replace(" ", "T", 1)
