"""The image's own commands stop by the name of a setting that is wrong or missing, and do nothing."""

import subprocess
import sys
from pathlib import Path

import pytest

from deploy import compose
from deploy.bootstrap import SetupFailed
from deploy.images import administer, pages, prepare
from deploy.images.told import PrepareSettings
from deploy.stack import OWNERS
from services.runtime.settings import read

RIGHT = {
    "NOABER_SUPERUSER": "postgresql://postgres:secret-word@postgres:5432/postgres",
    "NOABER_DIRECTORY_PASSWORD": "a",
    "NOABER_AID_PASSWORD": "b",
    "NOABER_NOTIFICATION_PASSWORD": "c",
    "NOABER_KAFKA": "kafka:9092",
    "NOABER_SEED": "none",
    "NOABER_PAGES": "/pages",
}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    for name, value in RIGHT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "argv", ["prepare"])
    return monkeypatch


def test_what_the_compose_file_gives_is_what_it_is_told(told: pytest.MonkeyPatch) -> None:
    given = compose.composition()["services"]["prepare"]["environment"]
    assert given.keys() - {"NOABER_TOPIC_PREFIX"} == RIGHT.keys()
    found = read(PrepareSettings)
    assert {name for name in PrepareSettings.model_fields if name.endswith("_password")} == {
        f"{owner}_password" for owner in OWNERS
    }
    assert found.pages == Path("/pages")


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_missing_is_named_and_nothing_is_made(
    name: str, told: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told.delenv(name)
    told.setattr("deploy.images.prepare.prepare", None)
    with pytest.raises(SystemExit) as left:
        prepare.main()
    assert left.value.code == 2
    assert capsys.readouterr().err.startswith(f"{name}: not set; allowed: ")


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("NOABER_SUPERUSER", "postgresql://a:secret@here:port/x", "not as it should be"),
        ("NOABER_SUPERUSER", "postgresql://a:secret/word@here/x", "not as it should be"),
        ("NOABER_SUPERUSER", "postgresql:///x", "not as it should be"),
        ("NOABER_AID_PASSWORD", "se/cret@", "not as it should be"),
        ("NOABER_SEED", "some", "found 'some'"),
        ("NOABER_PAGES", "", "found ''"),
    ],
)
def test_what_is_wrong_is_named_and_no_secret_is_shown(
    name: str, value: str, shown: str, told: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told.setenv(name, value)
    with pytest.raises(SystemExit):
        prepare.main()
    said = capsys.readouterr().err
    assert said.startswith(f"{name}: {shown}; allowed: ") and said.count("\n") == 1
    assert "cret" not in said.replace("LETTERS", "")


def test_a_step_that_stops_is_named_without_a_traceback(
    told: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def stops(*_: object) -> None:
        raise subprocess.CalledProcessError(1, ["python", "-m", "services.aid", "migrate"])

    told.setattr("deploy.images.prepare.prepare", stops)
    assert prepare.main() == 1
    assert capsys.readouterr().err == "Stopped: services.aid migrate did not end well; see above\n"


def test_pages_go_where_that_is_said_or_it_says_what_is_missing(
    told: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told.setattr(pages, "BUILT", tmp_path / "built")
    told.setenv("NOABER_PAGES", str(tmp_path / "out"))
    assert pages.main(["publish"]) == 1
    assert capsys.readouterr().err.startswith("Stopped: ")
    (tmp_path / "built").mkdir()
    (tmp_path / "built" / "index.html").touch()
    assert pages.main(["publish"]) == 0
    assert (tmp_path / "out" / "index.html").exists()
    told.delenv("NOABER_PAGES")
    with pytest.raises(SystemExit):
        pages.main(["publish"])
    assert capsys.readouterr().err.startswith("NOABER_PAGES: not set; allowed: ")


def test_administering_tells_which_setting_is_missing(
    told: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SetupFailed, match="not the directory's container"):
        administer.inside_container({})
    told.delenv("NOABER_HTTP_PORT", raising=False)
    with pytest.raises(SystemExit):
        administer.inside_container({"NOABER_TOKEN_PRIVATE_KEY": "k:v"})
    assert "NOABER_HTTP_PORT: not set; allowed: " in capsys.readouterr().err
