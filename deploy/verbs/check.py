"""`make check`: style, types, layers and generated files."""

import sys
from typing import Final

from deploy.verbs.generate import GENERATORS
from deploy.verbs.run import run_steps
from schemas.command_line import command_line

STEPS: Final = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("deploy.verbs.layers",),
    *((each, "--check") for each in GENERATORS),
)


def main(arguments: list[str]) -> int:
    """0, or what the first step that stopped ended with."""
    command_line(
        "deploy.verbs.check", "Looks at style, types, layers and generated files; writes nothing."
    ).parse_args(arguments)
    return run_steps(STEPS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
