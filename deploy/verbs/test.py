"""`make test`: every test, in random order; `--long` runs the same tests at long counts."""

import os
import sys

from deploy.bootstrap import child_environment, home_of
from deploy.verbs.run import run_steps


def main(arguments: list[str]) -> int:
    """Run pytest; its exit code."""
    environment = child_environment(os.environ, home_of(os.environ))
    environment["NOABER_COUNTS"] = "long" if "--long" in arguments else "short"
    return run_steps([("pytest",)], environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
