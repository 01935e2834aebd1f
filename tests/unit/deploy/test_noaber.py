"""The `noaber` command: what it says when no platform runs, when one does, and about itself."""

import json
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from deploy.backup import newest_backup
from deploy.claim import Claim
from deploy.kept_mode import DEMO, EITHER
from deploy.noaber import status as status_verb
from deploy.noaber.cli import main
from deploy.noaber.state import UP, read_state
from deploy.running import STATE

PROCESS_KEYS = {"name", "pid", "healthy", "restarts", "memory_mb", "lag", "why"}


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "a home with a space"


def noaber(home: Path, *arguments: str) -> Result:
    return CliRunner().invoke(main, arguments, env={"NOABER_HOME": str(home)})


def running(
    home: Path, supervisor: int, processes: list[dict[str, Any]] | None = None, place: str = UP
) -> Path:
    """Let it look as if a platform of this home runs under that process id."""
    file = home / place / STATE
    file.parent.mkdir(parents=True, exist_ok=True)
    state = {"supervisor": supervisor, "origin": "http://localhost:7400", "base": 7400}
    file.write_text(json.dumps({**state, "processes": processes or []}))
    return file


@pytest.fixture
def held(home: Path) -> Iterator[Callable[[str], None]]:
    """Hold a place of the home, as a platform that runs does."""
    claims: list[Claim] = []

    def hold(place: str) -> None:
        claims.append(Claim(home / place))
        claims[-1].take()

    yield hold
    for claim in claims:
        claim.leave()


