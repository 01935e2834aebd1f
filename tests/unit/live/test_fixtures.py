"""The files on which the pages' `apply` is tested say what live does today."""

import json

from schemas.live import Delta, Heartbeat, Hello, Snapshot
from tests.unit.live.fixtures import FOLDER, files
from tests.unit.live.history import rows_of

FRAMES = {"hello": Hello, "delta": Delta, "heartbeat": Heartbeat}


def test_the_files_are_what_the_code_writes_now() -> None:
    found = {file.name: file.read_text() for file in FOLDER.glob("*.json")}
    assert found == files(), "stale; run: make generate"


def test_what_is_in_them_is_valid_on_the_wire_and_the_equation_is_not_empty() -> None:
    for text in files().values():
        story = json.loads(text)
        before, after = (Snapshot.model_validate(story[name]) for name in ("before", "after"))
        for frame in story["frames"]:
            FRAMES[frame["type"]].model_validate(frame)
        assert rows_of(before.model_dump(mode="json")) != rows_of(after.model_dump(mode="json"))
        assert any(frame.get("changed") for frame in story["frames"])
    assert any('"removed": [\n' in text for text in files().values())
