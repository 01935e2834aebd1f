"""Every command of `noaber` fails in a sentence: what is wrong, and what to do; never a traceback."""

import shlex
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from deploy.claim import Claim
from deploy.noaber.cli import main
from deploy.noaber.state import UP
from deploy.unfinished import mark

SOMEBODY = "01936b1c-7000-7000-8000-000000000007"
NOT_RUNNING = "no platform of this folder runs"
PERSON = ("--name", "Petra", "--phone", "06 00000000")

FAILURES: dict[str, list[tuple[tuple[str, ...], int, str]]] = {
    "up": [(("--real",), 1, "was interrupted"), (("--real", "now"), 2, "unexpected extra argument")],
    "demo": [(("--speed", "fast"), 2, "neither a number nor max"), (("--speed", "0"), 2, "above 0")],
    "play": [((), 2, "Missing argument"), (("story.json",), 1, NOT_RUNNING)],
    "status": [((), 1, "Start one: make demo"), (("--xml",), 2, "No such option")],
    "operate": [((), 1, NOT_RUNNING), (("now",), 2, "unexpected extra argument")],
    "stop": [(("now",), 2, "unexpected extra argument")],
    "doctor": [((), 1, "was interrupted"), (("--yaml",), 2, "No such option")],
    "logs": [(("aid",), 1, "ever ran"), (("-n", "-1"), 2, "-1 is not in the range")],
    "trace": [((), 1, NOT_RUNNING), ((SOMEBODY,), 1, NOT_RUNNING)],
    "explain": [(("this one",), 2, "is not a valid UUID"), ((SOMEBODY,), 1, NOT_RUNNING)],
    "backup": [((), 2, "Missing argument"), (("there",), 1, NOT_RUNNING)],
    "restore": [((), 2, "Missing argument"), (("there",), 1, "holds no finished backup")],
    "verify": [((), 1, NOT_RUNNING)],
    "forget": [(("Petra",), 2, "is not a valid UUID"), ((SOMEBODY,), 1, NOT_RUNNING)],
    "init": [((), 2, "Missing option"), (("--organisation", "GM1735", *PERSON), 1, NOT_RUNNING)],
    "invite": [((), 2, "say who"), ((SOMEBODY,), 1, NOT_RUNNING)],
    "rotate": [((), 1, "there is no platform here yet"), (("--soon",), 2, "No such option")],
}
"""Command -> how it is called where a restore was interrupted, its exit code, a part of its words."""


def test_every_command_stands_in_the_table_and_has_an_example() -> None:
    assert FAILURES.keys() == main.commands.keys()
    for name, verb in main.commands.items():
        example = (verb.epilog or "").removeprefix("Example: ")
        assert example != verb.epilog
        # Each of its commands is one that can be given: taken apart, and not carried out.
        commands = [shlex.split(each) for each in example.split(", then ") if each.startswith("noaber ")]
        assert name in {each[1] for each in commands}
        for _, said, *words in commands:
            main.commands[said].make_context(said, words)


Failure = tuple[str, tuple[str, ...], int, str]


@pytest.mark.parametrize(
    "failure", [(name, *each) for name, all_ in FAILURES.items() for each in all_], ids=str
)
def test_a_command_that_cannot_go_on_says_why(
    failure: Failure, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, arguments, code, words = failure
    monkeypatch.chdir(tmp_path)
    mark(tmp_path / UP).parent.mkdir(parents=True)
    mark(tmp_path / UP).touch()
    said = CliRunner().invoke(main, [name, *arguments], env={"NOABER_HOME": str(tmp_path)})
    assert (said.exit_code, words in said.output) == (code, True), said.output
    assert said.exception is None or isinstance(said.exception, SystemExit | click.ClickException)
    assert "Traceback" not in said.output
    # Whoever failed left nothing running or held.
    assert not Claim(tmp_path / UP).is_taken()


def test_logs_of_a_process_that_is_not_there_names_those_that_are(tmp_path: Path) -> None:
    for name in ("aid", "live"):
        (tmp_path / UP / "log").mkdir(parents=True, exist_ok=True)
        (tmp_path / UP / "log" / f"{name}.log").write_text("here\n")
    env = {"NOABER_HOME": str(tmp_path)}
    said = CliRunner().invoke(main, ["logs", "ade"], env=env)
    assert (said.exit_code, said.output) == (
        1,
        "Stopped: no process is called ade; there are: aid, live\n",
    )
    assert CliRunner().invoke(main, ["logs"], env=env).output == "aid\nlive\n"
    assert CliRunner().invoke(main, ["logs", "aid"], env=env).output == "here\n"
