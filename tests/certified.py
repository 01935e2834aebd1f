"""`oidc-provider`, which is certified by the OpenID Foundation, run beside a test by the front end's Node."""

import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from deploy.bootstrap import home_of
from deploy.parts import frontend

READY_SECONDS = 60


@contextmanager
def certified(port: int, *ways_back: str) -> Iterator[str]:
    """Its issuer, while the block runs; it sends browsers back to these addresses only."""
    home = home_of(os.environ)
    frontend.install(home)
    process = subprocess.Popen(
        [str(frontend.node_folder() / "node"), "tests/provider/provider.mjs", str(port), *ways_back],
        cwd=frontend.FRONTEND,
        env=frontend.environment(home),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    # One that hangs is ended, and then says no more.
    patience = threading.Timer(READY_SECONDS, process.kill)
    patience.start()
    try:
        assert process.stdout is not None
        assert any(line.strip() == "ready" for line in process.stdout), "the provider did not start"
        patience.cancel()
        yield f"http://127.0.0.1:{port}"
    finally:
        patience.cancel()
        process.terminate()
        process.communicate()
