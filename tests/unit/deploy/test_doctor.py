"""The doctor: each thing that can be wrong is said with why it matters and what mends it."""

import json
import os
import resource
import socket
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from deploy.bootstrap import SetupFailed
from deploy.doctor import finding, machine, place, processes, tables, told, topics
from deploy.doctor.clocks import of_clock
from deploy.doctor.examination import examine
from deploy.doctor.finding import ATTENTION, URGENT, WELL, Finding, Weight, attention, exit_code, urgent
from deploy.doctor.left_behind import of_left_behind
from deploy.kept_mode import keep_mode
from deploy.last_backup import LastBackup, last_backup, note_backup
from deploy.noaber.cli import main
from deploy.parts.ports import LAST, take_block
from deploy.parts.postgres import OUTSIDE_NAME, OWNER, Postgres, outside_name
from deploy.stack import MORE_LIVE, OWNERS, SERVICES, Platform, environment, secrets_in
from deploy.unfinished import mark
from schemas.topics import TOPICS
from services.runtime.settings import Mode, Seed
from tests.own_name import expiring

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
GB = machine.GB


def without_packages(root: Path) -> list[Finding]:
    (root / "requirements-dev.lock").touch()
    return machine.of_set_up(root)


def unfinished(folder: Path) -> list[Finding]:
    mark(folder).parent.mkdir()
    mark(folder).touch()
    return place.of_unfinished(folder)


def old_data(folder: Path) -> list[Finding]:
    class Older(Postgres):
        data_version = "17"

    return place.of_data(Older(folder, folder, 0))


def readable(folder: Path) -> list[Finding]:
    (folder / "secrets.json").touch(mode=0o640)
    return place.of_private([folder / "secrets.json", folder / "not there"])


def without_secrets(folder: Path) -> list[Finding]:
    (folder / "data").mkdir()
    found = place.of_secrets(folder, "noaber up")
    assert not (folder / "secrets.json").exists(), "whoever looks makes none"
    return found


def with_half_of_the_secrets(folder: Path) -> list[Finding]:
    (folder / "data").mkdir()
    (folder / "secrets.json").write_text('{"passwords": {')
    with pytest.raises(SetupFailed, match="noaber doctor"):
        secrets_in(folder / "secrets.json")
    return place.of_secrets(folder, "noaber up")


def old_key(folder: Path) -> list[Finding]:
    (folder / "secrets.json").touch()
    os.utime(folder / "secrets.json", (0, 0))
    return place.of_signing_key(folder / "secrets.json", NOW, "noaber up --real")


def long_log(folder: Path) -> list[Finding]:
    with (folder / "aid.log").open("wb") as log:
        log.truncate(place.LOGS)
    return place.of_logs(folder)


def behind(folder: Path, data: Path, name: str = "") -> Path:
    """What a platform of root left outside: a database of 3 MB that names a folder in a home."""
    outside = folder / (name or outside_name(data))
    outside.mkdir()
    (outside / OWNER).write_text(str(data))
    with (outside / "cluster").open("wb") as cluster:
        cluster.truncate(3_000_000)
    return outside


def left_behind(folder: Path) -> list[Finding]:
    behind(folder, folder / "gone" / "data")
    return of_left_behind(folder)


def backup_of(age: timedelta) -> Callable[[Path], list[Finding]]:
    def look(folder: Path) -> list[Finding]:
        (folder / "keys.json").touch()
        last = LastBackup(str(folder), str(folder / "keys.json"), NOW - age)
        return place.of_backup(last, "real", NOW)

    return look


def process(**changes: Any) -> list[Finding]:
    well = {"name": "aid", "pid": 7, "healthy": True, "restarts": 0, "lag": 0, "why": ""}
    return processes.of_processes([{**well, **changes}])


