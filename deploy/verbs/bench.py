"""`make bench`: what the platform can do, measured beside what the machine could do without it."""

import os
import sys

from deploy.bootstrap import child_environment, home_of
from deploy.verbs.run import run_steps


def main(arguments: list[str]) -> int:
    """Measure; the exit code of the benches."""
    environment = child_environment(os.environ, home_of(os.environ))
    return run_steps([("tests.bench", *arguments)], environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
