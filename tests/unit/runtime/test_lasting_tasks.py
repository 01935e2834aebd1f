"""Tasks that never end outlive a database that is away; one that ends takes its process with it."""

import asyncio
import subprocess
import sys

import asyncpg
import pytest

from deploy.bootstrap import ROOT
from deploy.parts.ports import free_port
from services.runtime.wake import Waker

FORGETFUL = """
import sys
from contextlib import asynccontextmanager
from fastapi import FastAPI
from services.runtime.process import lasting
from services.runtime.serve import serve

async def work():
    raise RuntimeError("something nobody thought of")

@asynccontextmanager
async def running(app):
    task = lasting(work(), "the work")
    yield
    task.cancel()

serve(FastAPI(lifespan=running), int(sys.argv[1]))
"""


class Pool:
    """A database that is away for the first statement, in one of the ways in which asyncpg says so."""

    def __init__(self, error: Exception) -> None:
        self._error: Exception | None = error
        self.told = asyncio.Event()

    async def execute(self, statement: str) -> None:
        error, self._error = self._error, None
        if error is not None:
            raise error
        self.told.set()


@pytest.mark.parametrize(
    "error",
    [
        asyncpg.InternalClientError("cannot switch to state 15; another operation (2) is in progress"),
        asyncpg.InterfaceError("connection is closed"),
        asyncpg.CannotConnectNowError("the database system is starting up"),
        ConnectionResetError(),
    ],
)
async def test_the_waker_outlives_the_database(error: Exception) -> None:
    pool = Pool(error)
    waker = Waker(pool)
    running = asyncio.create_task(waker.run())
    async with asyncio.timeout(5):
        while not pool.told.is_set():
            waker.wake()
            await asyncio.sleep(0.001)
    assert not running.done()
    running.cancel()


def test_a_process_that_lost_one_of_its_tasks_says_so_and_ends() -> None:
    ended = subprocess.run(
        [sys.executable, "-c", FORGETFUL, str(free_port())],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert ended.returncode != 0
    assert "the work has ended, and this process with it" in ended.stderr
    assert "something nobody thought of" in ended.stderr
