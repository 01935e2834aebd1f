"""The checker finds every planted bug and says what it is about; in what is right it finds nothing."""

import ast
import json
import sys
from copy import deepcopy
from io import StringIO
from pathlib import Path
from uuid import uuid5

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tests.faults.planted_books
import tests.faults.planted_moves
import tests.faults.planted_night
import tests.faults.planted_screens  # noqa: F401 whoever imports them plants them
from tests.faults.books import (
    ALSO_HELD,
    ASKED_AGAIN,
    ASKED_FIRST,
    ASKED_SECOND,
    FIRST,
    HELD,
    INCIDENT,
    MANDATE,
    NEIGHBOUR,
    OTHER_REQUEST,
    SECOND,
    at,
    name,
)
from tests.faults.checker import History, check, judge
from tests.faults.checker.commands import CAUSES
from tests.faults.checker.history import read, write
from tests.faults.planting import PLANTED
from tests.faults.small_history import (
    CLAIM,
    agree,
    begun,
    claim,
    commitment,
    line,
    release,
    second_request,
    told,
    without,
)

HERE = Path(__file__).parent


def kinds(history: History) -> set[str]:
    """What is wrong with it."""
    return {violation.kind for violation in check(history)}


def text(history: History) -> list[str]:
    """The same in full."""
    return [str(violation) for violation in check(history)]


# What is right


def test_a_history_in_which_all_is_right_has_no_violation() -> None:
    assert text(told().finish()) == []


def test_a_history_without_journals_can_be_right_too() -> None:
    history = told().finish()
    history.journal.clear()
    assert text(history) == []


def test_what_is_stored_is_what_is_read_back(tmp_path: Path) -> None:
    history, stored = told().finish(), StringIO()
    write(history, stored)
    file = tmp_path / "run.jsonl"
    file.write_text(stored.getvalue(), encoding="utf-8")
    assert read([file]) == history


def test_a_command_without_an_answer_may_have_happened_or_not() -> None:
    books = told()
    books.attempt(MANDATE, f"/api/aid/incidents/{INCIDENT}/close", {}, "never-heard")
    body = {"id": name(77), "text": "Heard of by nobody"}
    path, key = f"/api/aid/incidents/{INCIDENT}/log", "happened"
    written = {**line(77, "note", body["text"]), "id": name(77)}
    books.deed(str(uuid5(CAUSES, f"{MANDATE}/{key}")), ("log_entry", written))
    books.attempt(MANDATE, path, body, key)
    assert text(books.finish()) == []


def test_a_command_that_is_repeated_with_its_key_is_one_command() -> None:
    books = begun()
    body = {"approach": ASKED_FIRST, "terms_version": 1}
    books.attempt(FIRST, CLAIM, body, "again")
    claim(books, FIRST, ASKED_FIRST, commitment(HELD, FIRST), key="again")
    books.history.sent.append(deepcopy(books.history.sent[-1]))
    assert text(books.finish()) == []


def test_who_loses_sight_of_a_row_hears_that_it_went() -> None:
    history = told().finish()
    told_so = [line["viewer"] for line in history.frame if json.loads(line["text"]).get("removed")]
    assert told_so == ["second"]
    assert text(history) == []


def test_a_refused_command_still_lets_go_of_what_had_expired() -> None:
    books = begun()
    due = [{"id": name(90), "name": "expiry", "due": at(6)}]
    reserved = commitment(HELD, FIRST, state="reserved", waits_for=["lender"], deadlines=due)
    claim(books, FIRST, ASKED_FIRST, reserved)
    cause = str(uuid5(CAUSES, f"{SECOND}/refused"))
    books.deed(cause, *release(books, HELD, "lapsed", over_at=at(7)))
    answer = {"code": "off_duty", "facts": {}}
    body = {"approach": ASKED_SECOND, "terms_version": 1}
    books.attempt(SECOND, CLAIM, body, "refused", status=409, answer=answer)
    assert text(books.finish()) == []


def test_who_gave_back_may_help_elsewhere_in_the_same_period() -> None:
    books = told()
    path = f"/api/aid/commitments/{HELD}/give-back"
    books.command(FIRST, path, {}, *release(books, HELD, "given_back", over_at=at(9), over_by="person"))
    second_request(books)
    claim(books, FIRST, ASKED_AGAIN, commitment(ALSO_HELD, FIRST, OTHER_REQUEST))
    assert text(books.finish()) == []


def test_cover_that_is_raised_after_a_claim_breaks_nothing() -> None:
    books = told()
    agree(books, 3)
    assert text(books.finish()) == []


def test_topics_that_are_filled_anew_say_old_rows_under_a_later_epoch() -> None:
    books = told()
    books.history.record.clear()
    books.history.add("emptied", topic="*", at=50.0)
    newest = {(row["aggregate"], row["key"]): row for row in books.history.journal}
    for row in (*newest.values(), *books.history.journal[-2:]):
        books.publish({**row, "epoch": 2})
    assert text(books.finish()) == []


def test_what_the_harness_itself_put_into_a_topic_is_no_word_of_the_platform() -> None:
    history = told().finish()
    hostile = {"topic": "incidents", "partition": 0, "offset": 999, "key": "x", "headers": {}}
    history.add("record", **hostile, value="no json {", injected=True)
    assert text(history) == []


# A restore: what was acknowledged before the backup is there, what came later is listed


