"""Whoever asks a verb or a command what it does is told, and nothing is done yet."""

import io
import os
import re
import runpy
import sys
from types import ModuleType, SimpleNamespace

import pytest

from deploy.bootstrap import ROOT
from deploy.verbs import check, generate, lock, smoke
from deploy.verbs.generate import GENERATORS
from deploy.verbs.help import VERB, told
from tests.architecture.checkout import modules, text

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
VERBS = re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE)
COMMANDS = (
    *GENERATORS,
    "deploy.bootstrap",
    "deploy.images.administer",
    "deploy.images.pages",
    "deploy.images.prepare",
    "deploy.licences.renew",
    "deploy.parts.jars",
    *(
        f"deploy.verbs.{name}"
        for name in (
            *("chart_check", "check", "generate", "help", "layers", "lock"),
            *("pages", "sbom", "smoke", "test"),
        )
    ),
    "services.aid",
    "services.clock",
    "services.directory",
    "services.live",
    "services.matching",
    "services.matching.solver",
    "services.notification",
    "services.runtime.prepare",
    "tests.bench",
    "tests.faults",
    "tests.faults.checker",
    "tests.faults.drill",
    "tests.faults.soak",
)


def test_help_names_every_verb_and_the_guide_does_too() -> None:
    assert [name for name, _ in VERB.findall(MAKEFILE)] == VERBS
    assert all(f"make {name} " in told(MAKEFILE) for name in VERBS)
    table = GUIDE.partition("## Verbs")[2].partition("\n## ")[0]
    assert {name for name in VERBS if not re.search(rf"`make {name}\b", table)} == {"setup"}


OTHERS = {"deploy.noaber.cli", "deploy.verbs.bench"}
"""Has a table of its own; hands its words to tests.bench."""

FAILURES: list[tuple[str, tuple[str, ...], int, str]] = [
    ("deploy.bootstrap", (), 1, "Set-up stopped: "),
    ("deploy.images.administer", ("invite",), 2, "say who"),
    ("deploy.images.pages", (), 2, "required: word"),
    ("deploy.images.pages", ("publish",), 2, "NOABER_PAGES: not set; allowed: "),
    ("deploy.images.prepare", (), 2, "NOABER_SUPERUSER: not set; allowed: "),
    ("deploy.parts.jars", ("kafka",), 2, "required: FOLDER"),
    ("deploy.parts.jars", ("kafka", str(ROOT)), 1, "is there already; name one that is not"),
    ("deploy.verbs.pages", ("--only", "nothing"), 2, "invalid choice: 'nothing'"),
    ("deploy.verbs.sbom", (), 1, "Set NOABER_HOME to a folder that can be written"),
    ("deploy.verbs.test", ("--lanes", "x"), 2, "argument --lanes: found 'x'; allowed: a whole number"),
    ("deploy.verbs.test", ("--lanes", "0"), 2, "argument --lanes: found '0'; allowed: a whole number"),
    ("services.aid", ("migrat",), 2, "invalid choice: 'migrat'"),
    ("services.aid", ("explain", "a", "b"), 2, "unrecognized arguments: b"),
    ("services.aid", ("redacted",), 2, "NOABER_DATABASE: not set; allowed: "),
    ("services.aid", ("restored",), 2, "NOABER_DATABASE: not set; allowed: "),
    ("services.clock", (), 2, "NOABER_KAFKA: not set; allowed: "),
    ("services.directory", ("keys",), 2, "NOABER_DATABASE: not set; allowed: "),
    ("services.directory", ("seed",), 2, "NOABER_DATABASE: not set; allowed: "),
    ("services.live", (), 2, "NOABER_KAFKA: not set; allowed: "),
    ("services.matching", (), 2, "NOABER_KAFKA: not set; allowed: "),
    ("services.matching.solver", ("solve",), 2, "unrecognized arguments: solve"),
    ("services.notification", ("migrate",), 2, "NOABER_DATABASE: not set; allowed: "),
    ("services.runtime.prepare", (), 2, "NOABER_KAFKA: not set; allowed: "),
    ("tests.faults.checker", (), 2, "required: FILE"),
    ("tests.faults.checker", ("not-there.jsonl",), 2, "no history of a run: "),
    ("tests.faults.checker", (str(ROOT / "Makefile"),), 2, "no history of a run: "),
]
"""Command, how it is called where nothing is told, its exit code, a part of its words."""


