"""A database that takes another password than its home has, on the real Postgres."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from deploy.backing import Backing
from deploy.bootstrap import SetupFailed
from deploy.parts.postgres import Postgres
from deploy.running import Running, Wish


@pytest.fixture
def started(backing: Backing, tmp_path: Path) -> Iterator[Running]:
    """A platform whose own Postgres is the one that runs, with a password that was made anew."""
    running = Running(Wish(tmp_path, tmp_path / "up"))
    port = urlsplit(backing.postgres).port
    assert port is not None
    running._postgres = Postgres(tmp_path, tmp_path / "data", port)
    running._postgres.data.mkdir()
    (running._postgres.data / "password").write_text("another one")
    yield running
    running.__exit__()


def test_it_is_said_where_it_stands_and_what_to_do(started: Running, tmp_path: Path) -> None:
    with ThreadPoolExecutor() as pool, pytest.raises(SetupFailed) as failed:
        started._prepare(pool)
    said = str(failed.value)
    assert f"another password than the one in {tmp_path / 'data' / 'password'}" in said
    assert said.endswith(f"rm -r {started._postgres.folder}")
