"""Runs a script of the front end's own browser tests, which plays people in Chromium."""

import json
import subprocess
from pathlib import Path
from typing import Any

from deploy.parts import frontend

LONGEST_SECONDS = 240


def run_script(home: Path, name: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """How `frontend/tests/browser/<name>` ended and what it said; home has the locked packages installed."""
    return subprocess.run(
        [str(frontend.node_folder() / "node"), f"tests/browser/{name}", *arguments],
        cwd=frontend.FRONTEND,
        env=frontend.environment(home),
        check=False,
        capture_output=True,
        text=True,
        timeout=LONGEST_SECONDS,
    )


def told(home: Path, name: str, *arguments: str) -> dict[str, Any]:
    """What such a script, which has to end well, says in its last line."""
    done = run_script(home, name, *arguments)
    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found
