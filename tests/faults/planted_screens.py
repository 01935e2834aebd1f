"""Planted bugs in what viewers saw: too much, too little, too late, and something else."""

import json
from typing import Any

from tests.faults.books import (
    FIRST,
    HELD,
    INCIDENT,
    MANDATE,
    NEIGHBOUR,
    REQUEST,
    SECOND,
    name,
)
from tests.faults.checker import History
from tests.faults.planting import plant
from tests.faults.small_history import (
    incident,
    line,
    records,
    rows,
    told,
    without,
)


def _frame(history: History, viewer: str, kind: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """A line and the row of this kind in it, which a test may bend before it is put back."""
    for each in history.frame:
        frame = json.loads(each["text"])
        for row in frame.get("changed", ()):
            if (each["viewer"], row["kind"]) == (viewer, kind):
                return each, frame
    raise AssertionError(f"{viewer} saw no {kind}")


@plant("stale_wall", "as in a fresh snapshot", viewer="victim", id=HELD)
def stale_wall() -> History:
    history = told().finish()
    last = [each for each in history.frame if each["viewer"] == "victim"][-1]
    history.frame.remove(last)
    return history


@plant("stale_wall", "as in a fresh snapshot", viewer="victim", id=REQUEST)
def stale_screen() -> History:
    history = told().finish()
    shown = next(each["rows"] for each in history.picture if each["viewer"] == "victim")
    next(row for row in shown if row["kind"] == "help_request")["data"]["note"] = "as it was"
    return history


@plant("stale_snapshot", "version 2", viewer="victim", id=INCIDENT)
def stale_snapshot() -> History:
    books = told()
    history = books.finish()
    books.deed(name(805), ("incident", {**incident(), "phase": "recovery"}))
    history.frame = [each for each in history.frame if "recovery" not in each["text"]]
    return history


@plant("field_leaked", "at level asked only", viewer="second", id=REQUEST)
def field_leaked() -> History:
    history = told().finish()
    each, frame = _frame(history, "second", "help_request")
    next(row for row in frame["changed"] if row["kind"] == "help_request")["data"]["borrower"] = "GM0001"
    each["text"] = json.dumps(frame)
    return history


@plant("row_leaked", "nothing of this row", viewer="neighbour", id=INCIDENT)
def row_leaked() -> History:
    history = told().finish()
    each, _ = _frame(history, "victim", "incident")
    history.frame.append({**each, "viewer": "neighbour", "person": NEIGHBOUR})
    return history


@plant("level_too_high", "level coordinator", viewer="ibd", id=REQUEST)
def level_too_high() -> History:
    history = told().finish()
    each, _ = _frame(history, "victim", "help_request")
    history.frame.append({**each, "viewer": "ibd", "person": name(5)})
    return history


@plant("removal_leaked", "silence", viewer="neighbour", id=REQUEST)
def removal_leaked() -> History:
    history = told().finish()
    removed = {"kind": "help_request", "id": REQUEST, "v": [1, 3, 1]}
    frame = json.dumps({"type": "delta", "changed": [], "removed": [removed]})
    history.frame.append({"viewer": "neighbour", "person": NEIGHBOUR, "text": frame})
    return history


@plant("told_otherwise", FIRST, viewer="victim", id=HELD)
def told_otherwise() -> History:
    history = told().finish()
    each, frame = _frame(history, "victim", "commitment")
    next(row for row in frame["changed"] if row["kind"] == "commitment")["data"]["person"] = SECOND
    each["text"] = json.dumps(frame)
    return history


@plant("contact_leaked", f"the contact of {FIRST}", viewer="victim", id=HELD)
def contact_of_another() -> History:
    history = told().finish()
    for each in history.person:
        each |= {"name": f"Name of {each['id']}", "phone": each["id"]}
    each, frame = _frame(history, "victim", "commitment")
    row = next(row for row in frame["changed"] if row["kind"] == "commitment")
    row["data"]["contact"] = {"name": f"Name of {SECOND}", "phone": SECOND}
    each["text"] = json.dumps(frame)
    return history


@plant("reads_too_much", "no other readers", aggregate="log_entry")
def reads_too_much() -> History:
    books = told()
    entry = line(60, "note")
    entry["readers"] = {**entry["readers"], "org:GM0009": "own"}
    books.deed(name(806), ("log_entry", entry))
    return books.finish()


@plant("reads_too_much", "no other", aggregate="help_request", key=REQUEST)
def keeps_reading_when_full() -> History:
    books = told()
    before = books.newest("help_request", REQUEST)
    again = {**before, "readers": {**before["readers"], f"person:{SECOND}": "asked"}}
    books.deed(name(807), ("help_request", again))
    return books.finish()


@plant("row_leaked", "nothing of this row", viewer="second", id=REQUEST)
def label_ignored() -> History:
    books = told()
    history = books.finish()
    (row,) = rows(history, "incident", INCIDENT)
    strict = {**json.loads(row["payload"]), "tlp": "TLP:AMBER"}
    for each in (row, *records(history, INCIDENT)):
        each["payload" if "payload" in each else "value"] = json.dumps(strict)
    return history


@plant("row_leaked", "404", person=NEIGHBOUR)
def read_by_a_stranger() -> History:
    history = told().finish()
    row = next(
        row
        for row in json.loads(_frame(history, "victim", "incident")[0]["text"])["changed"]
        if row["kind"] == "incident"
    )
    path = f"/api/aid/incidents/{INCIDENT}"
    history.add("read", person=NEIGHBOUR, path=path, status=200, body=row, at=99.0)
    return history


@plant("reads_too_little", "desk:GM0002", aggregate="commitment", key=HELD)
def desk_does_not_read() -> History:
    books = told()
    state = books.newest("commitment", HELD)
    readers = {key: level for key, level in state["readers"].items() if key != "desk:GM0002"}
    books.deed(name(813), ("commitment", {**state, "readers": readers}))
    return books.finish()


@plant("row_never_decided", "a version that its owner wrote", viewer="victim", id=HELD)
def row_of_no_version() -> History:
    history = told().finish()
    each, frame = _frame(history, "victim", "commitment")
    next(row for row in frame["changed"] if row["kind"] == "commitment")["v"] = [1, 9, 1]
    each["text"] = json.dumps(frame)
    return history


@plant("field_missing", "all of", viewer="victim", id=REQUEST)
def field_missing() -> History:
    history = told().finish()
    each, frame = _frame(history, "victim", "help_request")
    del next(row for row in frame["changed"] if row["kind"] == "help_request")["data"]["note"]
    each["text"] = json.dumps(frame)
    return history


@plant("row_leaked", "only rows of", viewer="victim", id=HELD)
def row_of_another_kind() -> History:
    history = told().finish()
    each, frame = _frame(history, "victim", "commitment")
    next(row for row in frame["changed"] if row["kind"] == "commitment")["kind"] = "contact"
    each["text"] = json.dumps(frame)
    return history


@plant("contact_leaked", "no name or number", viewer="victim", id=REQUEST)
def contact_where_there_is_none() -> History:
    history = told().finish()
    each, frame = _frame(history, "victim", "help_request")
    row = next(row for row in frame["changed"] if row["kind"] == "help_request")
    row["data"]["contact"] = {"name": "Somebody", "phone": "0570 1"}
    each["text"] = json.dumps(frame)
    return history


@plant("keys_leaked", f"person {NEIGHBOUR}", viewer="neighbour")
def keys_of_another() -> History:
    history = told().finish()
    me = {"person": NEIGHBOUR, "keys": ["org:GM0009", f"incident:{INCIDENT}:coordinator"]}
    text = json.dumps({"tables": [], "me": me})
    history.frame.append({"viewer": "neighbour", "person": NEIGHBOUR, "text": text})
    return history


@plant("row_missing", "this row at level own", viewer="victim", id=HELD)
def row_missing_in_the_end() -> History:
    history = told().finish()
    for each in (*history.fresh, *history.picture):
        if each["viewer"] == "victim":
            each.update(without(each, HELD))
    return history


@plant("row_missing", "this row at level own", person=MANDATE)
def hidden_from_its_owner() -> History:
    history = told().finish()
    path = f"/api/aid/commitments/{HELD}"
    history.add("read", person=MANDATE, path=path, status=404, body={"code": "not_found"}, at=99.0)
    return history


@plant("row_leaked", "no such row in the snapshot", viewer="neighbour", id=INCIDENT)
def row_of_others_in_the_end() -> History:
    history = told().finish()
    theirs, mine = (
        next(each for each in history.fresh if each["viewer"] == viewer) for viewer in ("ibd", "neighbour")
    )
    mine["text"] = theirs["text"]
    return history


@plant("level_differs", "level own", viewer="victim", id=REQUEST)
def level_too_low_in_the_end() -> History:
    history = told().finish()
    theirs, mine = (
        next(each for each in history.fresh if each["viewer"] == viewer) for viewer in ("ibd", "victim")
    )
    mine["text"] = theirs["text"]
    return history


@plant("stale_answer", "version 3", person=MANDATE)
def owner_answers_what_was() -> History:
    history = told().finish()
    _, frame = _frame(history, "victim", "help_request")
    row = next(row for row in frame["changed"] if row["kind"] == "help_request")
    path = f"/api/aid/requests/{REQUEST}"
    history.add("read", person=MANDATE, path=path, status=200, body=row, at=99.0)
    return history


@plant("not_compared", "a fresh snapshot for every viewer", viewer="ibd")
def nobody_compared() -> History:
    history = told().finish()
    history.fresh = [each for each in history.fresh if each["viewer"] != "ibd"]
    return history
