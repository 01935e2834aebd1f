"""Fills an empty directory: the organisations there are, and made-up people where that is asked for."""

import sys
from pathlib import Path
from typing import Final

from schemas.events.organisation import Organisation
from services.directory.rules.fictitious import PEOPLE, made_up_lists, make_people
from services.directory.rules.organisations import fictitious_partnerships, real_organisations
from services.directory.store.writes import Writes
from services.runtime.database import open_pool
from services.runtime.now import clock
from services.runtime.settings import Seed, SeedSettings

FACTS: Final = Path(__file__).parent / "facts" / "municipalities.csv"
"""Codes, names, provinces, regions, population (CBS, 2023) and the middle of each municipality."""


def known_organisations() -> list[Organisation]:
    """All that there really are, as the facts say."""
    return real_organisations(FACTS.read_text(encoding="utf-8"))


def demo_organisations() -> list[Organisation]:
    """Those, and the partnerships of a demonstration, which are made up."""
    real = known_organisations()
    return [*real, *fictitious_partnerships(real)]


async def seed(settings: SeedSettings) -> None:
    """Write what is missing; a second run changes nothing. It leaves where people are real."""
    now = clock()()
    made_up = settings.seed is Seed.FICTITIOUS
    organisations = demo_organisations() if made_up else known_organisations()
    async with await open_pool(settings.database, 1) as pool:
        writes = Writes(pool)
        if made_up and await writes.are_real():
            sys.exit(
                "these tables hold real people, and no made-up ones are put among them: nothing was written"
            )
        written = await writes.seed_organisations(organisations, now)
        made = make_people(organisations, settings.seed_people or PEOPLE) if made_up else []
        people = await writes.seed_people(made, now) if made else 0
        await writes.seed_wake_lists(made_up_lists(made), now)
    print(f"directory: {written} organisations and {people} made-up people written")
