"""What a running platform wrote about itself."""

import json
from pathlib import Path
from typing import Any, Final

from deploy.bootstrap import SetupFailed
from deploy.claim import Claim
from deploy.kept_mode import DEMO, start_of
from deploy.running import STATE

UP: Final = "up"
"""The folder within the home beside `DEMO`: a demonstration never touches the data of `noaber up`."""


def read_state(home: Path) -> dict[str, Any] | None:
    """The state of the platform of this home, or None when none runs."""
    for place in (home / UP, home / DEMO):
        if Claim(place).is_taken() and (place / STATE).exists():
            state: dict[str, Any] = json.loads((place / STATE).read_text())
            return state
    return None


def running_here(home: Path) -> dict[str, Any]:
    """The state of the platform of this home. Raises SetupFailed when none runs."""
    state = read_state(home)
    if state is None:
        raise SetupFailed(f"no platform of this folder runs; start one: {start_of(home / UP)}")
    return state


def refuse_second(home: Path) -> None:
    """Raise SetupFailed when a platform of this home runs already."""
    state = read_state(home)
    if state is not None:
        raise SetupFailed(
            f"a platform of this folder runs already at {state['origin']}; stop it: noaber stop"
        )
