"""Runs the steps of a verb one after another and says which one stopped it."""

import subprocess
import sys
from collections.abc import Mapping, Sequence

from deploy.bootstrap import ROOT


def run_steps(steps: Sequence[Sequence[str]], environment: Mapping[str, str] | None = None) -> int:
    """Run each command in the checkout with this Python's `-m`; the first failure's exit code, or 0."""
    for step in steps:
        print("+ " + " ".join(step), flush=True)
        result = subprocess.run([sys.executable, "-m", *step], cwd=ROOT, env=environment, check=False)
        if result.returncode != 0:
            print(f"Stopped at: {' '.join(step)}", file=sys.stderr)
            return result.returncode
    return 0
