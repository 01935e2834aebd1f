"""The 60-second promise: from an unknown phone with a sealed card to a sent request for help, on slow 4G."""

import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from functools import partial
from pathlib import Path
from typing import Final

from deploy.bootstrap import ROOT
from deploy.parts import frontend
from deploy.parts.ports import answers, free_port
from deploy.running import Running, Wish
from services.runtime.settings import Mode, Seed
from tests.bench.rows import Goal, Row, at_most
from tests.bench.setting import Setting
from tests.bench.trials import Trial
from tests.browser.minute import MOST_KIB, MOST_SECONDS, MOST_TAPS, walk
from tests.journey.waiting import until

PICTURE: Final = ROOT / "frontend" / "readme" / "strip.png"
WHAT: Final = "card to a sent request for help, slow 4G"

ROWS: Final[tuple[tuple[str, str, str, Goal | None], ...]] = (
    (WHAT, "s", "seconds", at_most(MOST_SECONDS)),
    (f"{WHAT}: of which the person", "s", "person_seconds", None),
    (f"{WHAT}: taps", "taps", "taps", at_most(MOST_TAPS)),
    (f"{WHAT}: characters typed", "characters", "typed", None),
    (f"{WHAT}: swipes to what is below", "swipes", "swipes", None),
    (f"{WHAT}: received", "KiB", "received", at_most(MOST_KIB)),
    (f"{WHAT}: sent", "KiB", "sent", None),
)
"""Name, unit, figure of `Walked`, goal."""


def measure(setting: Setting) -> Iterator[Row]:
    """Each run on a platform and a browser of its own; the last one's pictures become the film strip."""
    frontend.install(setting.home)
    strip = None if setting.quick else PICTURE

    def run() -> Trial:
        place = setting.scratch / "platform"
        port, token = free_port(), secrets.token_urlsafe(24)
        wish = Wish(setting.home, place, Mode.REAL, Seed.FICTITIOUS, first_port=9000)
        running = Running(wish)
        running.platform = replace(running.platform, settings=_telephone(running.platform.base, port, token))
        with _phones(port, token, setting.scratch), running:
            phones = f"http://127.0.0.1:{port}"
            walked = walk(running.platform, setting.home, phones, slow=True, strip=strip)
        running.forget()
        return Trial({name: float(value) for name, value in asdict(walked).items()})

    pairs = setting.compare(run)
    for name, unit, figure, goal in ROWS:
        yield setting.row(name, unit, pairs, figure, goal)


def _telephone(base: int, port: int, token: str) -> dict[str, str]:
    """As an operator tells it: a provider elsewhere, which reaches us by the address where people go."""
    return {
        "NOABER_TELEPHONE_URL": f"http://127.0.0.1:{port}",
        "NOABER_TELEPHONE_ACCOUNT": "bench",
        "NOABER_TELEPHONE_TOKEN": token,
        "NOABER_TELEPHONE_CALLER": "+31000000000",
        "NOABER_TELEPHONE_CALLBACK": f"http://127.0.0.1:{base}",
    }


@contextmanager
def _phones(port: int, token: str, scratch: Path) -> Iterator[None]:
    """The simulated telephones, as a process of their own: a real platform has none."""
    told = {
        **os.environ,
        "NOABER_MODE": Mode.DEMO,
        "NOABER_KAFKA": "none",
        "NOABER_HTTP_PORT": str(port),
        "NOABER_TELEPHONE_TOKEN": token,
    }
    command = [sys.executable, "-m", "services.notification", "phone"]
    with (scratch / "phones.log").open("a") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=told, stdout=log, stderr=log)
    try:
        until(partial(answers, port), 20, what="the simulated telephones")
        yield
    finally:
        process.terminate()
        process.wait(20)
