"""An earlier release: which processes are upgraded in which order, and where its code comes from."""

import subprocess
from pathlib import Path

import pytest

from deploy.bootstrap import SetupFailed
from deploy.release import PARTS, unpack
from deploy.stack import BY_NAME, SERVICES, UPGRADE, reads, writes

READ_EACH_OTHER = {
    ("suggestions", "aid"),
    ("alarms", "aid"),
    ("deliveries", "aid"),
    ("bells", "notification"),
    ("incidents", "directory"),
}
"""Topic and reader: there the writer comes first, and the reader waits for it until it is upgraded itself."""


def test_every_process_is_upgraded_once_and_readers_come_before_writers() -> None:
    step = {name: number for number, names in enumerate(UPGRADE) for name in names}
    assert step.keys() == BY_NAME.keys() and sum(map(len, UPGRADE)) == len(step)
    late = {
        (topic.name, reader.name)
        for writer in SERVICES
        for topic in writes(writer)
        for reader in SERVICES
        if topic in reads(reader) and step[reader.name] > step[writer.name]
    }
    assert late == READ_EACH_OTHER


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Two commits: in the first a service says old, in the second new."""
    made = tmp_path / "repository"
    for part in PARTS:
        (made / part).mkdir(parents=True)
        (made / part / "code.py").write_text("old")
    _git(made, "init", "--quiet")
    for number, says in enumerate(("old", "new")):
        (made / "services" / "code.py").write_text(says)
        (made / "README.md").write_text(says)
        _git(made, "add", "--all")
        _git(made, "commit", "--quiet", "--message", str(number))
    return made


def _git(folder: Path, *arguments: str) -> str:
    who = ("-c", "user.name=nobody", "-c", "user.email=nobody@localhost", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_the_code_of_the_commit_before_is_put_into_a_folder(repository: Path, tmp_path: Path) -> None:
    commit = unpack("HEAD^", tmp_path / "earlier", repository)
    assert commit == _git(repository, "rev-parse", "HEAD^")
    assert (tmp_path / "earlier" / "services" / "code.py").read_text() == "old"
    assert {each.name for each in (tmp_path / "earlier").iterdir()} == set(PARTS)


def test_a_shallow_clone_and_a_wrong_name_are_said_plainly(repository: Path, tmp_path: Path) -> None:
    _git(tmp_path, "clone", "--quiet", "--depth", "1", repository.as_uri(), "shallow")
    with pytest.raises(SetupFailed, match="shallow clone: git fetch --unshallow"):
        unpack("HEAD^", tmp_path / "earlier", tmp_path / "shallow")
    with pytest.raises(SetupFailed, match="v9 is no commit or tag"):
        unpack("v9", tmp_path / "earlier", repository)
    with pytest.raises(SetupFailed, match="is no commit or tag"):
        unpack("--output=/etc/passwd", tmp_path / "earlier", repository)
    assert not (tmp_path / "earlier").exists()


def test_without_a_repository_there_is_no_earlier_release(tmp_path: Path) -> None:
    with pytest.raises(SetupFailed, match="not a Git repository"):
        unpack("HEAD^", tmp_path / "earlier", tmp_path)
