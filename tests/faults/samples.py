"""What a running platform takes, measured from outside: memory, open files, lag, tables, topics."""

import contextlib
import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import httpx

from deploy.stack import BY_NAME, OWNERS
from services.runtime.certificates import believed
from services.runtime.database import connected
from tests.faults.house import House
from tests.faults.processes import tree

PAGE: Final = os.sysconf("SC_PAGE_SIZE")
MEGABYTE: Final = 1_000_000

_TABLES: Final = """
SELECT schemaname || '.' || relname AS name, pg_total_relation_size(relid) AS bytes
FROM pg_stat_user_tables WHERE schemaname = ANY($1::text[])
"""


_STATES: Final = "SELECT count(*) FROM {owner}.journal WHERE version = 1"


@dataclass
class Sample:
    """One look; sizes in megabytes. `states`: of how many things the newest state is kept."""

    minute: float
    states: float = 0.0
    memory: dict[str, float] = field(default_factory=dict)
    files: dict[str, float] = field(default_factory=dict)
    lag: dict[str, float] = field(default_factory=dict)
    tables: dict[str, float] = field(default_factory=dict)
    topics: dict[str, float] = field(default_factory=dict)


async def look(house: House, minute: float, superuser: str) -> Sample:
    """Measure everything once."""
    found = Sample(minute)
    for name in house.names:
        pid = house.child(name).pid
        pids = tree(pid) if pid is not None else []
        found.memory[name] = sum(_private(each) for each in pids) / MEGABYTE
        found.files[name] = sum(_open_files(each) for each in pids)
    async with httpx.AsyncClient(timeout=5, verify=believed()) as client:
        for name in BY_NAME:
            with contextlib.suppress(httpx.HTTPError, ValueError):
                health = await client.get(f"http://127.0.0.1:{house.port(name)}/health")
                found.lag[name] = health.json()["lag"]
    found.tables, found.states = await _tables(superuser)
    found.topics = _topics(house.kafka_data)
    return found


def _private(pid: int) -> float:
    """Bytes that only this process holds (proportional set size): Postgres shares most of its memory."""
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
            if line.startswith("Pss:"):
                return float(line.split()[1]) * 1024
    except OSError:
        return 0.0
    return 0.0


def _open_files(pid: int) -> int:
    try:
        return len(list(Path(f"/proc/{pid}/fd").iterdir()))
    except OSError:
        return 0


async def _tables(superuser: str) -> tuple[dict[str, float], float]:
    async with connected(superuser) as connection:
        rows = await connection.fetch(_TABLES, list(OWNERS))
        states = sum([await connection.fetchval(_STATES.format(owner=owner)) for owner in OWNERS])
        return {row["name"]: row["bytes"] / MEGABYTE for row in rows}, states


def _topics(data: Path) -> dict[str, float]:
    sizes: dict[str, float] = {}
    for log in data.glob("log/*-[0-9]*/*.log"):
        with contextlib.suppress(OSError):
            topic = log.parent.name.rpartition("-")[0]
            sizes[topic] = sizes.get(topic, 0.0) + log.stat().st_size / MEGABYTE
    return sizes
