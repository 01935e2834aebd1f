"""Fetching and building: without a network, after a half-finished attempt, under a path with a space."""

import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

import pytest

from deploy.bootstrap import SetupFailed
from deploy.parts import frontend, jars, kafka


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home that is not there yet, under a path with a space."""
    return tmp_path / "a home with a space"


@pytest.fixture
def pages(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The sources of a front end, in a path with a space."""
    sources = tmp_path / "front end"
    (sources / "src").mkdir(parents=True)
    (sources / "package-lock.json").write_text("{}")
    (sources / "src" / "App.svelte").write_text("<p>first</p>")
    (sources / "node_modules").mkdir()
    monkeypatch.setattr(frontend, "FRONTEND", sources)
    return sources


def _npm_says(folder: Path, script: str) -> Callable[[], Path]:
    file = folder / "npm of a test.js"
    file.write_text(script)
    return lambda: file


NO_NETWORK = 'console.error("npm error code ENOTFOUND"); process.exit(1)'
BUILDS = """
const fs = require("node:fs");
const at = process.argv.indexOf("--outDir");
if (at > 0) {
  fs.mkdirSync(process.argv[at + 1], { recursive: true });
  fs.copyFileSync("src/App.svelte", process.argv[at + 1] + "/index.html");
}
"""


def test_kafka_without_a_network_is_one_sentence_and_leaves_nothing_behind(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    offline = tmp_path / "python"
    offline.write_text("#!/bin/sh\necho 'Traceback' >&2\necho 'the host could not be found' >&2\nexit 1\n")
    offline.chmod(0o755)
    monkeypatch.setattr(sys, "executable", str(offline))
    with pytest.raises(SetupFailed, match=r"the host could not be found\. Check the network and try again$"):
        kafka.jars(home)
    assert not (home / "kafka-jars").exists()


def test_npm_without_a_network_is_one_sentence_and_is_tried_again(
    home: Path, pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frontend, "_npm", _npm_says(tmp_path, NO_NETWORK))
    for _ in range(2):
        with pytest.raises(SetupFailed, match=r"(?s)npm ci .*Check the network and try again.*ENOTFOUND"):
            frontend.build(home)
    assert not (home / "pages").exists()
    monkeypatch.setattr(frontend, "_npm", _npm_says(tmp_path, BUILDS))
    assert (frontend.build(home) / "index.html").read_text() == "<p>first</p>"


def test_pages_left_half_built_are_built_anew(
    home: Path, pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frontend, "_npm", _npm_says(tmp_path, BUILDS))
    (home / "pages.half").mkdir(parents=True)
    (home / "pages.half" / "left-behind.js").write_text("half")
    built = frontend.build(home)
    assert sorted(file.name for file in built.iterdir()) == [".noaber-built", "index.html"]
    assert not (home / "pages.half").exists()


def test_pages_are_built_only_when_a_source_changed_and_the_old_ones_stay_when_that_fails(
    home: Path, pages: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frontend, "_npm", _npm_says(tmp_path, BUILDS))
    built = frontend.build(home)
    monkeypatch.setattr(frontend, "_npm", _npm_says(tmp_path, NO_NETWORK))
    assert frontend.build(home) == built
    (pages / "src" / "App.svelte").write_text("<p>second</p>")
    with pytest.raises(SetupFailed, match="npm run build"):
        frontend.build(home)
    assert (built / "index.html").read_text() == "<p>first</p>"
    monkeypatch.setattr(frontend, "_npm", _npm_says(tmp_path, BUILDS))
    assert (frontend.build(home) / "index.html").read_text() == "<p>second</p>"


def test_what_npm_caches_stays_inside_the_home(home: Path) -> None:
    told = frontend.environment(home)
    for name in ("HOME", "npm_config_cache", "TMPDIR", "XDG_CACHE_HOME"):
        assert Path(told[name]).is_relative_to(home)
    assert told["PATH"].split(":")[0] == str(frontend.node_folder())


@dataclass
class _Artifact:
    """A jar as the resolver gives it; without a source its download fails."""

    filename: str
    source: Path | None

    def resolve(self) -> Path:
        if self.source is None:
            raise ConnectionError("no network")
        return self.source


@pytest.fixture
def one_jar(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The only jar that the committed list names."""
    jar = tmp_path / "one.jar"
    jar.write_bytes(b"reviewed")
    (tmp_path / "kafka-jars.sha256").write_text(f"{sha256(b'reviewed').hexdigest()}  one.jar\n")
    monkeypatch.setattr(jars, "LISTS", tmp_path)
    return jar


def _resolves_to(monkeypatch: pytest.MonkeyPatch, *artifacts: _Artifact) -> None:
    monkeypatch.setattr(jars.jgo, "resolve", lambda endpoint: list(artifacts))


def test_jars_left_half_fetched_are_fetched_anew(
    home: Path, one_jar: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    half = home / "kafka-jars.half"
    half.mkdir(parents=True)
    (half / "left-behind.jar").write_bytes(b"half")
    _resolves_to(monkeypatch, _Artifact("one.jar", one_jar))
    jars.fetch("kafka", home / "kafka-jars")
    assert [file.name for file in (home / "kafka-jars").iterdir()] == ["one.jar"]
    assert not half.exists()


def test_a_download_that_breaks_off_leaves_no_folder_that_looks_complete(
    home: Path, one_jar: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _resolves_to(monkeypatch, _Artifact("one.jar", one_jar), _Artifact("two.jar", None))
    with pytest.raises(ConnectionError):
        jars.fetch("kafka", home / "kafka-jars")
    assert not (home / "kafka-jars").exists()


def test_a_jar_that_was_not_reviewed_is_never_used(
    home: Path, one_jar: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_jar.write_bytes(b"something else")
    _resolves_to(monkeypatch, _Artifact("one.jar", one_jar))
    with pytest.raises(jars.WrongJars, match=r"one\.jar"):
        jars.fetch("kafka", home / "kafka-jars")
    assert not (home / "kafka-jars").exists()


def test_fetched_jars_are_not_fetched_again(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "kafka-jars").mkdir(parents=True)
    monkeypatch.setattr(sys, "executable", "/nothing/there")
    assert kafka.jars(home) == home / "kafka-jars"


def test_two_that_need_kafka_at_once_fetch_it_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[Path] = []

    def fetch(command: list[str], **_: object) -> "subprocess.CompletedProcess[str]":
        fetched.append(Path(command[-1]))
        time.sleep(0.2)  # As a download takes a while: the other one comes in the middle of it.
        fetched[-1].mkdir()
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr("deploy.parts.jars.subprocess.run", fetch)
    with ThreadPoolExecutor() as pool:
        found = {each.result() for each in [pool.submit(kafka.jars, tmp_path) for _ in range(2)]}
    assert found == {tmp_path / "kafka-jars"} and len(fetched) == 1
