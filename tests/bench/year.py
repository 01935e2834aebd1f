"""The twenty minutes a year: an administrator's people, duty, mandate, cards, yearly check and own data."""

from collections.abc import Iterator
from typing import Final

from deploy.parts import frontend
from deploy.running import Running, Wish
from tests.bench.machine import orphans_adopted
from tests.bench.rows import Goal, Row, at_most
from tests.bench.setting import Setting
from tests.bench.trials import Trial
from tests.browser.year import MOST_SECONDS, MOST_TAPS, year

WHAT: Final = "an administrator's year"

ROWS: Final[tuple[tuple[str, str, str, Goal | None], ...]] = (
    (WHAT, "s", "seconds", at_most(MOST_SECONDS)),
    (f"{WHAT}: of which the person", "s", "person_seconds", None),
    (f"{WHAT}: taps", "taps", "taps", at_most(MOST_TAPS)),
    (f"{WHAT}: characters typed", "characters", "typed", None),
    (f"{WHAT}: characters read", "characters", "read", None),
)
"""Name, unit, figure of `Year`, goal."""


def measure(setting: Setting) -> Iterator[Row]:
    """Each run on a platform and a browser of its own."""
    frontend.install(setting.home)

    def run() -> Trial:
        running = Running(Wish(setting.home, setting.scratch / "platform", first_port=9000))
        with running, orphans_adopted():
            walked = year(running.platform, setting.home, setting.scratch / "pictures")
        running.forget()
        return Trial({figure: float(getattr(walked, figure)) for _, _, figure, _ in ROWS})

    pairs = setting.compare(run)
    for name, unit, figure, goal in ROWS:
        yield setting.row(name, unit, pairs, figure, goal)
