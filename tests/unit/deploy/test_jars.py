"""Kafka's jars are used only when every one of them is what was reviewed."""

from pathlib import Path
from subprocess import CompletedProcess

import pytest

from deploy.bootstrap import SetupFailed
from deploy.parts import jars


def test_a_changed_a_missing_and_a_new_jar_are_each_refused_by_name() -> None:
    wanted = {"a.jar": "1", "b.jar": "2"}
    jars.check(dict(wanted), wanted)
    for found, name in [
        ({"a.jar": "1", "b.jar": "9"}, "b"),
        ({"a.jar": "1"}, "b"),
        ({**wanted, "c.jar": "3"}, "c"),
    ]:
        with pytest.raises(jars.WrongJars, match=f"changed: {name}.jar"):
            jars.check(found, wanted)


@pytest.mark.parametrize(("which", "one"), [("kafka", "kafka_2.13-4.3.1.jar"), ("strimzi", "api-1.2.0.jar")])
def test_the_committed_list_is_read_whole(which: str, one: str) -> None:
    wanted = jars.reviewed(which)
    assert one in wanted
    assert all(len(digest) == 64 for digest in wanted.values())


def test_what_is_held_against_it_is_the_jars_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "one.jar").write_bytes(b"x")
    assert list(jars.digests(tmp_path)) == ["one.jar"]


@pytest.mark.parametrize(
    ("said", "lacks"), [("[Errno 28] No space left on device: 'a.jar'", "room"), ("no route", "network")]
)
def test_a_full_disk_is_not_called_the_network(
    said: str, lacks: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended = CompletedProcess((), 1, "", f"Fetching\nStopped: {said}\n")
    monkeypatch.setattr("deploy.parts.jars.subprocess.run", lambda *_, **__: ended)
    with pytest.raises(SetupFailed, match=f"kafka could not be fetched: [^S].*Check the {lacks}"):
        jars.kept(tmp_path, "kafka")
