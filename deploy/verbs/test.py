"""`make test`: every test, in random order; `--long` runs the same tests at long counts.

Two runs of pytest side by side, each with its own Kafka, Postgres and platforms: most tests wait more than
they work, so that two cores do both in little more than the time of one.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from deploy.bootstrap import ROOT, child_environment, home_of

LANES: Final = (
    ("tests/unit", "tests/schemas", "tests/architecture", "tests/journey", "tests/badinput", "tests/viewers"),
    ("tests/contract", "tests/browser", "tests/faults", "tests/security"),
)
"""Every folder of tests stands in one of them."""


def main(arguments: list[str]) -> int:
    """Run both lanes; 0 when both passed."""
    environment = child_environment(os.environ, home_of(os.environ))
    environment["NOABER_COUNTS"] = "long" if "--long" in arguments else "short"
    return run_lanes(LANES, environment)


def run_lanes(lanes: Sequence[Sequence[str]], environment: Mapping[str, str]) -> int:
    """Run the lanes side by side; the first is seen as it goes, what the others said follows after it."""
    first, *others = lanes
    with tempfile.TemporaryDirectory(dir=environment["TMPDIR"]) as folder:
        beside = []
        for number, folders in enumerate(others):
            with Path(folder, str(number)).open("wb") as output:
                beside.append(subprocess.Popen(_pytest(folders), cwd=ROOT, env=environment, stdout=output))
        codes = [subprocess.run(_pytest(first), cwd=ROOT, env=environment, check=False).returncode]
        for number, process in enumerate(beside):
            codes.append(process.wait())
            print(Path(folder, str(number)).read_text(errors="replace"), flush=True)
    return max(codes)


def _pytest(folders: Sequence[str]) -> list[str]:
    return [sys.executable, "-m", "pytest", *folders]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
