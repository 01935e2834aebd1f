"""The image's commands as docker-compose.yml gives them, in its unpacked tree, on real Kafka and Postgres."""

import asyncio
import os
import re
import secrets
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import asyncpg
import pytest
from aiokafka.admin import AIOKafkaAdminClient

from deploy import compose
from deploy.backing import Backing
from deploy.parts.ports import free_port
from deploy.provision import DATABASE
from deploy.stack import SERVICES
from schemas.topics import TOPICS
from services.directory.seed import known_organisations
from tests.journey.waiting import until
from tests.unit.deploy.unpacked import USER, as_its_user, own_folder, unpack, without_left_out


@dataclass(frozen=True)
class Image:
    """The unpacked image and what its containers are told, at the addresses that there are here."""

    tree: Path
    scratch: Path
    blocked: Path
    secrets: dict[str, str]
    backing: Backing
    prefix: str

    def told(self, container: str) -> dict[str, str]:
        """A container's environment."""
        found: dict[str, str] = compose.composition()["services"][container]["environment"]
        server = urlsplit(self.backing.postgres)
        told = {name: self._filled_in(value) for name, value in found.items()}
        told = {name: value.replace("kafka:9092", self.backing.kafka) for name, value in told.items()}
        here = f"{server.hostname}:{server.port}"
        told = {name: value.replace("postgres:5432", here) for name, value in told.items()}
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(self.blocked),
            "TMPDIR": str(self.scratch),
            **told,
            "NOABER_TOPIC_PREFIX": self.prefix,
            "NOABER_SEED": "none",
            "NOABER_SUPERUSER": self.backing.postgres,
            "NOABER_PAGES": str(self.scratch / "pages"),
        }

    def start(self, container: str, **settings: str) -> "subprocess.Popen[str]":
        """Its command, as its user."""
        command = as_its_user(compose.composition()["services"][container]["command"])
        return subprocess.Popen(
            command,
            cwd=self.tree,
            env={**self.told(container), **settings},
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, command: list[str], told: dict[str, str]) -> str:
        """What somebody's own command in a container says; AssertionError with its complaint."""
        started = as_its_user(command)
        done = subprocess.run(
            started, cwd=self.tree, env=told, check=False, capture_output=True, text=True, timeout=60
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def _filled_in(self, value: str) -> str:
        """As Compose does: with a question mark it has to be there, with a dash it may be empty."""

        def found(asked: re.Match[str]) -> str:
            return self.secrets[asked[1]] if asked[2] == "?" else self.secrets.get(asked[1], "")

        return re.sub(r"\$\{(\w+):([?-])[^}]*\}", found, value)


@pytest.fixture(scope="module")
def image(backing: Backing) -> Iterator[Image]:
    # Not below a folder of pytest's: its user could not see there whether a file exists.
    with tempfile.TemporaryDirectory(dir="/tmp", prefix="noaber-image-") as made:
        yield _image(backing, Path(made))


def _image(backing: Backing, folder: Path) -> Image:
    folder.chmod(0o755)
    lines = compose.write_secrets(folder).read_text().splitlines()
    kept = {name: value.strip("'") for name, _, value in (line.partition("=") for line in lines)}
    scratch = own_folder(folder / "scratch")
    blocked = without_left_out(folder / "blocked")
    return Image(unpack(folder), scratch, blocked, kept, backing, f"t{secrets.token_hex(4)}-")


@pytest.fixture(scope="module")
def prepared(image: Image) -> Iterator[Image]:
    """After everything was done twice by the container; the database is dropped afterwards."""
    for _ in range(2):
        done = image.start("prepare")
        _, said = done.communicate(timeout=60)
        assert done.returncode == 0, said
    yield image
    asyncio.run(_drop(image.backing.postgres))


async def _drop(superuser: str) -> None:
    server = await asyncpg.connect(superuser)
    await server.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")
    await server.close()


async def test_after_it_every_service_finds_what_it_needs(prepared: Image) -> None:
    admin = AIOKafkaAdminClient(bootstrap_servers=prepared.backing.kafka)
    await admin.start()
    topics = await admin.list_topics()
    await admin.close()
    assert {prepared.prefix + topic.name for topic in TOPICS} <= set(topics)
    directory = await asyncpg.connect(prepared.told("directory")["NOABER_DATABASE"])
    found = await directory.fetchval("SELECT count(*) FROM journal WHERE aggregate = 'organisation'")
    await directory.close()
    assert found == len(known_organisations())
    assert (prepared.scratch / "pages" / "index.html").exists()


async def test_an_owner_is_refused_on_the_tables_of_another(prepared: Image) -> None:
    for owner, other in (("aid", "directory"), ("directory", "aid")):
        connection = await asyncpg.connect(prepared.told(owner)["NOABER_DATABASE"])
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.fetch(f"SELECT * FROM {other}.journal")
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await connection.execute("CREATE TABLE public.mine (id int)")
        await connection.close()


def _is_well(container: str, port: str) -> bool:
    """What the container's own health check says."""
    check: dict[str, Any] = compose.composition()["services"][container]["healthcheck"]
    command = [word.replace(f":{_own_port(container)}/", f":{port}/") for word in check["test"][1:]]
    return subprocess.run(as_its_user(command), check=False, capture_output=True).returncode == 0


def _own_port(container: str) -> str:
    told: dict[str, str] = compose.composition()["services"][container]["environment"]
    return told["NOABER_HTTP_PORT"]


def test_a_container_comes_up_well_as_its_user_and_writes_nothing(prepared: Image) -> None:
    before = sorted(prepared.tree.rglob("*"))
    port = str(free_port())
    started = prepared.start("directory", NOABER_HTTP_PORT=port)
    try:
        assert not _is_well("directory", port)
        until(lambda: started.poll() is not None or _is_well("directory", port), 30)
        assert started.poll() is None, started.communicate()[1]
        told = {**prepared.told("directory"), "NOABER_HTTP_PORT": port}
        command = ["python", "-m", "deploy.images.administer", "invite", "--organisation", "GM1735"]
        somebody = ["--name", "Petra de Boer", "--phone", "06 12345678"]
        invited = prepared.run([*command, *somebody], told)
        assert "Link:  http://localhost:7400/welcome#" in invited
        with pytest.raises(AssertionError, match=r"Stopped: this is not the directory's container"):
            prepared.run([*command, *somebody], prepared.told("aid"))
        owner = Path(f"/proc/{started.pid}").stat().st_uid
        assert owner == (USER if os.geteuid() == 0 else os.geteuid())
    finally:
        started.terminate()
        started.communicate(timeout=20)
    assert sorted(prepared.tree.rglob("*")) == before


def test_every_process_finds_all_that_it_imports_in_the_image(image: Image) -> None:
    modules = [f"{service.module}.app" for service in SERVICES if not service.arguments]
    code = "import sys\nfor name in sys.argv[1:]: __import__(name); print(sys.modules[name].__file__)"
    files = image.run(["python", "-c", code, *modules], image.told("prepare")).split()
    assert len(files) == len(modules)
    assert all(Path(file).is_relative_to(image.tree) for file in files)


async def test_postgres_health_check_writes_and_leaves_nothing(backing: Backing) -> None:
    server = await asyncpg.connect(backing.postgres)
    before = await server.fetchval("SELECT pg_current_wal_lsn()")
    await server.execute(compose.COMMITS)
    assert await server.fetchval("SELECT pg_current_wal_lsn()") != before
    await server.close()
    assert compose.composition()["services"]["postgres"]["healthcheck"]["test"][-1] == compose.COMMITS
