"""Runs one step of a service beside the platform: a migration, a seed, a look at its tables."""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from deploy.bootstrap import ROOT, SetupFailed, child_environment
from deploy.stack import BY_NAME, Platform, environment

LAST_LINES: Final = 12


def run_step(
    platform: Platform, home: Path, module: str, arguments: Sequence[str] = (), told: str = ""
) -> str:
    """Run `python -m module arguments` with `told` on its standard input; what it printed.

    Raises SetupFailed with its last lines when it does not end well.
    """
    done = attempt(platform, home, module, arguments, told)
    if done.returncode != 0:
        last = "\n".join(done.stderr.strip().splitlines()[-LAST_LINES:])
        raise SetupFailed(f"{module} {' '.join(arguments)} stopped:\n{last}")
    return done.stdout


def attempt(
    platform: Platform, home: Path, module: str, arguments: Sequence[str] = (), told: str = ""
) -> "subprocess.CompletedProcess[str]":
    """The same; how it ended is the caller's to judge."""
    return subprocess.run(
        [sys.executable, "-m", module, *arguments],
        env={**child_environment(os.environ, home), **_environment(platform, module)},
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
        input=told,
    )


def _environment(platform: Platform, module: str) -> dict[str, str]:
    service = BY_NAME.get(module.rpartition(".")[2])
    if service is not None:
        return environment(platform, service)
    return {"NOABER_KAFKA": platform.kafka, "NOABER_TOPIC_PREFIX": platform.topic_prefix}
