"""`make generate`: every file that is written from code, anew; `make check` says when one is stale."""

import sys
from typing import Final

from deploy.verbs.run import run_steps

GENERATORS: Final = (
    "schemas.export",
    "tests.unit.live.fixtures",
    "deploy.diagram",
    "deploy.reference",
    "deploy.cluster",
    "deploy.observability",
    "deploy.compose",
)

if __name__ == "__main__":
    sys.exit(run_steps([(each,) for each in GENERATORS]))
