"""The house rules that a machine can check, on every file that git keeps."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.checkout import ROOT, functions, modules, text, tracked, tree

LONGEST_FUNCTION = 60
LONGEST_FILE = 400

LONGER_FILES = {
    "frontend/src/i18n/en.ts": "a list of words, as long as there are words",
    "frontend/src/i18n/nl.ts": "a list of words, as long as there are words",
    "tests/unit/aid/test_a_commitment_move_by_move.py": "one chapter of the domain, told in one place",
    "tests/badinput/who_reaches_what.py": "one table, with a row for every route there is",
}
"""Exceptions, each with its reason."""

CODE = {".css", ".mjs", ".py", ".pyi", ".svelte", ".ts"}
GENERATED = "frontend/src/gen/"

EMPTY_NAMES = {"base", "bases", "common", "helper", "helpers", "manager", "managers", "util", "utils"}
EMPTY_VERBS = ("process_", "do_")

ELSEWHERE = (
    r"\.\./shared",
    r"(?<![\w.~-])/work/",
    r"registry\.npmjs\.org",
    r"registry\.yarnpkg\.com",
    r"(files\.pythonhosted|test\.pypi|pypi)\.org",
    r"repo1?\.maven\.(apache\.)?org",
    r"(index|static)\.crates\.io",
    r"(proxy|sum)\.golang\.org",
    r"deb\.debian\.org",
)
"""A folder beside the checkout, a folder of one machine, the address of a registry."""


def test_a_module_starts_with_one_sentence_that_says_what_it_is_for() -> None:
    wrong = []
    for path in modules():
        lines = (ast.get_docstring(tree(path)) or "").splitlines() or [""]
        alone = len(lines) == 1 or not lines[1].strip()
        if not (lines[0].endswith(".") and " " in lines[0] and alone):
            wrong.append(f"{path}: {lines[0]!r}")
    assert not wrong


def test_no_function_is_longer_than_sixty_lines() -> None:
    long = [
        f"{path}:{function.lineno} {function.name}: {length}"
        for path in modules()
        for function in functions(path)
        if (length := (function.end_lineno or 0) - function.lineno + 1) > LONGEST_FUNCTION
    ]
    assert not long


def _code() -> Iterator[Path]:
    for path in tracked():
        if path.suffix in CODE and not path.as_posix().startswith(GENERATED):
            yield path


def test_no_file_is_longer_than_four_hundred_lines_without_a_reason() -> None:
    lengths = {path.as_posix(): len(text(path).splitlines()) for path in _code()}
    long = {name for name, length in lengths.items() if length > LONGEST_FILE}
    assert long <= LONGER_FILES.keys()


def test_every_exception_is_still_there() -> None:
    assert LONGER_FILES.keys() <= {path.as_posix() for path in tracked()}


def _words(name: str) -> set[str]:
    return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}


def test_no_file_has_a_name_that_says_nothing() -> None:
    assert not [str(path) for path in _code() if any(_words(part) & EMPTY_NAMES for part in path.parts)]


def test_no_class_has_a_name_that_says_nothing() -> None:
    classes = [
        (path, node) for path in modules() for node in ast.walk(tree(path)) if isinstance(node, ast.ClassDef)
    ]
    assert not [
        f"{path}:{node.lineno} {node.name}" for path, node in classes if _words(node.name) & EMPTY_NAMES
    ]


def test_no_function_has_a_verb_that_says_nothing() -> None:
    named = [
        f"{path}:{function.lineno} {function.name}"
        for path in modules()
        for function in functions(path)
        if function.name.lstrip("_").startswith(EMPTY_VERBS)
    ]
    assert not named


def test_no_test_borrows_from_a_file_of_tests() -> None:
    """What two share has a module and a name of its own."""
    assert not [
        f"{path}: {ast.unparse(node)}"
        for path in modules("tests/")
        for node in ast.walk(tree(path))
        if isinstance(node, ast.Import | ast.ImportFrom) and re.search(r"\btest_", ast.unparse(node))
    ]


def test_no_file_leans_on_what_stands_outside_the_checkout() -> None:
    pattern = re.compile("|".join(ELSEWHERE))
    own = Path(__file__).relative_to(ROOT)
    wrong = [
        f"{path}: {found.group()}"
        for path in tracked()
        if path != own
        for found in [pattern.search(text(path))]
        if found
    ]
    assert not wrong


def test_the_locks_name_versions_and_hashes_and_no_addresses() -> None:
    npm = [path for path in tracked() if path.name == "package-lock.json"]
    assert npm
    assert not [str(path) for path in npm if '"resolved"' in text(path)]
    python = [path for path in tracked() if path.suffix == ".lock"]
    assert python
    assert not [str(path) for path in python if "://" in text(path) or "--hash=sha256:" not in text(path)]
    assert not [str(path) for path in tracked() if path.name == "uv.lock"]
