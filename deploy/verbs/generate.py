"""`make generate`: every file that is written from code, anew; `make check` says when one is stale."""

import sys
from typing import Final

from deploy.verbs.run import run_steps
from schemas.command_line import command_line

GENERATORS: Final = (
    "schemas.export",
    "tests.unit.live.fixtures",
    "deploy.diagram",
    "deploy.reference",
    "deploy.cluster",
    "deploy.observability",
    "deploy.compose",
)


def main(arguments: list[str]) -> int:
    """0, or what the first step that stopped ended with."""
    command_line(
        "deploy.verbs.generate", "Writes every file that is written from code anew, where it is stale."
    ).parse_args(arguments)
    return run_steps([(each,) for each in GENERATORS])


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
