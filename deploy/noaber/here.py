"""The directory of the platform that runs on this machine."""

import os
from pathlib import Path

from deploy.backup import platform_in
from deploy.bootstrap import home_of
from deploy.noaber.inside import Inside
from deploy.noaber.state import running_here


def inside_here() -> Inside:
    """As it wrote about itself. Raises SetupFailed when none runs."""
    state = running_here(home_of(os.environ))
    platform = platform_in(Path(state["place"]), int(state["base"]))
    token = platform.secrets.internal_token
    return Inside(state["origin"], state.get("mode", ""), platform.port("directory"), token)
