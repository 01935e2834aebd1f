"""`make check`: style, types, layers and generated files."""

import sys
from typing import Final

from deploy.verbs.generate import GENERATORS
from deploy.verbs.run import run_steps

STEPS: Final = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("deploy.verbs.layers",),
    *((each, "--check") for each in GENERATORS),
)

if __name__ == "__main__":
    sys.exit(run_steps(STEPS))
