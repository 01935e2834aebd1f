"""A migration that breaks half-way leaves the tables as the release that runs knows them."""

import asyncio
import shutil
from pathlib import Path

import pytest

from deploy.bootstrap import ROOT
from services.runtime.database import connected
from services.runtime.migrations import migrate
from tests.conftest import Backing, fresh_database
from tests.faults.half_way import SAYS, TABLE, break_half_way

OF_AID = ROOT / "services" / "aid" / "migrations"


async def test_what_it_did_is_undone_and_the_one_before_it_stands(backing: Backing, tmp_path: Path) -> None:
    broken = shutil.copytree(OF_AID, tmp_path / "migrations")
    last = break_half_way(broken)
    async with fresh_database(backing) as dsn:
        with pytest.raises(RuntimeError, match=SAYS):
            await asyncio.to_thread(migrate, broken, dsn)
        async with connected(dsn) as connection:
            assert await connection.fetchval("SELECT version_num FROM alembic_version") == last
            assert await connection.fetchval("SELECT to_regclass($1)", TABLE) is None
            assert await connection.fetchval("SELECT count(*) FROM incident") == 0
        # The release that runs finds its tables whole, and so does the next attempt.
        await asyncio.to_thread(migrate, OF_AID, dsn)
