"""Planted bugs in what people did: two winners, too few at home, one in two places, a yes that is gone."""

import json
from uuid import uuid5

from tests.faults.books import (
    ALSO_HELD,
    ASKED_AGAIN,
    ASKED_FIRST,
    ASKED_SECOND,
    DESK,
    FIRST,
    HELD,
    INCIDENT,
    MANDATE,
    NEIGHBOUR,
    OTHER_REQUEST,
    REQUEST,
    SECOND,
    at,
    name,
)
from tests.faults.checker import History
from tests.faults.checker.commands import CAUSES
from tests.faults.planting import plant
from tests.faults.small_history import (
    CLAIM,
    begun,
    claim,
    commitment,
    line,
    request,
    second_request,
    taking,
    told,
)


@plant("holder_without_slot", "one of its 1 slots", request=REQUEST, commitment=ALSO_HELD)
def double_winner() -> History:
    books = told()
    second = commitment(ALSO_HELD, SECOND)
    body = {"approach": ASKED_SECOND, "terms_version": 1}
    books.command(SECOND, CLAIM, body, ("commitment", second))
    return books.finish()


@plant("holder_of_two_slots", "one slot", request=REQUEST, commitment=HELD)
def one_in_two_slots() -> History:
    books = begun(number=2)
    claim(books, FIRST, ASKED_FIRST, commitment(HELD, FIRST))
    twice = request(books, slots=(HELD, HELD))
    books.deed(name(801), ("help_request", twice))
    return books.finish()


@plant("below_cover", "at least 2 at home", lender="GM0002", function="network")
def below_cover() -> History:
    books = begun(number=2, cover=2)
    claim(books, FIRST, ASKED_FIRST, commitment(HELD, FIRST))
    claim(books, SECOND, ASKED_SECOND, commitment(ALSO_HELD, SECOND))
    return books.finish()


@plant("below_cover", "at least 2 at home", lender="GM0002", commitment=ALSO_HELD)
def below_cover_unnamed() -> History:
    books = begun(number=2, cover=2)
    claim(books, FIRST, ASKED_FIRST, commitment(HELD, FIRST))
    unnamed = commitment(ALSO_HELD, None, state="reserved", waits_for=["person"])
    body = {"lender": "GM0002", "unnamed": 1, "terms_version": 1}
    left = taking(books, ASKED_SECOND, unnamed)
    books.command(DESK, f"/api/aid/requests/{REQUEST}/lend", body, *left)
    return books.finish()


@plant("person_in_two_places", "no other", person=FIRST, commitment=ALSO_HELD, other=HELD)
def in_two_places() -> History:
    books = told()
    second_request(books)
    claim(books, FIRST, ASKED_AGAIN, commitment(ALSO_HELD, FIRST, OTHER_REQUEST))
    return books.finish()


@plant("acknowledged_command_missing", "one transact", person=MANDATE, key="gone")
def acknowledged_and_missing() -> History:
    books = told()
    books.attempt(
        MANDATE, f"/api/aid/requests/{REQUEST}/withdraw", {}, "gone", status=200, answer={"rows": []}
    )
    return books.finish()


@plant("refused_command_happened", "off_duty", person=FIRST, key="no")
def refused_and_happened() -> History:
    books = begun()
    cause = str(uuid5(CAUSES, f"{FIRST}/no"))
    books.deed(cause, *taking(books, ASKED_FIRST, commitment(HELD, FIRST)))
    body = {"approach": ASKED_FIRST, "terms_version": 1}
    books.attempt(FIRST, CLAIM, body, "no", status=409, answer={"code": "off_duty", "facts": {}})
    return books.finish()


@plant("refused_command_happened", "not_found", person=NEIGHBOUR, key="no")
def refused_and_exists() -> History:
    books = told()
    body = {"id": name(78), "text": "Not allowed"}
    path = f"/api/aid/incidents/{INCIDENT}/log"
    books.deed(name(802), ("log_entry", {**line(78, "note"), "id": name(78)}))
    books.attempt(NEIGHBOUR, path, body, "no", status=404, answer={"code": "not_found"})
    return books.finish()


@plant("command_applied_twice", "one transaction", person=FIRST, key="twice")
def applied_twice() -> History:
    books = begun(number=2, cover=0)
    claim(books, FIRST, ASKED_FIRST, commitment(HELD, FIRST), key="twice")
    again = commitment(ALSO_HELD, FIRST, starts=at(200), ends=at(230))
    claim(books, FIRST, ASKED_FIRST, again, key="twice")
    return books.finish()


@plant("command_left_something_else", "claim as asked", person=SECOND)
def something_else() -> History:
    books = begun()
    body = {"approach": ASKED_FIRST, "terms_version": 1}
    books.command(SECOND, CLAIM, body, *taking(books, ASKED_FIRST, commitment(HELD, FIRST)))
    return books.finish()


@plant("winner_unknown", "a commitment of GM0002", commitment=name(99))
def winner_that_is_none() -> History:
    history = told().finish()
    history.sent[-1]["answer"]["facts"]["commitments"][0]["id"] = name(99)
    return history


@plant("repeat_told_otherwise", "the same row", person=FIRST)
def repeat_told_otherwise() -> History:
    books = told()
    first = books.history.sent[-2]
    answers = [{"row": {"kind": "commitment", "id": key}, "rows": []} for key in (HELD, ALSO_HELD)]
    first["answer"] = answers[0]
    books.history.sent.append({**first, "answer": answers[1]})
    return books.finish()


@plant("holder_without_slot", "a request", request=OTHER_REQUEST)
def no_such_request() -> History:
    books = told()
    books.deed(name(808), ("commitment", commitment(ALSO_HELD, SECOND, OTHER_REQUEST)))
    return books.finish()


@plant("slot_without_holder", "a commitment that holds", request=REQUEST)
def slot_of_nobody() -> History:
    books = told()
    books.deed(name(809), ("commitment", {**books.newest("commitment", HELD), "state": "given_back"}))
    return books.finish()


@plant("slot_says_otherwise", "final", request=REQUEST, commitment=HELD)
def slot_not_final() -> History:
    books = told()
    slots = [{"state": "reserved", "commitment": HELD}]
    books.deed(name(810), ("help_request", {**books.newest("help_request", REQUEST), "slots": slots}))
    return books.finish()


@plant("key_answered_twice", "one body for one key", person=FIRST)
def one_key_two_bodies() -> History:
    books = told()
    first = books.history.sent[-2]
    books.history.sent.append({**first, "body": {**first["body"], "terms_version": 2}})
    return books.finish()


@plant("acknowledged_version_missing", "at version 9 or later", person=FIRST)
def answer_ahead_of_the_owner() -> History:
    history = told().finish()
    row = next(row for row in history.sent[-2]["answer"]["rows"] if row["kind"] == "commitment")
    row["v"] = [1, 9, 1]
    return history


@plant("acknowledged_command_missing", "revoked", person=MANDATE)
def session_that_goes_on() -> History:
    books = told()
    headers = {"ce_type": "nl.noaber.session.v1", "ce_id": "s", "ce_version": "1", "ce_epoch": "1"}
    place = {"topic": "sessions", "partition": 0, "offset": 0}
    session = json.dumps({"id": name(70), "person": MANDATE, "revoked": False})
    books.history.add("record", **place, key=name(70), value=session, headers=headers)
    path = f"/api/directory/sessions/{name(70)}/end"
    books.attempt(MANDATE, path, {}, "ended", status=200, answer={})
    return books.finish()
