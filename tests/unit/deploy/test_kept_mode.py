"""A place keeps whether its people are made up: no start, restore or advice mixes them."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from deploy.backup import Backup, make_backup, restore
from deploy.bootstrap import SetupFailed
from deploy.kept_mode import FILE, keep_mode, kept_mode, refuse_another_mode, start_of
from deploy.noaber.cli import main
from deploy.parts.postgres import Postgres
from deploy.running import Running, Wish
from services.runtime.settings import Mode


def noaber(home: Path, *arguments: str) -> Any:
    return CliRunner().invoke(main, arguments, env={"NOABER_HOME": str(home), "NOABER_HOST": ""})


@pytest.fixture
def never_started(monkeypatch: pytest.MonkeyPatch) -> None:
    def started(running: Running) -> None:
        raise SetupFailed("it was started all the same")

    monkeypatch.setattr(Running, "_start", started)


@pytest.mark.usefixtures("never_started")
def test_plain_up_never_starts_on_the_data_of_real_people(tmp_path: Path) -> None:
    keep_mode(tmp_path / "up", Mode.REAL)
    said = noaber(tmp_path, "up")
    assert said.exit_code == 1
    assert "of real people" in said.output and "noaber up --real" in said.output
    assert not (tmp_path / "up" / "data").exists()


@pytest.mark.usefixtures("never_started")
def test_a_real_platform_never_starts_on_made_up_people(tmp_path: Path) -> None:
    keep_mode(tmp_path / "up", Mode.DEMO)
    said = noaber(tmp_path, "up", "--real")
    assert said.exit_code == 1
    assert "is made up" in said.output and "NOABER_HOME" in said.output
    # It refused before it kept anything of a real one.
    assert {each.name for each in (tmp_path / "up").iterdir()} == {FILE, "secrets.json", "running.lock"}


@pytest.mark.parametrize("mode", Mode)
def test_the_same_mode_and_a_new_place_are_not_refused(mode: Mode, tmp_path: Path) -> None:
    refuse_another_mode(tmp_path, mode)
    keep_mode(tmp_path, mode)
    refuse_another_mode(tmp_path, mode)


def test_a_file_that_was_cut_short_is_as_if_it_had_never_been(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("")
    refuse_another_mode(tmp_path, Mode.REAL)


def test_what_is_no_mode_is_named_with_what_is_allowed(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("production")
    with pytest.raises(SetupFailed, match=r"mode: found 'production'; allowed: demo or real"):
        refuse_another_mode(tmp_path, Mode.REAL)


@pytest.mark.parametrize("mode", Mode)
def test_a_start_keeps_its_mode_once_its_tables_agreed(
    mode: Mode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(running: Running) -> None:
        raise SetupFailed("these tables hold made-up people")

    with monkeypatch.context() as during:
        during.setattr(Running, "_start", refused)
        with pytest.raises(SetupFailed, match="hold made-up"), Running(Wish(tmp_path, tmp_path, mode)):
            pass
    assert kept_mode(tmp_path) is None
    monkeypatch.setattr(Running, "_start", lambda running: None)
    with Running(Wish(tmp_path, tmp_path, mode)):
        pass
    assert kept_mode(tmp_path) is mode


@pytest.mark.parametrize(
    ("name", "mode", "command"),
    [
        ("up", Mode.REAL, "noaber up --real"),
        ("up", Mode.DEMO, "noaber up"),
        ("up", None, "noaber up --real, or noaber up for a demonstration"),
        ("demo", Mode.DEMO, "noaber demo"),
    ],
)
def test_the_advice_is_the_command_that_fits_the_place(
    name: str, mode: Mode | None, command: str, tmp_path: Path
) -> None:
    keep_mode(tmp_path / name, mode)
    assert start_of(tmp_path / name) == command


def test_whatever_says_how_to_start_says_it_for_the_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_mode(tmp_path / "up", Mode.REAL)
    for verb in ("verify", "logs", "rotate"):
        assert noaber(tmp_path, verb).output.endswith("start one: noaber up --real\n"), verb
    manifest = {"format": 1, "made_at": "2026-11-25T16:15:00+00:00", "sha256": "", "mode": "real"}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    monkeypatch.setattr("deploy.noaber.backup.restore", lambda *_: [])
    said = noaber(tmp_path, "restore", str(tmp_path)).output
    assert "Start it: noaber up --real. Then" in said


@pytest.mark.parametrize(
    ("said", "mode"), [({"mode": "real"}, Mode.REAL), ({"mode": None}, None), ({}, None)]
)
def test_a_backup_says_whose_people_are_in_it(
    said: dict[str, str | None], mode: Mode | None, tmp_path: Path
) -> None:
    manifest = {"format": 1, "made_at": "2026-11-25T16:15:00+00:00", "sha256": "", **said}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    assert Backup.of(tmp_path).mode is mode


@pytest.mark.parametrize("mode", [Mode.REAL, None])
def test_what_is_backed_up_in_one_place_is_known_where_it_is_restored(
    mode: Mode | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second, keys = tmp_path / "first", tmp_path / "second", tmp_path / "keys.json"
    keep_mode(first, mode)
    keep_mode(second, Mode.DEMO)
    (first / "data").mkdir(parents=True)
    monkeypatch.setattr(Postgres, "has_data", False)
    monkeypatch.setattr(Postgres, "dump", lambda *_: None)
    monkeypatch.setattr(Postgres, "remove_all", lambda _: None)
    steps: list[str] = []

    def step(_: object, __: object, module: str, verbs: list[str]) -> str:
        steps.append(f"{module} {verbs[0]}")
        return "[]" if verbs == ["redacted"] else '{"keys": {}, "forgotten": []}'

    monkeypatch.setattr("deploy.backup.run_step", step)
    monkeypatch.setattr("deploy.backup._fill", lambda *_: [])
    made = make_backup(tmp_path, first, 7400, tmp_path / "backups", keys)
    # Whoever is forgotten between the two was taken out of texts by the time of the second.
    assert steps == ["services.directory keys", "services.aid redacted"]
    keys.touch()
    restore(tmp_path, second, made, keys)
    assert kept_mode(second) is mode


def test_a_place_of_which_nobody_knows_forgets_what_it_was(tmp_path: Path) -> None:
    keep_mode(tmp_path, Mode.DEMO)
    keep_mode(tmp_path, None)
    assert kept_mode(tmp_path) is None