WRONG: dict[str, tuple[Callable[[Path], list[Finding]], Weight, str]] = {
    "python": (lambda _: machine.of_python((3, 9), "linux"), Weight.URGENT, "3.9"),
    "packages": (without_packages, Weight.ATTENTION, ".venv"),
    "settings": (
        lambda _: told.of_environment({"NOABER_POOLSIZE": "9", "NOABER_HOME": "/"}),
        Weight.URGENT,
        "NOABER_POOL_SIZE was meant",
    ),
    "java": (lambda _: machine.of_tool("java", "", ["/not/there"]), Weight.URGENT, "does not start"),
    "node": (lambda _: machine.of_tool("node", "", ["false"]), Weight.URGENT, "does not start"),
    "disk": (lambda _: machine.of_room(_, GB // 2, 10**6), Weight.URGENT, "0.5 GB"),
    "disk, soon": (lambda _: machine.of_room(_, 2 * GB, 10**6), Weight.ATTENTION, "2.0 GB"),
    "disk, of files": (lambda _: machine.of_room(_, 99 * GB, 9), Weight.URGENT, "9 more files"),
    "disk-speed": (lambda _: machine.of_speed(_, 0.2), Weight.ATTENTION, "200 ms"),
    "memory": (lambda _: machine.of_memory(GB // 10, runs=True), Weight.ATTENTION, "0.1 GB"),
    "memory, to start": (lambda _: machine.of_memory(GB, runs=False), Weight.ATTENTION, "2.0 GB"),
    "load": (lambda _: machine.of_load(9.0, 2), Weight.ATTENTION, "9.0"),
    "open-files": (lambda _: machine.of_files(1_024), Weight.ATTENTION, "1024"),
    "restore": (unfinished, Weight.URGENT, "interrupted"),
    "postgres-data": (old_data, Weight.URGENT, "Postgres 17"),
    "secrets": (without_secrets, Weight.URGENT, "is not there"),
    "secrets, half": (with_half_of_the_secrets, Weight.URGENT, "cannot be read"),
    "private": (readable, Weight.URGENT, "secrets.json"),
    "signing-key": (old_key, Weight.ATTENTION, "days old"),
    "certificate": (
        lambda _: place.of_certificates(expiring(_, NOW - timedelta(days=1)), NOW),
        Weight.URGENT,
        "over since 25-11-2026",
    ),
    "certificate, soon": (
        lambda _: place.of_certificates(expiring(_, NOW + timedelta(days=3)), NOW),
        Weight.ATTENTION,
        "29-11-2026",
    ),
    "left-behind": (left_behind, Weight.ATTENTION, "(3 MB) of"),
    "logs": (long_log, Weight.ATTENTION, "1.0 GB"),
    "backup": (backup_of(timedelta(hours=30)), Weight.ATTENTION, "30 hours old"),
    "backup, never": (lambda _: place.of_backup(None, "real", NOW), Weight.ATTENTION, "no backup"),
    "backup, gone": (
        lambda _: place.of_backup(LastBackup(f"{_}/gone", f"{_}/keys", NOW), "real", NOW),
        Weight.ATTENTION,
        "not there any more",
    ),
    "aid": (lambda _: process(healthy=False, why="the database does not answer"), Weight.URGENT, "database"),
    "aid, gone": (lambda _: process(pid=None), Weight.URGENT, "does not run"),
    "aid, again": (lambda _: process(restarts=3), Weight.ATTENTION, "3 times"),
    "aid, behind": (lambda _: process(lag=5_000), Weight.ATTENTION, "5000 records"),
    "migrations": (
        lambda _: tables.of_revision("aid", "1", ["2", "1"], "noaber up"),
        Weight.URGENT,
        "pending: 2",
    ),
    "migrations, newer": (
        lambda _: tables.of_revision("aid", "3", ["2"], "noaber up"),
        Weight.URGENT,
        "does not know",
    ),
    "connections": (lambda _: tables.of_connections(58, 60), Weight.ATTENTION, "58 of 60"),
    "clock": (lambda _: of_clock("Postgres", timedelta(seconds=5)), Weight.URGENT, "5 s ahead"),
    "clock, behind": (lambda _: of_clock("Kafka", -timedelta(seconds=9)), Weight.URGENT, "9 s behind"),
    "topics": (lambda _: topics.of_topics({}, "noaber up"), Weight.URGENT, "help-requests"),
    "topics, count": (
        lambda _: topics.of_topics({**topics.wanted(), "duty": 3}, "noaber up"),
        Weight.URGENT,
        "duty has 3",
    ),
    "dead-letters": (lambda _: topics.of_dead({"duty": 2}), Weight.ATTENTION, "2 dead letters of duty"),
}
"""Name of the finding (up to the comma) -> what makes it, how heavy it is, and a part of what it says."""


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_said_with_why_and_what_mends_it(name: str, tmp_path: Path) -> None:
    look, weight, part = WRONG[name]
    (found,) = look(tmp_path)
    assert (found.about, found.weight) == (name.partition(",")[0], weight)
    assert part in found.what
    assert found.mend and (found.why or name in ("java", "node"))


def test_what_starts_it_again_is_what_fits_the_place(tmp_path: Path) -> None:
    (signing,) = old_key(tmp_path)
    (waiting,) = tables.of_revision("aid", "1", ["2", "1"], "noaber up --real")
    (missing,) = topics.of_topics({}, "noaber up --real")
    assert {each.mend.rpartition("; ")[2] for each in (signing, waiting, missing)} == {"noaber up --real"}
    keep_mode(tmp_path / "up", Mode.REAL)
    os.utime(tmp_path / "secrets.json", (0, 0))
    (tmp_path / "secrets.json").rename(tmp_path / "up" / "secrets.json")
    mended = {
        each.about: each.mend for each in place.look_at_place(tmp_path, tmp_path / "up", Mode.REAL, NOW)
    }
    assert mended["signing-key"].endswith("; noaber up --real")


def test_a_real_platform_that_stands_still_is_asked_for_its_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("deploy.doctor.examination.look_at_machine", lambda home, *, runs: [])
    assert examine(tmp_path) == []
    keep_mode(tmp_path / "up", Mode.REAL)
    assert [each.about for each in examine(tmp_path)] == ["backup"]


def test_whoever_looks_at_secrets_of_an_older_release_adds_none(tmp_path: Path) -> None:
    file = tmp_path / "secrets.json"
    secrets_in(file)
    older = json.loads(file.read_text())
    older["passwords"].pop("aid")
    file.write_text(json.dumps(older))
    assert place.of_secrets(tmp_path, "noaber up") == []
    assert json.loads(file.read_text()) == older


def test_what_is_well_is_not_spoken_of(tmp_path: Path) -> None:
    secrets_in(tmp_path / "secrets.json")
    assert [
        *machine.of_python((3, 11), "linux"),
        *machine.of_tools(),
        *machine.of_room(tmp_path, 99 * GB, 10**6),
        # Some file systems do not count their files.
        *machine.of_room(tmp_path, 99 * GB, 0),
        *machine.of_speed(tmp_path, 0.001),
        *machine.of_memory(3 * GB, runs=False),
        *machine.of_memory(None, runs=True),
        *machine.of_load(1.0, 2),
        *machine.of_files(resource.RLIM_INFINITY),
        *place.look_at_place(tmp_path, tmp_path, None, datetime.now(UTC)),
        *place.of_certificates(expiring(tmp_path, NOW + timedelta(days=60)), NOW),
        *backup_of(timedelta(hours=3))(tmp_path),
        # Everybody there is made up.
        *place.of_backup(None, "demo", NOW),
        *process(restarts=1, lag=10),
        *tables.of_revision("aid", "2", ["2", "1"], "noaber up"),
        *tables.of_connections(20, 60),
        *of_clock("Postgres", timedelta(seconds=1)),
        *topics.of_topics(topics.wanted(), "noaber up"),
        *topics.of_dead(dict.fromkeys(topics.wanted(), 0)),
    ] == []


@pytest.mark.parametrize(("user", "command"), [(0, "ulimit -n 4096"), (1000, "sudo prlimit --pid $$ ")])
def test_more_open_files_are_had_by_whoever_may_give_them(
    user: int, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: user)
    (found,) = machine.of_files(1_024)
    assert found.mend.startswith(command)


def test_only_what_surely_belongs_to_no_home_is_said_to_be_left_behind(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    behind(tmp_path, tmp_path / "there")
    # Anybody may put a folder there: one with another home's name, a link, a name that would write a line.
    behind(tmp_path, tmp_path / "gone", OUTSIDE_NAME + "0" * 16)
    behind(tmp_path, tmp_path / "go\nne")
    (tmp_path / outside_name(tmp_path / "link")).symlink_to(behind(tmp_path, tmp_path / "link", "elsewhere"))
    # From an earlier release, which did not say whose it is.
    (behind(tmp_path, tmp_path / "older") / OWNER).unlink()
    assert of_left_behind(tmp_path) == []
    one = behind(tmp_path, tmp_path / "gone")
    (found,) = of_left_behind(tmp_path)
    assert str(tmp_path / "gone") in found.what and found.mend.endswith(f": rm -r {one}")


def test_a_port_that_somebody_has_is_named_alone_with_where_it_would_start_instead() -> None:
    block = take_block(9_200)
    block.leave()
    with socket.socket() as other:
        other.bind(("127.0.0.1", block.base + 3))
        other.listen()
        (found,) = machine.of_ports(block.base)
    assert (found.about, found.weight) == ("ports", Weight.ATTENTION)
    assert found.what == f"occupied: {block.base + 3}" and "would start at 9" in found.why


def test_where_no_block_of_ports_is_free_it_cannot_start() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        (found,) = machine.of_ports(max(other.getsockname()[1], LAST))
    assert (found.about, found.weight) == ("ports", Weight.URGENT)


def test_every_process_has_a_word_for_what_people_notice() -> None:
    names = {"caddy", "kafka", "postgres", *(each.name for each in SERVICES)}
    assert names == processes.NOTICED.keys()
    assert {processes.noticed(each.name) for each in MORE_LIVE} == {processes.NOTICED["live"]}


@pytest.mark.parametrize("owner", OWNERS)
def test_the_newest_migration_comes_first(owner: str) -> None:
    known = tables.revisions(owner)
    assert known == sorted(known, reverse=True) and known[-1] == "0001"


def test_what_the_stack_tells_is_known(tmp_path: Path) -> None:
    platform = Platform(7400, Mode.REAL, Seed.NONE, tmp_path, secrets_in(tmp_path / "secrets.json"))
    for service in platform.services:
        assert told.of_environment(environment(platform, service)) == []


def test_every_topic_and_its_dead_letters_are_wanted() -> None:
    assert len(topics.wanted()) == 2 * len(TOPICS)


@pytest.mark.parametrize(
    ("found", "code"),
    [
        ([], WELL),
        ([attention("a", "b", "c", "d")], ATTENTION),
        ([attention("a", "b", "c", "d"), urgent("a", "b", "c", "d")], URGENT),
    ],
)
def test_the_exit_code_says_how_bad_it_is(
    found: list[Finding], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert exit_code(found) == code
    monkeypatch.setattr("deploy.noaber.doctor.examine", lambda home: found)
    said = CliRunner().invoke(main, ["doctor", "--json"])
    assert said.exit_code == code
    shown = json.loads(said.output)
    assert shown["well"] is (not found)
    # What is urgent stands first.
    assert [each["weight"] for each in shown["findings"]] == sorted(
        (each.weight for each in found), reverse=True
    )
    plain = CliRunner().invoke(main, ["doctor"])
    assert ("mend: d" if found else "Nothing to mend.") in plain.output


def test_the_codes_of_the_doctor_stand_in_its_help() -> None:
    said = " ".join(CliRunner().invoke(main, ["doctor", "--help"]).output.split())
    for code in (finding.WELL, finding.URGENT, finding.ATTENTION):
        assert f" {code}: " in said


def test_a_backup_is_noted_where_only_its_owner_reads(tmp_path: Path) -> None:
    made = LastBackup("/mnt/backup/20261126T120000.000Z", "/mnt/safe/keys.json", NOW)
    note_backup(tmp_path, made)
    assert last_backup(tmp_path) == made
    (file,) = tmp_path.iterdir()
    assert file.stat().st_mode & 0o077 == 0
    file.write_text("half a no")
    assert last_backup(tmp_path) is None
