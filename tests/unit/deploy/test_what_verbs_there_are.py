"""Whoever asks a verb or a command what it does is told, and nothing is done yet."""

import re
import sys
from importlib import import_module

import pytest

from deploy.bootstrap import ROOT
from deploy.verbs.generate import GENERATORS
from deploy.verbs.help import VERB, told

MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
GUIDE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
VERBS = re.findall(r"^([a-z-]+):", MAKEFILE, re.MULTILINE)
COMMANDS = (
    *GENERATORS,
    "deploy.licences.renew",
    "deploy.verbs.pages",
    "tests.bench",
    "tests.faults",
    "tests.faults.drill",
    "tests.faults.soak",
)


def test_help_names_every_verb_and_the_guide_does_too() -> None:
    assert [name for name, _ in VERB.findall(MAKEFILE)] == VERBS
    assert all(f"make {name} " in told(MAKEFILE) for name in VERBS)
    table = GUIDE.partition("## Verbs")[2].partition("\n## ")[0]
    assert {name for name in VERBS if not re.search(rf"`make {name}\b", table)} == {"setup"}


@pytest.mark.parametrize("module", COMMANDS)
def test_a_command_asked_for_help_gives_an_example_and_does_nothing(
    module: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = import_module(module)
    if hasattr(found, "__path__"):
        found = import_module(f"{module}.__main__")
    monkeypatch.setattr(sys, "argv", [module, "--help"])
    # Some are given their words, some look for them.
    words = [["--help"]] if found.main.__code__.co_argcount else []
    with pytest.raises(SystemExit) as ended:
        found.main(*words)
    assert ended.value.code == 0 and "Example: " in capsys.readouterr().out
