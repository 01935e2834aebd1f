"""The command of a module that writes files from code: it writes what is stale, or only says what is."""

import os
import sys
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path

from schemas.command_line import command_line


def command(module: str, about: str) -> ArgumentParser:
    """What `python -m MODULE` may be told: nothing, --check or --help."""
    parser = command_line(module, about, "--check")
    parser.add_argument("--check", action="store_true", help="write nothing, name what is stale, exit with 1")
    return parser


def stale(wanted: Mapping[Path, str], root: Path) -> list[Path]:
    """Those of the files (path under `root` -> text) that are missing or hold another text."""
    return [
        path
        for path, text in wanted.items()
        if not (root / path).is_file() or (root / path).read_text(encoding="utf-8") != text
    ]


def keep(wanted: Mapping[Path, str], root: Path, *, check: bool) -> int:
    """Write what is stale and name it; with `check` only name it, and then 1."""
    found = stale(wanted, root)
    for path in found:
        name = os.path.relpath(root / path)
        if check:
            print(f"{name} is stale; run: make generate", file=sys.stderr)
            continue
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(wanted[path], encoding="utf-8")
        print(f"wrote {name}")
    return 1 if check and found else 0
