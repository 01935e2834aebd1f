"""Claims per second of one `aid`, beside pgbench running the statements that Postgres logged of one claim."""

import asyncio
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import asyncpg

from tests.bench import crowd, replay
from tests.bench.closed_loop import send
from tests.bench.machine import cpu_seconds
from tests.bench.owner import Owner
from tests.bench.rows import Row, percentile, ratio_at_least
from tests.bench.setting import Setting
from tests.bench.trials import Trial

CLIENTS: Final = (8, 1, 32)
PEOPLE: Final = 5 * crowd.LENDERS
SECONDS: Final = 2.5
GUESS: Final = {1: 250, 8: 600, 32: 600}
"""Claims per second that may be expected: a run then takes about as long as it should."""

PATIENCE: Final = 10.0
MARK: Final = "from here on it is logged"

GOAL: Final = ratio_at_least(0.6)


@dataclass(frozen=True)
class Answering:
    """A process of `aid`, and where it answers."""

    owner: Owner
    port: int
    pid: int

    @classmethod
    def of(cls, owner: Owner) -> "Answering":
        """The one that was started last: another may be started beside it."""
        return cls(owner, owner.port, owner.process.pid)


def measure(setting: Setting) -> Iterator[Row]:
    """At 8, 1 and 32 clients, each claiming a slot of a request that nobody else claims from."""
    with Owner(setting, PEOPLE) as owner:
        asyncio.run(owner.reset())
        aid = Answering.of(owner)
        warm(aid)
        statements = _logged(owner, setting.scratch / "backing" / "postgres.log")
        file = setting.scratch / "claim.sql"
        file.write_text(replay.script(statements, [str(crowd.INCIDENT)], 0))
        setting.say(f"{len(statements)} statements: {', '.join(each.text.split()[0] for each in statements)}")
        for clients in CLIENTS:
            number = enough(setting, clients)
            pairs = setting.compare(
                lambda clients=clients, number=number: claimed(aid, number, clients),
                lambda clients=clients, number=number: _theirs(owner, file, number, clients),
            )
            beside = f"{clients} client{'s' if clients > 1 else ''}"
            goal = GOAL if clients == 8 else None
            yield setting.row(f"claims, {beside}, beside pgbench", "/s", pairs, "per second", goal)
            yield setting.row(f"processor time of aid per claim, {beside}", "ms", pairs, "ms")
            yield setting.row(f"claim answered, {beside}, p99", "ms", pairs, "p99")


def enough(setting: Setting, clients: int) -> int:
    """Claims that take about SECONDS, as many for each client."""
    return int(setting.share(SECONDS) * GUESS[clients]) // clients * clients


def warm(aid: Answering) -> None:
    """Connections opened, statements prepared, tokens judged once: as in a process that runs for a while."""
    for clients in (1, 8):
        send(aid.port, [aid.owner.claim(number) for number in range(aid.owner.people)], clients)
        asyncio.run(aid.owner.reset())


def _logged(owner: Owner, log: Path) -> list[replay.Statement]:
    """What Postgres logs of one claim, made as every other one."""
    server = owner.backing.postgres
    asyncio.run(_executed(server, "ALTER SYSTEM SET log_statement = 'all'", "SELECT pg_reload_conf()"))
    end = time.monotonic() + PATIENCE
    while MARK not in log.read_text():
        if time.monotonic() > end:
            raise TimeoutError("Postgres does not log")
        asyncio.run(_executed(server, f"SELECT '{MARK}'"))
    before = log.stat().st_size
    sent = send(owner.port, [owner.claim(0)], 1)
    assert sent.statuses == [200], sent.first_wrong
    asyncio.run(_executed(server, "ALTER SYSTEM RESET log_statement", "SELECT pg_reload_conf()"))
    return replay.logged(log.read_text()[before:], str(crowd.request_id(0)))


async def _executed(dsn: str, *statements: str) -> None:
    server = await asyncpg.connect(dsn)
    for each in statements:
        await server.execute(each)
    await server.close()


def claimed(aid: Answering, number: int, clients: int) -> Trial:
    """So many people claim; each claim has to be won and to stand in the table."""
    asyncio.run(aid.owner.reset())
    requests = [aid.owner.claim(each) for each in range(number)]
    before = cpu_seconds(aid.pid)
    sent = send(aid.port, requests, clients)
    spent = cpu_seconds(aid.pid) - before
    won = asyncio.run(aid.owner.counted("commitment"))
    figures = {
        "per second": number / sent.seconds,
        "ms": 1_000 * spent / number,
        "p99": 1_000 * percentile(sent.waits, 0.99),
    }
    return Trial(figures, number, won if sent.statuses.count(200) == number else -1)


def _theirs(owner: Owner, file: Path, number: int, clients: int) -> Trial:
    asyncio.run(owner.reset())
    per_second = replay.run(owner.database, file, clients, number // clients)
    return Trial({"per second": per_second}, number, asyncio.run(owner.counted("commitment")))
