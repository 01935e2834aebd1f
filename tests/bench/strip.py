"""The 60-second promise: from an unknown phone with a sealed card to a sent request for help, on slow 4G."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Final

from deploy.bootstrap import ROOT
from deploy.parts import frontend
from deploy.running import Running, Wish
from tests.bench.machine import orphans_adopted
from tests.bench.rows import Goal, Row, at_most
from tests.bench.setting import Setting
from tests.bench.trials import Trial
from tests.browser.minute import MOST_KIB, MOST_SECONDS, MOST_TAPS, walk

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
        running = Running(Wish(setting.home, setting.scratch / "platform", first_port=9000))
        with running:
            phones = f"http://127.0.0.1:{running.platform.port('notification')}"
            with orphans_adopted():
                walked = walk(running.platform, setting.home, phones, slow=True, strip=strip)
        running.forget()
        return Trial({name: float(value) for name, value in asdict(walked).items()})

    pairs = setting.compare(run)
    for name, unit, figure, goal in ROWS:
        yield setting.row(name, unit, pairs, figure, goal)
