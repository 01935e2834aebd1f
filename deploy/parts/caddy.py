"""Caddy: one origin for pages, APIs and the websocket."""

import sys
from pathlib import Path
from typing import Final

from deploy.bootstrap import ROOT

CADDYFILE: Final = ROOT / "deploy" / "Caddyfile"


def command() -> list[str]:
    """What runs Caddy; ports and folders come from the environment."""
    binary = Path(sys.executable).with_name("caddy")
    return [str(binary), "run", "--config", str(CADDYFILE), "--adapter", "caddyfile"]
