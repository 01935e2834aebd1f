"""What a running platform says of itself on disk is whole, and failing to say it stops nothing."""

import json
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from deploy.running import STATE, Running, Wish

ROOT = Path(__file__).resolve().parent.parent.parent.parent


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def running(tmp_path: Path, said: list[str]) -> Iterator[Running]:
    (tmp_path / "up").mkdir()
    made = Running(Wish(tmp_path, tmp_path / "up"), said.append)
    yield made
    made.__exit__()


def test_writers_at_the_same_time_leave_a_whole_state(running: Running, tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        for written in [pool.submit(running._write_state) for _ in range(400)]:
            written.result()
    assert json.loads((tmp_path / "up" / STATE).read_text())["processes"] == []


def test_a_state_that_cannot_be_written_is_said_and_ends_nothing(
    running: Running, said: list[str], tmp_path: Path
) -> None:
    shutil.rmtree(tmp_path / "up")
    running.supervisor.changed()
    assert "FileNotFoundError" in said[-1]


def test_pages_connect_to_nothing_but_their_own_origin() -> None:
    gateway = (ROOT / "deploy" / "Caddyfile").read_text()
    assert "connect-src 'self';" in gateway
