"""The real Kafka, Postgres and Caddy, all of whose files stand under a path with a space."""

import os
import subprocess
from pathlib import Path

import asyncpg
import httpx
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from deploy import bootstrap
from deploy.backing import Backing
from deploy.bootstrap import home_of
from deploy.parts import caddy, kafka
from deploy.parts.ports import answers, free_port
from deploy.parts.spawn import spawn
from deploy.stack import Platform, gateway_environment, secrets_in
from services.runtime.settings import Mode, Seed
from tests.journey.waiting import until


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a space in its name; only the fetched jars are shared with the real one."""
    made = tmp_path / "a home with a space"
    made.mkdir()
    (made / "kafka-jars").symlink_to(kafka.jars(home_of(os.environ)))
    return made


async def test_kafka_and_postgres_run_there(home: Path) -> None:
    with Backing(home, home / "the data") as running:
        admin = AIOKafkaAdminClient(bootstrap_servers=running.kafka)
        await admin.start()
        assert await admin.list_topics() is not None
        await admin.close()
        connection = await asyncpg.connect(running.postgres)
        assert await connection.fetchval("SELECT 1") == 1
        await connection.close()
        outside = running._server.outside
    assert outside is None or not outside.exists()


def test_caddy_serves_pages_from_there(home: Path) -> None:
    pages = home / "the pages"
    pages.mkdir()
    (pages / "index.html").write_text("<p>found</p>")
    platform = Platform(free_port(), Mode.DEMO, Seed.NONE, home, secrets_in(home / "secrets.json"))
    log = home / "caddy.log"
    server = spawn(caddy.command(), log, home, gateway_environment(platform, pages))
    try:
        until(lambda: answers(platform.base) or server.poll() is not None)
        assert server.poll() is None, log.read_text()
        assert httpx.get(f"http://127.0.0.1:{platform.base}/").text == "<p>found</p>"
    finally:
        server.terminate()
        server.wait(10)


def test_the_environment_is_made_there(tmp_path: Path) -> None:
    root = tmp_path / "a checkout with a space"
    root.mkdir()
    (root / bootstrap.LOCK).write_text("")
    bootstrap.make_environment(root, tmp_path / "a home", {"PATH": ""})
    python = root / ".venv" / "bin" / "python"
    said = subprocess.run(
        [python, "-c", "import sys; print(sys.prefix)"], capture_output=True, text=True, check=True
    )
    assert Path(said.stdout.strip()) == root / ".venv"
