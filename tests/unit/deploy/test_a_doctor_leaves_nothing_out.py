"""The doctor looks at everything that it knows how to judge, and measures what it says it measures."""

import json
import os
import resource
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from deploy.claim import Claim
from deploy.doctor import examination, machine, place
from deploy.doctor.examination import examine
from deploy.doctor.finding import Finding, attention
from deploy.doctor.place import look_at_place
from deploy.last_backup import LastBackup, note_backup
from deploy.noaber.state import UP
from deploy.parts.postgres import Postgres
from deploy.running import STATE
from deploy.unfinished import mark
from tests.own_name import expiring

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def wrong(about: str) -> Callable[..., list[Finding]]:
    return lambda *_: [attention(about, "w", "w", "w")]


@pytest.fixture
def bad_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything that can be is wrong with it."""
    for about in ("python", "set_up", "tools", "environment", "ports", "left_behind"):
        monkeypatch.setattr(machine, f"of_{about}", wrong(about))
    monkeypatch.setattr(machine, "seconds_to_write", lambda _: 1.0)
    monkeypatch.setattr(machine, "free_memory", lambda: 1)
    monkeypatch.setattr(os, "getloadavg", lambda: (0.0, 999.0, 0.0))
    monkeypatch.setattr(shutil, "disk_usage", lambda _: SimpleNamespace(free=machine.GB // 2))
    monkeypatch.setattr(resource, "getrlimit", lambda _: (1, 1))


@pytest.mark.usefixtures("bad_machine")
def test_of_a_bad_machine_everything_is_said(tmp_path: Path) -> None:
    seen = [each.about for each in machine.look_at_machine(tmp_path, runs=False)]
    every = {"python", "set_up", "tools", "environment", "ports", "disk", "left_behind", "disk-speed"}
    assert set(seen) == every | {"memory", "load", "open-files"} and len(seen) == 11
    # While it runs, its own ports are taken by itself.
    running = [each.about for each in machine.look_at_machine(tmp_path, runs=True)]
    assert set(seen) - set(running) == {"ports"}


def bad_place(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A platform's folder in which everything that can be is wrong."""
    made = folder / UP
    for each in ("data/postgres", "data/caddy/certificates", "log"):
        (made / each).mkdir(parents=True)
    mark(made).touch()
    for file in (made / "secrets.json", made / "data/postgres/password", folder / "keys.json"):
        file.touch(mode=0o640)
    os.utime(made / "secrets.json", (0, 0))
    expiring(made / "data/caddy/certificates", NOW - timedelta(days=1))
    with (made / "log" / "aid.log").open("wb") as log:
        log.truncate(place.LOGS)
    note_backup(made, LastBackup(str(folder), str(folder / "keys.json"), NOW - timedelta(hours=30)))
    monkeypatch.setattr(Postgres, "data_version", "17")
    return made


def test_of_a_bad_place_everything_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    found = look_at_place(tmp_path, bad_place(tmp_path, monkeypatch), "real", NOW)
    every = {"restore", "postgres-data", "secrets", "private", "signing-key"}
    every |= {"certificate", "logs", "backup"}
    assert {each.about for each in found} == every
    private = " ".join(each.what for each in found if each.about == "private")
    assert all(name in private for name in ("secrets.json", "password", "keys.json"))


def test_what_is_no_certificate_is_said(tmp_path: Path) -> None:
    (tmp_path / "half.crt").write_text("-----BEGIN")
    (found,) = place.of_certificates([tmp_path / "half.crt"], NOW)
    assert found.what == f"{tmp_path / 'half.crt'} is no certificate"


def test_a_write_is_timed_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    took = iter([5.0, 0.001, 0.002, 0.003, 9.0])
    monkeypatch.setattr(machine, "_write", lambda _: next(took))
    assert machine.seconds_to_write(tmp_path) == 0.003
    assert list(tmp_path.iterdir()) == []
    assert machine.seconds_to_write(tmp_path / "not there") == 0.0


def test_free_memory_is_what_the_system_says_a_new_process_could_have(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = "MemTotal:  9 kB\nMemFree:  1 kB\nMemAvailable:  7 kB\n"
    monkeypatch.setattr(Path, "read_text", lambda _: told)
    assert machine.free_memory() == 7 * 1024


def test_a_home_that_is_not_made_yet_is_judged_where_it_will_be(tmp_path: Path) -> None:
    assert machine.home_folder(tmp_path) == tmp_path
    assert machine.home_folder(tmp_path / "a" / "b") == tmp_path


def test_where_nothing_runs_the_machine_and_the_place_are_looked_at(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examination, "look_at_machine", lambda home, runs: wrong(f"{home} {runs}")())
    monkeypatch.setattr(examination, "look_at_place", lambda home, place, mode, now: wrong(str(place))())
    assert [each.about for each in examine(tmp_path)] == [f"{tmp_path} False", str(tmp_path / UP)]


@pytest.mark.parametrize("secrets", ["half of it", "[]", '{"private_key": ""}', '{"passwords": {}}'])
def test_a_running_platform_whose_secrets_cannot_be_read_is_looked_at_as_far_as_that_goes(
    secrets: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / UP).mkdir()
    process = {"name": "aid", "pid": None, "restarts": 0, "failing": False}
    state: dict[str, Any] = {"origin": "http://localhost:1", "base": 1, "mode": "demo"}
    state |= {"place": str(tmp_path / UP), "processes": [process]}
    (tmp_path / UP / STATE).write_text(json.dumps(state))
    (tmp_path / UP / "secrets.json").touch(mode=0o600)
    (tmp_path / UP / "secrets.json").write_text(secrets)
    monkeypatch.setattr(examination, "look_at_machine", lambda _, runs: wrong(f"machine, {runs}")())
    claim = Claim(tmp_path / UP)
    claim.take()
    try:
        found = [each.about for each in examine(tmp_path)]
    finally:
        claim.leave()
    assert found == ["machine, True", "secrets", "aid"]