def test_every_module_that_is_run_is_a_command_here() -> None:
    run = {
        ".".join(path.with_suffix("").parts).removesuffix(".__main__")
        for folder in ("deploy/", "schemas/", "services/")
        for path in modules(folder)
        if path.name == "__main__.py" or '__name__ == "__main__"' in text(path)
    }
    assert run <= {*COMMANDS, *OTHERS}, "COMMANDS, in this file, lacks what is left over"


def called(
    module: str, words: tuple[str, ...], monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> tuple[object, str, str]:
    """How it ended as a command with these words, where nothing is told; what it printed and complained."""
    for name in [each for each in os.environ if each.startswith("NOABER_")]:
        monkeypatch.delenv(name)
    # Whoever makes something in it is refused.
    monkeypatch.setenv("NOABER_HOME", str(ROOT / "Makefile"))
    monkeypatch.setattr(sys, "argv", [module, *words])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
    said = capsys.readouterr()
    return ended.value.code, said.out, said.err


@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")
@pytest.mark.parametrize("module", COMMANDS)
def test_a_command_asked_for_help_gives_an_example_and_does_nothing(
    module: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, _ = called(module, ("--help",), monkeypatch, capsys)
    assert code == 0 and "Example: " in out and "Usage: " in out.replace("usage: ", "Usage: ")


@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")
@pytest.mark.parametrize("module", COMMANDS)
def test_a_command_told_what_it_does_not_know_says_so_and_does_nothing(
    module: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    code, out, complained = called(module, ("--no-such-thing",), monkeypatch, capsys)
    assert code == 2 and not out and complained.lower().startswith("usage: ")
    # Where something is wanted besides, that is said first.
    assert "--no-such-thing" in complained or "required" in complained


@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")
@pytest.mark.parametrize("failure", FAILURES, ids=str)
def test_a_command_that_cannot_go_on_says_why(
    failure: tuple[str, tuple[str, ...], int, str],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    module, words, code, why = failure
    ended, out, complained = called(module, words, monkeypatch, capsys)
    assert (ended, out) == (code, "") and why in complained


@pytest.mark.filterwarnings("ignore:.*found in sys.modules:RuntimeWarning")
def test_keys_that_are_none_are_not_repeated(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("services.runtime.settings.read", lambda kind: SimpleNamespace(database=""))
    monkeypatch.setattr(sys, "stdin", io.StringIO('{"keys": "hunter2"}'))
    code, _, _ = called("services.directory", ("restored",), monkeypatch, capsys)
    assert str(code).startswith("standard input holds no file of keys") and "hunter2" not in str(code)


def test_a_demonstration_that_ends_by_itself_is_said(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(smoke, "NOABER", (sys.executable, "-c", "raise SystemExit(3)"))
    assert smoke.main([]) == 1
    assert "the demonstration ended by itself with 3" in capsys.readouterr().err


@pytest.mark.parametrize("verb", [lock, generate, check])
def test_a_verb_of_several_steps_names_the_one_that_stopped(
    verb: ModuleType, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(verb, "STEPS", (("json.tool", "not there"), ("this",)), raising=False)
    monkeypatch.setattr(verb, "GENERATORS", ("json.tool --no", "this"), raising=False)
    assert verb.main([]) != 0
    said = capsys.readouterr()
    assert said.err.startswith("Stopped at: json.tool") and "+ this" not in said.out