def _restored(backup_at: float) -> tuple[History, str]:
    """The claim is acknowledged at 41; the database that comes back has never heard of it."""
    books = begun()
    books.attempt(FIRST, CLAIM, {"approach": ASKED_FIRST, "terms_version": 1}, "lost", status=200, answer={})
    books.epoch = 2
    books.history.add("restore", owner="aid", backup_at=backup_at, restored_at=60.0)
    agree(books, 0)
    return books.finish(), "lost"


def test_what_a_restore_took_away_is_listed_and_is_no_violation() -> None:
    history, key = _restored(backup_at=25.0)
    verdict = judge(history)
    assert verdict.violations == []
    assert [(lost.person, lost.key, lost.path) for lost in verdict.lost] == [(FIRST, key, CLAIM)]


def test_what_was_acknowledged_before_the_backup_must_be_there_after_the_restore() -> None:
    history, key = _restored(backup_at=55.0)
    (found,) = check(history)
    assert (found.kind, found.ids["key"]) == ("acknowledged_command_missing", key)
    assert judge(history).lost == []


def test_records_of_the_epoch_before_a_restore_may_be_unknown_to_the_owner() -> None:
    books = begun()
    books.history.add("restore", owner="aid", backup_at=25.0, restored_at=60.0)
    forgotten = line(80, "note")
    books.deed(name(800), ("log_entry", forgotten))
    history = books.finish()
    history.journal = [row for row in history.journal if row["key"] != forgotten["id"]]
    for each in (*history.fresh, *history.picture):
        each.update(without(each, forgotten["id"]))
    history.frame += [{**each} for each in history.fresh]
    assert text(history) == []


# What is wrong


@pytest.mark.parametrize("bug", PLANTED)
def test_a_planted_bug_is_found_and_named(bug: str) -> None:
    history = PLANTED[bug].history()
    assert PLANTED[bug].is_found_in(check(history)), text(history)


def test_every_kind_of_violation_is_shown_by_a_planted_bug() -> None:
    known = set()
    for file in (HERE / "checker").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(".wrong"):
                known.add(ast.literal_eval(node.args[0]))
    assert known <= {plant.kind for plant in PLANTED.values()}


def test_what_is_wrong_without_journals_is_seen_in_the_topics() -> None:
    for bug in ("double_winner", "in_two_places", "one_in_two_slots", "topic_went_back", "field_leaked"):
        history = PLANTED[bug].history()
        history.journal.clear()
        assert PLANTED[bug].kind in kinds(history), bug


# Any of very many


@given(st.data())
def test_compaction_may_take_any_record_that_is_not_the_last_of_its_key(data: st.DataObject) -> None:
    history = told().finish()
    last = {record["key"]: record["offset"] for record in history.record}
    covered = [record for record in history.record if last[record["key"]] != record["offset"]]
    for record in data.draw(st.lists(st.sampled_from(covered), unique_by=id)):
        history.record.remove(record)
    assert text(history) == []


@given(st.data())
def test_a_relay_may_say_again_all_that_it_said_since_some_moment(data: st.DataObject) -> None:
    books = told()
    since = data.draw(st.integers(0, len(books.history.journal) - 1))
    for row in books.history.journal[since:]:
        books.publish(row)
    assert text(books.finish()) == []


@given(st.data())
def test_any_answer_may_have_been_lost_on_its_way(data: st.DataObject) -> None:
    history = told().finish()
    for sent in data.draw(st.lists(st.sampled_from(history.sent), unique_by=id)):
        for gone in ("answered", "status", "answer"):
            sent.pop(gone)
    assert text(history) == []


def test_any_journal_row_that_goes_is_missed() -> None:
    for place in range(len(told().finish().journal)):
        history = told().finish()
        gone = history.journal.pop(place)
        assert kinds(history), gone


@given(st.data())
def test_any_byte_of_a_journal_that_changes_breaks_its_chain(data: st.DataObject) -> None:
    history = told().finish()
    row = data.draw(st.sampled_from(history.journal))
    letters = [spot for spot, letter in enumerate(row["payload"]) if letter.isalpha()]
    spot = data.draw(st.sampled_from(letters))
    row["payload"] = row["payload"][:spot] + row["payload"][spot].swapcase() + row["payload"][spot + 1 :]
    assert "chain_broken" in kinds(history)


@given(st.data())
def test_any_value_that_a_fresh_snapshot_shows_otherwise_is_seen(data: st.DataObject) -> None:
    history = told().finish()
    line = data.draw(st.sampled_from([each for each in history.fresh if json.loads(each["text"])["tables"]]))
    snapshot = json.loads(line["text"])
    row = data.draw(st.sampled_from(data.draw(st.sampled_from(snapshot["tables"]))["rows"]))
    row[data.draw(st.integers(2, len(row) - 1))] = "something else"
    line["text"] = json.dumps(snapshot)
    assert {"stale_wall", "told_otherwise"} <= kinds(history)


@given(st.data())
def test_any_row_that_reaches_a_stranger_is_seen(data: st.DataObject) -> None:
    history = told().finish()
    full = [each for each in history.frame if json.loads(each["text"]).get("changed")]
    strange = {**data.draw(st.sampled_from(full)), "viewer": "neighbour", "person": NEIGHBOUR}
    history.frame.append(strange)
    assert "row_leaked" in kinds(history)


# Its own eyes


def test_the_checker_imports_the_standard_library_and_itself_alone() -> None:
    for file in (HERE / "checker").glob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            for each in names:
                own = each.startswith("tests.faults.checker")
                assert own or each.split(".")[0] in sys.stdlib_module_names, (file.name, each)
