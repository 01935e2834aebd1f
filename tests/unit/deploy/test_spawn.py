"""A server that was started for a while is asked to end in a way that it hears."""

import signal
import sys
from pathlib import Path

import pytest

from deploy.parts import spawn as spawning
from deploy.parts.spawn import serving

SLEEPS = [sys.executable, "-c", "import time; time.sleep(60)"]


def test_a_server_ends_by_itself_though_whoever_starts_it_ignores_ctrl_c(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(spawning, "STOP_SECONDS", 5)
    # A shell does so for what it runs in the background, and what is ignored is inherited.
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with serving(SLEEPS, lambda: True, tmp_path / "log", tmp_path) as server:
            pass
    finally:
        signal.signal(signal.SIGINT, before)
    assert server.returncode == -signal.SIGTERM
