"""`make lock`: renew the locked dependencies, with hashes and without addresses."""

import sys
from typing import Final

from deploy.verbs.run import run_steps
from schemas.command_line import command_line

COMPILE: Final = (
    "uv",
    "pip",
    "compile",
    "--quiet",
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-header",
    "--no-annotate",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "pyproject.toml",
)

STEPS: Final = (
    (*COMPILE, "-o", "requirements.lock"),
    (*COMPILE, "--group", "dev", "-o", "requirements-dev.lock"),
)


def main(arguments: list[str]) -> int:
    """0, or what the first step that stopped ended with."""
    command_line(
        "deploy.verbs.lock", "Renews the locked dependencies, with hashes; needs the package index."
    ).parse_args(arguments)
    return run_steps(STEPS)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
