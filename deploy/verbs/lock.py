"""`make lock`: renew the locked dependencies, with hashes and without addresses."""

import sys
from typing import Final

from deploy.verbs.run import run_steps

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

if __name__ == "__main__":
    sys.exit(run_steps(STEPS))