@pytest.fixture
def gone() -> int:
    """The id of a process that is no more."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


def test_help_names_every_verb_in_a_sentence(home: Path) -> None:
    said = noaber(home, "--help")
    assert said.exit_code == 0
    for name, verb in main.commands.items():
        assert name in said.output
        assert verb.get_short_help_str(200).endswith(".")


@pytest.mark.parametrize("verb", sorted(main.commands))
def test_each_verb_shows_an_example(home: Path, verb: str) -> None:
    said = noaber(home, verb, "--help")
    assert said.exit_code == 0
    assert f"noaber {verb}" in said.output.partition("Example")[2]


def test_an_unknown_verb_is_refused_without_a_traceback(home: Path) -> None:
    said = noaber(home, "explode")
    assert said.exit_code == 2
    assert "No such command" in said.output


def test_status_without_a_platform_is_not_healthy_and_says_so_in_json(home: Path) -> None:
    said = noaber(home, "status", "--json")
    assert said.exit_code == 1
    assert json.loads(said.output) == {"healthy": False, "url": "", "processes": [], "viewers": 0}


def test_status_without_a_platform_says_how_to_start_one(home: Path) -> None:
    said = noaber(home, "status")
    assert said.exit_code == 1
    assert "make demo" in said.output


def test_stop_without_a_platform_has_nothing_to_do(home: Path) -> None:
    said = noaber(home, "stop")
    assert said.exit_code == 0
    assert "No platform of this folder runs" in said.output


@pytest.mark.parametrize("verb", ["up", "demo"])
@pytest.mark.parametrize("place", [UP, DEMO])
def test_a_second_platform_in_the_same_home_is_refused(
    home: Path,
    held: Callable[[str], None],
    verb: str,
    place: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    touched: list[object] = []
    monkeypatch.setattr("deploy.noaber.up.Running", lambda *_: touched.append("started"))
    monkeypatch.setattr("deploy.noaber.up.forget", lambda *_: touched.append("forgotten"))
    running(home, os.getpid(), place=place)
    held(place)
    said = noaber(home, verb)
    assert said.exit_code == 1
    assert "runs already at http://localhost:7400; stop it: noaber stop" in said.output
    assert not touched


def test_a_platform_that_was_killed_is_not_taken_for_running(home: Path, gone: int) -> None:
    running(home, gone)
    assert read_state(home) is None
    assert noaber(home, "stop").exit_code == 0


def test_a_process_number_that_was_used_again_is_left_alone(home: Path) -> None:
    running(home, os.getpid())
    assert noaber(home, "stop").exit_code == 0


def test_stop_waits_until_the_platform_is_gone(home: Path) -> None:
    script = """
        import pathlib, signal, sys
        from deploy.claim import Claim
        claim = Claim(pathlib.Path(sys.argv[1]).parent)
        claim.take()
        def end(*_):
            pathlib.Path(sys.argv[1]).unlink()
            sys.exit(0)
        signal.signal(signal.SIGTERM, end)
        print("ready", flush=True)
        signal.pause()
    """
    file = home / UP / STATE
    command = [sys.executable, "-c", textwrap.dedent(script), str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as platform:
        assert platform.stdout is not None
        platform.stdout.readline()
        running(home, platform.pid)
        said = noaber(home, "stop")
        assert (said.exit_code, said.output) == (0, "Stopped.\n")
        assert platform.wait(5) == 0


def test_stop_says_which_process_does_not_end(
    home: Path, held: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[tuple[int, int]] = []
    monkeypatch.setattr("deploy.noaber.stop.PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr(
        "deploy.noaber.stop.os.kill", lambda pid, number: sent.append((pid, number)) if number else None
    )
    running(home, os.getpid())
    held(UP)
    said = noaber(home, "stop")
    assert said.exit_code == 1
    assert f"Process {os.getpid()} does not end" in said.output
    assert sent == [(os.getpid(), signal.SIGTERM)]


def _process(name: str, **changes: Any) -> dict[str, Any]:
    return {"name": name, "pid": os.getpid(), "restarts": 0, "failing": False, **changes}


def _healthy(name: str, base: int) -> dict[str, Any]:
    return {"healthy": True, "why": "", "lag": 3, "viewers": 2 if name == "live" else 0}


def test_status_is_healthy_only_if_everything_is(
    home: Path, held: Callable[[str], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(status_verb, "ask_health", _healthy)
    running(home, os.getpid(), [_process("aid"), _process("live", restarts=1)])
    held(UP)
    said = noaber(home, "status", "--json")
    assert said.exit_code == 0
    found = json.loads(said.output)
    assert (found["healthy"], found["url"], found["viewers"]) == (True, "http://localhost:7400", 2)
    assert [set(each) for each in found["processes"]] == [PROCESS_KEYS, PROCESS_KEYS]
    assert all(each["memory_mb"] > 0 for each in found["processes"]) or sys.platform != "linux"
    assert noaber(home, "status").output.startswith("http://localhost:7400  healthy  viewers: 2")


@pytest.mark.parametrize(
    ("wrong", "why"),
    [({"failing": True}, "failing: it died five times within a minute"), ({"pid": None}, "")],
)
def test_one_process_that_is_not_well_makes_the_platform_unhealthy(
    home: Path, held: Callable[[str], None], monkeypatch: pytest.MonkeyPatch, wrong: dict[str, Any], why: str
) -> None:
    monkeypatch.setattr(status_verb, "ask_health", _healthy)
    running(home, os.getpid(), [_process("aid", **wrong), _process("live")])
    held(UP)
    said = noaber(home, "status", "--json")
    assert said.exit_code == 1
    aid, live = json.loads(said.output)["processes"]
    assert (aid["healthy"], aid["why"], live["healthy"]) == (False, why, True)


def test_a_process_that_does_not_answer_is_not_healthy(home: Path, held: Callable[[str], None]) -> None:
    file = running(home, os.getpid(), [_process("aid"), _process("kafka")])
    held(UP)
    # Nobody listens there: these ports are the system's own.
    file.write_text(json.dumps({**json.loads(file.read_text()), "base": 1}))
    found = json.loads(noaber(home, "status", "--json").output)
    assert [each["why"] for each in found["processes"]] == ["does not answer"] * 2


@pytest.mark.parametrize(
    "verb",
    [
        ("backup", "x"),
        ("verify",),
        ("forget", "01936b1c-7000-7000-8000-000000000007"),
        ("invite", "01936b1c-7000-7000-8000-000000000007"),
        ("invite", "--organisation", "GM1735", "--name", "Petra", "--phone", "06 00000000"),
        ("init", "--organisation", "GM1735", "--name", "Petra", "--phone", "06 00000000"),
    ],
)
def test_what_needs_a_platform_says_so_when_none_runs(home: Path, verb: tuple[str, ...]) -> None:
    said = noaber(home, *verb)
    assert (said.exit_code, said.output) == (
        1,
        f"Stopped: no platform of this folder runs; start one: {EITHER}\n",
    )


@pytest.mark.parametrize("told", [(), ("--organisation", "GM1735"), ("--name", "Petra", "--phone", "06")])
def test_an_invitation_without_saying_whom_is_refused(home: Path, told: tuple[str, ...]) -> None:
    said = noaber(home, "invite", *told)
    assert said.exit_code == 2 and "say who" in said.output


def test_a_restore_from_a_folder_without_a_backup_says_so(home: Path, tmp_path: Path) -> None:
    (tmp_path / "20261125T161500.123Z.half").mkdir()
    said = noaber(home, "restore", str(tmp_path))
    assert (said.exit_code, said.output) == (1, f"Stopped: {tmp_path} holds no finished backup\n")


def test_a_backup_of_a_newer_release_is_not_touched(home: Path, tmp_path: Path) -> None:
    manifest = {"format": 2, "made_at": "2026-11-25T16:15:00+00:00", "sha256": ""}
    (tmp_path / "manifest.json").write_text(json.dumps(manifest))
    said = noaber(home, "restore", str(tmp_path))
    assert (said.exit_code, said.output) == (
        1,
        f"Stopped: {tmp_path} is of format 2; this release reads 1\n",
    )


def test_the_newest_finished_backup_is_taken(tmp_path: Path) -> None:
    for name in ("20261125T161500.123Z", "20261126T161500.123Z", "20261127T161500.123Z.half"):
        (tmp_path / name).mkdir()
        manifest = {"format": 1, "made_at": name, "sha256": ""}
        (tmp_path / name / "manifest.json").write_text(json.dumps(manifest))
    assert newest_backup(tmp_path).made_at == "20261126T161500.123Z"
