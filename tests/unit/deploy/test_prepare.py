"""What runs once before the services in containers, here on the real Kafka and the real Postgres."""

import asyncio
import os
import secrets
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from deploy.backing import Backing
from deploy.bootstrap import child_environment, home_of
from deploy.images import prepare
from deploy.stack import OWNERS
from schemas.topics import TOPICS


@pytest.fixture(scope="module")
def topic_prefix() -> str:
    return f"t{secrets.token_hex(4)}-"


@pytest.fixture(scope="module")
def prepared(
    backing: Backing, topic_prefix: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, str]]:
    """The environment of the container after all was done twice; the database is dropped afterwards."""
    built = tmp_path_factory.mktemp("built")
    (built / "index.html").write_text("<p>pages</p>")
    told = {
        **child_environment(os.environ, home_of(os.environ)),
        "NOABER_SUPERUSER": backing.postgres,
        **{f"NOABER_{owner.upper()}_PASSWORD": secrets.token_urlsafe(12) for owner in OWNERS},
        "NOABER_KAFKA": backing.kafka,
        "NOABER_TOPIC_PREFIX": topic_prefix,
        "NOABER_SEED": "none",
        "NOABER_PAGES": str(tmp_path_factory.mktemp("pages")),
    }
    with pytest.MonkeyPatch.context() as image:
        image.setattr(prepare, "BUILT", built)
        prepare.main(told)
        prepare.main(told)
    yield told
    asyncio.run(_drop(backing.postgres))


async def _drop(superuser: str) -> None:
    server = await asyncpg.connect(superuser)
    await server.execute(f"DROP DATABASE {prepare.DATABASE} WITH (FORCE)")
    await server.close()


def _as(told: dict[str, str], owner: str) -> str:
    return prepare._as(told, owner, told[f"NOABER_{owner.upper()}_PASSWORD"])["NOABER_DATABASE"]


async def test_after_it_every_service_finds_what_it_needs(
    prepared: dict[str, str], backing: Backing, topic_prefix: str
) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=backing.kafka)
    await admin.start()
    topics = await admin.list_topics()
    await admin.close()
    assert {topic_prefix + topic.name for topic in TOPICS} <= set(topics)
    directory = await asyncpg.connect(_as(prepared, "directory"))
    assert await directory.fetchval("SELECT count(*) FROM journal") == 368
    await directory.close()
    assert (Path(prepared["NOABER_PAGES"]) / "index.html").exists()


async def test_an_owner_is_refused_on_the_tables_of_another(prepared: dict[str, str]) -> None:
    for owner, other in (("aid", "directory"), ("directory", "aid")):
        connection = await asyncpg.connect(_as(prepared, owner))
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch(f"SELECT * FROM {other}.journal")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("CREATE TABLE public.mine (id int)")
        await connection.close()
