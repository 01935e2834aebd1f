"""Postgres of a platform that runs: whether it answers, migrations, connections and its clock."""

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from alembic.config import Config
from alembic.script import ScriptDirectory

from deploy.bootstrap import ROOT
from deploy.doctor.clocks import of_clock
from deploy.doctor.finding import Finding, attention, urgent
from deploy.stack import OWNERS, Platform
from services.runtime.database import AWAY, connected

ASK_SECONDS: Final = 10.0
NEARLY_ALL: Final = 0.9

_STATE: Final = """
SELECT clock_timestamp() AS now, (SELECT version_num FROM alembic_version) AS revision,
       (SELECT count(*) FROM pg_stat_activity) AS used, current_setting('max_connections')::integer AS most
"""


async def look_at_postgres(platform: Platform, start: str) -> list[Finding]:
    """Ask as each owner; `start`: the command that starts this platform."""
    found: list[Finding] = []
    for owner in OWNERS:
        try:
            row, apart = await _ask(platform.database(owner))
        except (*AWAY, TimeoutError) as away:
            what = f"the database does not answer {owner}: {away}"
            found.append(urgent("postgres", what, f"{owner} can do nothing", "noaber logs postgres"))
            continue
        found += of_revision(owner, row["revision"], revisions(owner), start)
        if owner == OWNERS[0]:
            found += [*of_clock("Postgres", apart), *of_connections(row["used"], row["most"])]
    return found


async def _ask(dsn: str) -> tuple[Any, timedelta]:
    async with asyncio.timeout(ASK_SECONDS):
        async with connected(dsn) as connection:
            before = datetime.now(UTC)
            row = await connection.fetchrow(_STATE)
            between = before + (datetime.now(UTC) - before) / 2
    assert row is not None
    return row, row["now"] - between


def revisions(owner: str) -> list[str]:
    """The migrations of this release, the newest first."""
    config = Config()
    config.set_main_option(
        "script_location", str(ROOT / "services" / owner / "migrations").replace("%", "%%")
    )
    return [each.revision for each in ScriptDirectory.from_config(config).walk_revisions()]


def of_revision(owner: str, found: str | None, known: list[str], start: str) -> list[Finding]:
    """Whether an owner's tables are those of this release.

    `known`: its migrations, the newest first; `start`: the command that starts this platform.
    """
    if found == known[0]:
        return []
    why = f"{owner} writes what its tables do not hold, or reads what they do not have"
    if found in known or found is None:
        waiting = ", ".join(reversed(known[: known.index(found)] if found else known))
        mend = f"noaber stop; {start}"
        return [urgent("migrations", f"migrations of {owner} are pending: {waiting}", why, mend)]
    what = f"the tables of {owner} are at {found}, which this release does not know (it ends at {known[0]})"
    return [urgent("migrations", what, why, "start the newer release again")]


def of_connections(used: int, most: int) -> list[Finding]:
    """Whether Postgres can take more connections."""
    if used < NEARLY_ALL * most:
        return []
    what = f"{used} of {most} connections of Postgres are in use"
    why = "a service that is started again gets none, and stays away"
    return [attention("connections", what, why, "noaber status")]
