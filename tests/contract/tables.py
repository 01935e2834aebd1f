"""Databases with an owner's tables, copied from one whose migrations ran once: half a second each time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import pytest

from deploy.backing import Backing
from deploy.bootstrap import ROOT
from services.runtime.database import connected
from services.runtime.migrations import migrate
from tests.conftest import fresh_database


class Tables:
    """The originals stay until Postgres ends with the run."""

    def __init__(self, backing: Backing) -> None:
        self._backing = backing
        self._made: set[str] = set()

    @asynccontextmanager
    async def of(self, owner: str) -> AsyncIterator[str]:
        """The DSN of a fresh database of that owner, dropped afterwards."""
        if owner not in self._made:
            await self._make(owner)
            self._made.add(owner)
        async with fresh_database(self._backing, _name(owner)) as made:
            yield made

    async def _make(self, owner: str) -> None:
        server = self._backing.postgres
        admin = await asyncpg.connect(server)
        await admin.execute(f"CREATE DATABASE {_name(owner)}")
        await admin.close()
        folder = ROOT / "services" / owner / "migrations"
        await asyncio.to_thread(migrate, folder, server.rsplit("/", 1)[0] + f"/{_name(owner)}")


def _name(owner: str) -> str:
    return f"tables_of_{owner}"


def database_of(owner: str) -> Any:
    """The fixture `database` of a module: a fresh one of that owner for each test."""

    @pytest.fixture(name="database")
    async def made(tables: Tables) -> AsyncIterator[str]:
        async with tables.of(owner) as found:
            yield found

    return made


async def rows(database: str, query: str, *values: object) -> list[tuple[Any, ...]]:
    """What a query finds there."""
    async with connected(database) as connection:
        return [tuple(row) for row in await connection.fetch(query, *values)]
