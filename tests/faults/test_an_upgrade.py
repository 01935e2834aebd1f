"""What an upgrade adds to rows: no page has it before the row changes, and nothing else may be missing."""

import json
from pathlib import Path
from typing import Any

from tests.faults.added import added_since
from tests.faults.checker import History, check
from tests.faults.small_history import told


def without_note(value: object) -> History:
    """A history in which nobody's request has a note, and the owner wrote this one."""
    history = told().finish()
    for each in history.frame:
        frame = json.loads(each["text"])
        for row in frame.get("changed", ()):
            if row["kind"] == "help_request" and row["data"].get("note", value) == value:
                row["data"].pop("note", None)
        each["text"] = json.dumps(frame)
    return history


def kinds(history: History) -> set[str]:
    return {each.kind for each in check(history)}


def test_a_field_that_was_added_may_be_missing_where_it_says_nothing() -> None:
    history = without_note("")
    assert kinds(history) == {"field_missing", "stale_wall"}
    history.add("upgrade", added={"help_request": {"note": ""}})
    assert kinds(history) == set()


def test_what_was_added_to_another_kind_or_says_something_is_missed() -> None:
    history = without_note("")
    history.add("upgrade", added={"incident": {"note": ""}})
    assert kinds(history) == {"field_missing", "stale_wall"}
    history = without_note("")
    history.add("upgrade", added={"help_request": {"note": "said"}})
    assert kinds(history) == {"stale_wall"}


def test_what_a_release_adds_is_read_from_its_schemas_at_any_depth(tmp_path: Path) -> None:
    def release(name: str, **kinds: dict[str, Any]) -> Path:
        folder = tmp_path / name / "schemas" / "json"
        folder.mkdir(parents=True)
        for kind, schema in kinds.items():
            (folder / f"{kind}.v1.json").write_text(json.dumps(schema))
        return tmp_path / name

    old: dict[str, Any] = {"properties": {"id": {}, "state": {"default": "open"}}}
    new = {
        "properties": {**old["properties"], "late": {"default": False}, "needed": {}},
        "$defs": {"Step": {"properties": {"within": {"default": None}}}},
    }
    before = release("before", delivery=old, duty=old)
    after = release("after", delivery=new, duty=old, card=new)
    assert added_since(before, after) == {"delivery": {"late": False, "within": None}}
