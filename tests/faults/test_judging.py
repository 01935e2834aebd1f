"""A life's own words become the checker's: attempts, frames, journals, and commands that nobody heard of."""

from typing import Any

from tests.faults.judging import history_of, without_lost_sights

PERSON, KEY = "p1", "p1-1"
COMMAND = {
    "what": "command",
    "at": 1.0,
    "person": PERSON,
    "key": KEY,
    "path": "/api/aid/duty",
    "body": {"on": True},
}
LOST = {"what": "lost", "at": 3.0, "key": KEY, "attempt": 1, "sent": 1.1, "why": "ReadTimeout"}
ANSWER = {
    "what": "answer",
    "at": 4.0,
    "person": PERSON,
    "key": KEY,
    "attempt": 2,
    "sent": 3.5,
    "status": 200,
    "body": {"row": None, "rows": []},
}
SNAPSHOT = {"cursor": "c", "tables": [], "me": {"person": PERSON, "keys": []}}


def heard(*lines: dict[str, Any]) -> Any:
    """What becomes of these lines."""
    return history_of(iter(lines))


def test_each_attempt_is_a_line_and_one_that_was_lost_has_no_status() -> None:
    first, second = heard(COMMAND, LOST, ANSWER).sent
    assert (first["sent"], "status" in first) == (1.1, False)
    assert (second["sent"], second["answered"], second["status"]) == (3.5, 4.0, 200)
    assert {(each["person"], each["key"], each["path"]) for each in (first, second)} == {
        (PERSON, KEY, "/api/aid/duty")
    }


def test_a_command_that_nobody_heard_of_again_may_have_happened() -> None:
    (only,) = heard(COMMAND).sent
    assert only["sent"] == 1.0 and "status" not in only


def test_frames_belong_to_whom_the_snapshot_before_them_named() -> None:
    lines = (
        {"what": "snapshot", "at": 1.0, "viewer": "desk", "snapshot": SNAPSHOT},
        {"what": "frame", "at": 2.0, "viewer": "desk", "frame": {"type": "heartbeat", "cursor": "c"}},
        {"what": "picture", "at": 3.0, "viewer": "desk", "rows": []},
        {"what": "fresh", "at": 3.0, "viewer": "desk", "status": 200, "snapshot": SNAPSHOT},
    )
    found = heard(*lines)
    assert [(each["viewer"], each["person"]) for each in found.frame] == [("desk", PERSON)] * 2
    assert [each["person"] for each in (*found.picture, *found.fresh)] == [PERSON, PERSON]


def test_a_journal_row_keeps_its_bytes_its_order_and_the_moment_of_its_owner() -> None:
    row = {
        "what": "journal",
        "at": "2026-11-25 12:00:00+00:00",
        "owner": "aid",
        "aggregate": "duty",
        "key": PERSON,
        "version": 1,
        "epoch": 1,
        "payload": '{"naam":"Zoë"}'.encode().hex(),
        "previous": None,
        "hash": "00",
        "event_id": "e",
        "correlation": "c",
        "order": 812,
    }
    (found,) = heard(row).journal
    assert (found["payload"], found["order"], found["at"]) == (
        '{"naam":"Zoë"}',
        812,
        "2026-11-25T12:00:00+00:00",
    )


def test_everybody_who_was_made_up_is_known_with_employer_and_functions() -> None:
    people = heard().person
    assert len(people) > 1_000
    assert all(each["memberships"] and each["functions"] and each["phone"] for each in people)


def test_what_was_seen_between_a_backup_and_the_new_start_from_it_is_not_judged() -> None:
    restore = {"what": "restore", "at": 9.0, "backup_at": 2.0, "anew_at": 6.0, "restored_at": 9.0}
    frames = [{"what": "frame", "at": at} for at in (1.9, 2.1, 5.9, 6.1)]
    kept = list(without_lost_sights([*frames, {"what": "answer", "at": 3.0}, restore]))
    assert [line["at"] for line in kept if line["what"] == "frame"] == [1.9, 6.1]
    assert [line["what"] for line in kept if line["what"] != "frame"] == ["answer", "restore"]
