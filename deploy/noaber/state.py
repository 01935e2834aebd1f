"""What a running platform wrote about itself."""

import json
import os
from pathlib import Path
from typing import Any, Final

from deploy.bootstrap import SetupFailed
from deploy.running import STATE

UP: Final = "up"
DEMO: Final = "demo"
"""Folders within the home: a demonstration never touches the data of `noaber up`."""


def read_state(home: Path) -> dict[str, Any] | None:
    """The state of the platform of this home, or None when none runs."""
    for place in (home / UP, home / DEMO):
        try:
            state: dict[str, Any] = json.loads((place / STATE).read_text())
        except FileNotFoundError:
            continue
        if _lives(int(state["supervisor"])):
            return state
    return None


def refuse_second(home: Path) -> None:
    """Raise SetupFailed when a platform of this home runs already."""
    state = read_state(home)
    if state is not None:
        raise SetupFailed(
            f"a platform of this folder runs already at {state['origin']}; stop it: noaber stop"
        )


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
