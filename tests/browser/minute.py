"""The way from a sealed card to a sent request for help, walked by a scripted person in Chromium."""

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.stack import Platform
from schemas.values import Right
from services.directory.rules.fictitious import PEOPLE, make_people
from services.directory.seed import demo_organisations
from tests.browser.inside import asked
from tests.browser.node_script import told

HIT: Final = "GM1735"
KIB: Final = 1024

MOST_TAPS: Final = 10
MOST_KIB: Final = 80
MOST_SECONDS: Final = 60


@dataclass(frozen=True)
class Walked:
    """What it took. `received`, `sent`: KiB; `person_seconds`: of `seconds`, those of the person."""

    seconds: float
    person_seconds: float
    taps: int
    typed: int
    swipes: int
    received: float
    sent: float


def someone() -> str:
    """First and last name of somebody there who may report; nobody else is called that."""
    made = make_people(demo_organisations(), PEOPLE)
    staff = [each for each in made if each.person.works_for(HIT)]
    called = Counter(each.name for each in staff)
    reporters = [each.name for each in staff if each.person.may(Right.REPORT, HIT)]
    return next(name for name in reporters if called[name] == 1 and " " in name)


def walk(platform: Platform, home: Path, phones: str, *, slow: bool, strip: Path | None = None) -> Walked:
    """Print a card, and walk the way with it; `phones`: the address of the simulated telephones."""
    given = {
        "link": _card(platform),
        "name": someone(),
        "phones": phones,
        "slow": slow,
        "strip": None if strip is None else str(strip),
    }
    took = told(home, "minute.mjs", json.dumps(given))
    return Walked(**{**took, "received": took["received"] / KIB, "sent": took["sent"] / KIB})


def _card(platform: Platform) -> str:
    """The link of a new card."""
    wanted = {"organisation": HIT, "roles": ["crisis_coordination"], "origin": platform.origin}
    return str(asked(platform, "cards", wanted)["cards"][0]["link"])
