"""The key file beside the backups: what an older one needs stays, and who was forgotten is gone."""

import json
from pathlib import Path

import pytest

from deploy.bootstrap import SetupFailed
from deploy.keyfile import renew

EMPTY = {
    "keys": {},
    "forgotten": [],
    "removed": [],
    "distrusted": [],
    "void": [],
    "ended": [],
    "redacted": [],
}


def keys(*forgotten: str, **known: str) -> str:
    return json.dumps({"keys": known, "forgotten": list(forgotten)})


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "safe" / "keys.json"


def test_a_key_file_is_for_its_owner_only(file: Path) -> None:
    file.parent.mkdir()
    left = file.with_name("keys.json.half")
    left.touch(mode=0o644)
    renew(file, keys(anna="a"))
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text()) == {**EMPTY, "keys": {"anna": "a"}, "forgotten": []}
    assert not left.exists()


def test_who_is_forgotten_has_no_key_and_stays_forgotten(file: Path) -> None:
    renew(file, keys(anna="a", bram="b"))
    renew(file, keys("anna", bram="b"))
    renew(file, keys(anna="a", bram="b"))
    assert json.loads(file.read_text()) == {**EMPTY, "keys": {"bram": "b"}, "forgotten": ["anna"]}


def test_a_platform_that_lost_its_people_does_not_take_their_keys_away(file: Path) -> None:
    renew(file, keys("cees", anna="a"))
    renew(file, keys())
    assert json.loads(file.read_text()) == {**EMPTY, "keys": {"anna": "a"}, "forgotten": ["cees"]}


def test_a_passkey_that_was_removed_once_stays_removed(file: Path) -> None:
    file.parent.mkdir()
    # As it was written before there were passkeys.
    file.write_text(keys(anna="a"))
    for removed in (["lost"], []):
        renew(file, json.dumps({"keys": {"anna": "a"}, "forgotten": [], "removed": removed}))
        assert json.loads(file.read_text())["removed"] == ["lost"]


def test_a_system_that_ended_once_stays_ended(file: Path) -> None:
    for ended in (["program"], []):
        renew(file, json.dumps({"keys": {}, "forgotten": [], "ended": ended}))
        assert json.loads(file.read_text())["ended"] == ["program"]


def test_what_was_taken_out_of_texts_stays_so_in_its_order(file: Path) -> None:
    file.parent.mkdir()
    # As it was written before anything could be.
    file.write_text(keys(anna="a"))
    for lines in (["one", "two"], ["one"], ["one", "three"], []):
        renew(file, keys(anna="a"), json.dumps([{"line": line, "versions": []} for line in lines]))
    found = json.loads(file.read_text())["redacted"]
    assert [each["line"] for each in found] == ["one", "two", "three"]


def test_a_version_that_a_newer_backup_still_holds_is_taken_out_of_that_one_too(file: Path) -> None:
    """After a restore of an older one the platform knows of the same redaction what there was by then."""
    first, second = ({"aggregate": "incident", "key": "i", "version": n, "hash": str(n)} for n in (1, 2))
    for versions in ([first, second], [first]):
        renew(file, keys(anna="a"), json.dumps([{"line": "one", "versions": versions}]))
    [line] = json.loads(file.read_text())["redacted"]
    assert line["versions"] == [first, second]


def test_the_key_file_of_another_platform_is_not_overwritten(file: Path) -> None:
    renew(file, keys(anna="a"))
    with pytest.raises(SetupFailed, match="of another platform"):
        renew(file, keys(anna="another"))
    assert json.loads(file.read_text())["keys"] == {"anna": "a"}


def test_a_file_that_holds_something_else_is_not_overwritten_and_not_shown(file: Path) -> None:
    file.parent.mkdir()
    file.write_text('["diary"]')
    with pytest.raises(SetupFailed, match="no key file of ours") as refused:
        renew(file, keys(anna="a"))
    assert "diary" not in str(refused.value)
    assert file.read_text() == '["diary"]'


def test_who_is_distrusted_is_what_is_true_now(file: Path) -> None:
    for distrusted in ([{"id": "GM1735"}], []):
        renew(file, json.dumps({"keys": {"anna": "a"}, "forgotten": [], "distrusted": distrusted}))
        assert json.loads(file.read_text())["distrusted"] == distrusted


def test_a_card_that_is_over_stays_so_though_an_older_backup_knows_nothing_of_it(file: Path) -> None:
    for void in (["b"], ["a"], []):
        renew(file, json.dumps({"keys": {}, "forgotten": [], "void": void}))
    assert json.loads(file.read_text())["void"] == ["a", "b"]
