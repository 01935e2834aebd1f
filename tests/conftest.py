"""The real Kafka and the real Postgres, once per run; each test has its own topics and its own database."""

import os
import secrets
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pytest
from hypothesis import HealthCheck, settings

from deploy.backing import Backing
from deploy.bootstrap import home_of
from services.runtime.journal import SEALING, TABLES, TRACES
from tests.process_logs import logs_for

# How long a draw or an example takes says how busy the machine is, not whether the code is right.
settings.register_profile("noaber", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("noaber")


@pytest.fixture(scope="session")
def backing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Backing]:
    data: Path = tmp_path_factory.mktemp("backing")
    with Backing(home_of(os.environ), data, lasting=False) as running:
        yield running


@pytest.fixture
def topic_prefix() -> str:
    return f"t{secrets.token_hex(4)}-"


@pytest.fixture
async def database(backing: Backing) -> AsyncIterator[str]:
    """The DSN of a fresh database, dropped afterwards."""
    async with fresh_database(backing) as made:
        yield made


@asynccontextmanager
async def fresh_database(backing: Backing, template: str = "template1") -> AsyncIterator[str]:
    """A database like the one named, by its DSN; dropped afterwards."""
    name = f"t{secrets.token_hex(6)}"
    admin = await asyncpg.connect(backing.postgres)
    await admin.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    try:
        yield backing.postgres.rsplit("/", 1)[0] + f"/{name}"
    finally:
        await admin.execute(f"DROP DATABASE {name} WITH (FORCE)")
        await admin.close()


@pytest.fixture
async def pool(database: str) -> AsyncIterator[asyncpg.Pool]:
    """Connections to a fresh database with an owner's journal and outbox in it."""
    async with asyncpg.create_pool(database, min_size=1, max_size=4) as made:
        await made.execute(TABLES + SEALING + TRACES)
        yield made


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):
    report = yield
    if report.failed:
        report.sections.extend(logs_for(item))
    return report
