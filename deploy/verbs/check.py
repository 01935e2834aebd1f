"""`make check`: style, types, layers and generated files."""

import sys
from typing import Final

from deploy.verbs.run import run_steps

STEPS: Final = (
    ("ruff", "check", "."),
    ("ruff", "format", "--check", "."),
    ("mypy",),
    ("deploy.verbs.layers",),
    ("schemas.export", "--check"),
    ("deploy.diagram", "--check"),
    ("deploy.reference", "--check"),
    ("deploy.cluster", "--check"),
    ("deploy.observability", "--check"),
    ("deploy.compose", "--check"),
)

if __name__ == "__main__":
    sys.exit(run_steps(STEPS))
