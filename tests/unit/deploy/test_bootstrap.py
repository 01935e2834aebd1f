"""Setting up a bare machine: what is refused, what is kept, and what an unfinished set-up leads to."""

from pathlib import Path

import pytest

from deploy import bootstrap
from deploy.bootstrap import SetupFailed


@pytest.mark.parametrize("version", [(3, 10), (3, 15), (2, 7)])
def test_an_unsupported_python_is_refused_with_what_to_use(version: tuple[int, int]) -> None:
    with pytest.raises(SetupFailed, match=r"use 3\.11 to 3\.14"):
        bootstrap.check_machine(version, "linux")


def test_windows_is_refused_plainly() -> None:
    with pytest.raises(SetupFailed, match="win32 is not supported"):
        bootstrap.check_machine((3, 12), "win32")


@pytest.mark.parametrize("version", [(3, 11), (3, 14)])
def test_the_supported_pythons_pass(version: tuple[int, int]) -> None:
    bootstrap.check_machine(version, "darwin")


def test_an_unfinished_environment_is_not_taken_for_complete(tmp_path: Path) -> None:
    assert not bootstrap.is_complete(tmp_path / ".venv", "mark")
    (tmp_path / ".venv").mkdir()
    assert not bootstrap.is_complete(tmp_path / ".venv", "mark")


def test_another_lock_or_python_makes_the_environment_anew(tmp_path: Path) -> None:
    made = bootstrap.fingerprint(b"lock", (3, 11))
    (tmp_path / bootstrap.STAMP).write_text(made)
    assert bootstrap.is_complete(tmp_path, made)
    assert not bootstrap.is_complete(tmp_path, bootstrap.fingerprint(b"lock", (3, 12)))
    assert not bootstrap.is_complete(tmp_path, bootstrap.fingerprint(b"other", (3, 11)))


def test_children_keep_the_machines_settings_and_write_inside_the_home(tmp_path: Path) -> None:
    child = bootstrap.child_environment({"PIP_CERT": "/certificates", "TMPDIR": "/elsewhere"}, tmp_path)
    assert child["PIP_CERT"] == "/certificates"
    inside = [child[name] for name in ("TMPDIR", "XDG_CACHE_HOME", "PIP_CACHE_DIR")]
    assert all(Path(path).is_relative_to(tmp_path) for path in inside)


def test_no_network_stops_with_what_to_do(tmp_path: Path) -> None:
    root = tmp_path / "a path with a space"
    root.mkdir()
    (root / bootstrap.LOCK).write_text(f"nowhere-to-be-found==1 --hash=sha256:{'0' * 64}\n")
    closed = {"PATH": "", "PIP_INDEX_URL": "http://127.0.0.1:9/", "PIP_RETRIES": "0", "PIP_NO_INDEX": "0"}
    with pytest.raises(SetupFailed, match="Check the network"):
        bootstrap.make_environment(root, tmp_path / "home", closed)
    assert not (root / ".venv" / bootstrap.STAMP).exists()


def test_a_half_finished_environment_is_made_anew(tmp_path: Path) -> None:
    (tmp_path / bootstrap.LOCK).write_text("")
    broken = tmp_path / ".venv"
    broken.mkdir()
    (broken / "left-behind").write_text("half")
    bootstrap.make_environment(tmp_path, tmp_path / "home", {"PATH": ""})
    assert (broken / "bin" / "python").exists()
    assert not (broken / "left-behind").exists()
