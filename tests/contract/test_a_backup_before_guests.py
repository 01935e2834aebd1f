"""A backup that knows no guests comes back: its incidents have none, and let one in like any other."""

import asyncio
from pathlib import Path

import asyncpg

import services.aid
from schemas.events.incident import Incident
from services.aid.handlers.desk import Desk, Sent
from services.aid.reach import Reach
from services.aid.rules.commands import AdmitGuest
from services.aid.rules.world import Picture, Terms
from services.aid.store.postgres import PostgresStore
from services.runtime.database import open_pool
from services.runtime.migrations import migrate
from services.runtime.ports import Cause
from services.runtime.restored import restored
from tests.unit.aid.stage import Stage, key

MIGRATIONS = Path(services.aid.__file__).parent / "migrations"
REACH = Reach(incidents=frozenset({key("incident")}))


async def an_old_backup(pool: asyncpg.Pool, stage: Stage) -> None:
    """An incident as it was written when nobody had thought of guests."""
    await stage.incident()
    async with PostgresStore(pool).unit() as unit:
        await unit.lock(REACH, None)
        await unit.write(stage.all(Incident), Cause(key("report"), None, stage.now), None)
    await pool.execute("UPDATE incident SET state = state - 'guests'")


async def test_a_backup_without_guests_is_restored_and_its_incident_lets_one_in(database: str) -> None:
    await asyncio.to_thread(migrate, MIGRATIONS, database)
    stage = Stage()
    async with await open_pool(database, 2) as pool:
        await an_old_backup(pool, stage)
        assert not await pool.fetchval("SELECT state ? 'guests' FROM incident")
        await restored(database, "aid")
        async with PostgresStore(pool).unit() as unit:
            found = await unit.load(await unit.lock(REACH, None), Picture(), None)
        assert found.world.incidents[key("incident")].guests == ()
        bram = stage.guest("bram", "gert")
        picture = Picture(stage.people, stage.organisations, stage.staff)
        desk = Desk(PostgresStore(pool), picture, lambda: stage.now, Terms())
        sent = Sent(AdmitGuest(guest=bram), key("incident"), stage.people[key("gert")], "tap", b"\x01" * 32)
        await desk.carry_out(sent)
        rows = await pool.fetch("SELECT version, state->'guests'->0->>'person' AS guest FROM incident")
        assert [(row["version"], row["guest"]) for row in rows] == [(2, str(bram))]
