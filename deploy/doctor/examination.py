"""Everything the doctor looks at, in the order in which somebody mends it."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from deploy.backup import platform_in
from deploy.doctor.finding import Finding
from deploy.doctor.machine import look_at_machine
from deploy.doctor.place import look_at_place
from deploy.doctor.processes import of_processes
from deploy.doctor.tables import look_at_postgres
from deploy.doctor.topics import look_at_kafka
from deploy.kept_mode import kept_mode, start_of
from deploy.noaber.state import UP, read_state
from deploy.noaber.status import seen
from deploy.stack import Platform


def examine(home: Path) -> list[Finding]:
    """All findings about the machine and the platform of this home; an empty list is good news."""
    state = read_state(home)
    found = look_at_machine(home, runs=state is not None)
    if state is None:
        return [*found, *look_at_place(home, home / UP, kept_mode(home / UP), datetime.now(UTC))]
    return [*found, *examine_running(home, state)]


def examine_running(home: Path, state: dict[str, Any]) -> list[Finding]:
    """The platform that wrote this state."""
    place, processes = Path(state["place"]), seen(state)["processes"]
    found = look_at_place(home, place, state["mode"], datetime.now(UTC))
    if any(each.about == "secrets" for each in found):
        return [*found, *of_processes(processes)]
    # What the processes lack comes before them.
    stores = asyncio.run(_look_at_stores(platform_in(place, int(state["base"]))))
    return [*found, *stores, *of_processes(processes)]


async def _look_at_stores(platform: Platform) -> list[Finding]:
    start = start_of(platform.home)
    return [
        *await look_at_postgres(platform, start),
        *await look_at_kafka(platform.kafka, platform.topic_prefix, start),
    ]
