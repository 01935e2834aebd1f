"""What is in the checkout: the files that git keeps, and the syntax of the Python among them."""

import ast
import subprocess
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@cache
def tracked() -> tuple[Path, ...]:
    """Every file that git keeps and that is there, by its path from the root."""
    return _listed()


@cache
def _new() -> tuple[Path, ...]:
    """Files in folders that git is not told of yet: whoever writes a module sees at once what it lacks."""
    return tuple(path for path in _listed("--others", "--exclude-standard") if len(path.parts) > 1)


def _listed(*options: str) -> tuple[Path, ...]:
    command = ["git", "ls-files", "-z", *options]
    listed = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True)
    paths = [Path(name) for name in listed.stdout.split("\0") if name]
    return tuple(path for path in paths if (ROOT / path).is_file())


def text(path: Path) -> str:
    """A file's text; bytes that are no text are left out."""
    return (ROOT / path).read_text(encoding="utf-8", errors="ignore")


def modules(folder: str = "") -> tuple[Path, ...]:
    """The Python files under a folder, new ones too."""
    there = (*tracked(), *_new())
    return tuple(path for path in there if path.suffix == ".py" and path.as_posix().startswith(folder))


@cache
def tree(path: Path) -> ast.Module:
    """A module's syntax tree."""
    return ast.parse(text(path), filename=str(path))


def functions(path: Path) -> list[ast.FunctionDef | ast.AsyncFunctionDef]:
    """Every function of a module, nested ones too."""
    return [node for node in ast.walk(tree(path)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]
