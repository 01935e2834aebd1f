"""What the contracts of `.importlinter` cannot say: what a rule may use at all, and what is missing there."""

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.architecture.checkout import ROOT, modules, text, tree

VALUES = {
    "bisect",
    "collections",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "functools",
    "hashlib",
    "heapq",
    "itertools",
    "json",
    "math",
    "operator",
    "re",
    "typing",
    "unicodedata",
    "uuid",
    "zoneinfo",
}
"""The parts of the standard library that compute and do nothing else."""

ALLOWED_BESIDE = {
    "services/aid/rules/commands.py": {"pydantic"},
    "services/clock/rules.py": {"pydantic"},
    "services/directory/rules/fictitious.py": {"random"},
    "services/live/rules/frames.py": {"zlib"},
    "services/matching/rules/network.py": {"ortools", "numpy"},
    **{
        f"services/matching/rules/{name}.py": {"numpy"}
        for name in ("bonds", "cost", "flow", "hint", "known", "options", "roster", "suggest")
    },
}
"""Commands, and what the clock keeps, are plain models; the seed of the made-up people is fixed; packing is a
function of bytes; the optimum has one solver, and judges ten thousand people as arrays."""

SEEN_BY_HANDLERS = {"services.runtime.now", "services.runtime.ports"}

CLOCKS_AND_CHANCE = {"now", "today", "utcnow", "uuid1", "uuid4", "uuid6", "uuid7"}


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""


def _rules() -> list[Path]:
    return [path for path in modules("services/") if "rules" in path.parts or path.name == "rules.py"]


def _handlers() -> list[Path]:
    return [path for path in modules("services/") if "handlers" in path.parts or path.name == "handlers.py"]


@pytest.mark.parametrize("path", _rules(), ids=str)
def test_a_rule_uses_values_schemas_and_other_rules_of_its_service(path: Path) -> None:
    own = f"services.{path.parts[1]}.rules"
    beside = ALLOWED_BESIDE.get(path.as_posix(), set())
    foreign = {
        name
        for name in _imports(path)
        if name.split(".")[0] not in VALUES | beside | {"schemas"} and not f"{name}.".startswith(f"{own}.")
    }
    assert not foreign


@pytest.mark.parametrize("path", _rules(), ids=str)
def test_a_rule_is_given_the_time_and_new_ids(path: Path) -> None:
    called = {
        node.func.attr if isinstance(node.func, ast.Attribute) else node.func.id
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute | ast.Name)
    }
    assert not called & CLOCKS_AND_CHANCE


@pytest.mark.parametrize("path", _handlers(), ids=str)
def test_handlers_see_only_the_ports_of_the_machinery(path: Path) -> None:
    seen = {name for name in _imports(path) if name.startswith("services.runtime")}
    assert seen <= SEEN_BY_HANDLERS


@pytest.mark.parametrize("path", modules("schemas/"), ids=str)
def test_schemas_need_the_standard_library_and_pydantic_only(path: Path) -> None:
    known = sys.stdlib_module_names | {"pydantic", "pydantic_core", "schemas"}
    assert {name.split(".")[0] for name in _imports(path)} <= known


def test_the_ports_are_protocols_and_values() -> None:
    names = {name.split(".")[0] for name in _imports(Path("services/runtime/ports.py"))}
    assert names <= VALUES | {"schemas"}


def test_every_service_is_named_in_the_contracts() -> None:
    folders = {path.parts[1] for path in modules("services/") if len(path.parts) > 2} - {"runtime"}
    contracts = text(Path(".importlinter"))
    named = next(line for line in contracts.splitlines() if " | " in line).split("|")
    assert {each.strip() for each in named} == folders
    for service in folders:
        assert f"services.{service}\n" in contracts, f"no contract says what {service} is built on"


@pytest.mark.parametrize("path", ["services/aid/handlers/commands.py", "services/clock/handlers.py"])
def test_who_handles_what_stands_in_a_table_below_the_functions(path: str) -> None:
    body = tree(Path(path)).body
    tables = [i for i, node in enumerate(body) if ast.unparse(node).startswith("HANDLERS: ")]
    functions = [i for i, node in enumerate(body) if isinstance(node, ast.FunctionDef | ast.ClassDef)]
    assert len(tables) == 1
    assert tables[0] > max(functions)


def test_the_licence_is_the_whole_text() -> None:
    licence = (ROOT / "LICENSE").read_text(encoding="utf-8")
    assert licence.startswith("# EUROPEAN UNION PUBLIC LICENCE v. 1.2")
    assert [f"## {number}. " in licence for number in range(1, 16)] == [True] * 15
    assert "## Appendix" in licence
