"""One list of the settings' names: true of what is read, and what is not on it stops whoever is told it."""

import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from click.testing import CliRunner
from pydantic_settings import BaseSettings

from deploy import address
from deploy.images.told import PrepareSettings
from deploy.noaber.cli import main
from deploy.stack import SERVICES, told_to_gateway
from schemas.command_line import command_line
from schemas.setting_names import AROUND, KNOWN, OF_SERVICES

ROOT = Path(__file__).parents[2]
SLIP = "NOABER_SOCKTES"
NEAREST = "NOABER_SOCKETS"


def _below(kind: type[BaseSettings]) -> Iterator[type[BaseSettings]]:
    for each in kind.__subclasses__():
        yield from (each, *_below(each))


def test_the_list_holds_what_the_services_read_and_nothing_else() -> None:
    for file in (ROOT / "services").glob("*/settings.py"):
        import_module(f"services.{file.parent.name}.settings")
    ours = [each for each in _below(BaseSettings) if each.__module__.startswith("services.")]
    fields = {f"NOABER_{field}".upper() for kind in ours for field in kind.model_fields}
    assert fields == OF_SERVICES, "schemas/setting_names.py: OF_SERVICES"


def test_the_list_holds_what_stands_around_them_and_nothing_else() -> None:
    named = ("README.md", "docker-compose.yml", "deploy/Caddyfile", "frontend/vite.config.ts")
    places = [ROOT / each for each in named]
    places += [*(ROOT / "deploy").rglob("*.py"), *(ROOT / "deploy").rglob("*.caddy")]
    said = set(re.findall(r"NOABER_[A-Z_]*[A-Z]\b", "".join(each.read_text() for each in places)))
    image = {f"NOABER_{field}".upper() for field in PrepareSettings.model_fields}
    gateway = {told_to_gateway(each) for each in SERVICES if each.reached}
    assert {*address.ALL, *image, *gateway} <= KNOWN, "schemas/setting_names.py: AROUND"
    assert said | image | gateway >= AROUND, "schemas/setting_names.py: nobody reads these"
    assert said <= KNOWN, "schemas/setting_names.py: AROUND"


@pytest.mark.parametrize("name", [SLIP, SLIP.lower()])
def test_who_is_told_what_nobody_knows_stops_and_says_what_was_meant(
    name: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(name, "hidden")
    with pytest.raises(SystemExit) as stopped:
        command_line("a.module", "Does it.")
    assert stopped.value.code == 2
    said = capsys.readouterr().err
    assert name in said and NEAREST in said and f"unset {name}" in said and "hidden" not in said


@pytest.mark.parametrize("said", ["services.clock", "deploy.bootstrap", "deploy.images.administer invite"])
def test_a_process_a_verb_and_the_image_stop_before_they_do_anything(said: str) -> None:
    asked = [sys.executable, "-m", *said.split()]
    done = subprocess.run(asked, cwd=ROOT, env={SLIP: "5"}, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "") and f"{SLIP}: " in done.stderr


def test_noaber_stops_too_but_for_the_doctor_who_says_it_among_the_rest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(SLIP, "5")
    monkeypatch.setattr("deploy.noaber.doctor.examine", lambda home: [])
    assert CliRunner().invoke(main, ["doctor"]).exit_code == 0
    stopped = CliRunner().invoke(main, ["stop"])
    assert stopped.exit_code == 2 and NEAREST in stopped.output
