"""An administrator's year, done at one sitting by a scripted person in Chromium."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.stack import Platform
from services.directory.rules.fictitious import PEOPLE, make_people
from services.directory.seed import demo_organisations
from tests.browser.inside import asked
from tests.browser.node_script import told

MOST_SECONDS: Final = 1_200
MOST_TAPS: Final = 100


@dataclass(frozen=True)
class Year:
    """What it took. `read`: characters."""

    machine_seconds: float
    person_seconds: float
    taps: int
    typed: int
    swipes: int
    read: int

    @property
    def seconds(self) -> float:
        """Of both, one after the other."""
        return self.machine_seconds + self.person_seconds


def somewhere() -> str:
    """The organisation there whose people are nearest to twelve."""
    made = make_people(demo_organisations(), PEOPLE)
    staff = Counter(member.organisation for each in made for member in each.person.memberships)
    return min(staff, key=lambda each: abs(staff[each] - 12))


def year(platform: Platform, home: Path, pictures: Path) -> Year:
    """Let a new administrator in, and walk their year."""
    new = {"organisation": somewhere(), "name": "Petra Verzonnen", "phone": "06 00000100"}
    invited = asked(platform, "invite", {"checked": "in_person", **new})
    link = f"{platform.origin}/welcome#{invited['secret']}"
    return Year(**told(home, "year.mjs", str(platform.base), str(pictures), link, invited["code"]))
